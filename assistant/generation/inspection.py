"""Looking into a generator: a text as tokens, the likeliest next ones, and what the sampling settings do to them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.generation.generator import Generator
from assistant.generation.prompt import PromptError
from assistant.generation.sampling import Sampling
from assistant.generation.tokenizer import Tokenizer

CANDIDATES = 10
_VISIBLE = {"\n": "↵", "\t": "⇥", "\r": "␍", "\N{NO-BREAK SPACE}": "⍽"}


@dataclass(frozen=True)
class Token:
    """A token as it can be read. `kind` is "text", "bytes" (a part of a character, in hexadecimal) or "end"."""

    id: int
    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Candidate:
    """A next token. `plain` is its probability before the settings, None where it was not among the likeliest."""

    token: Token
    probability: float
    plain: float | None = None


@dataclass(frozen=True)
class Look:
    """What a model makes of a prompt: its tokens, and the next ones with and without the sampling settings."""

    tokens: tuple[Token, ...]
    plain: tuple[Candidate, ...]
    shaped: tuple[Candidate, ...]
    window: int


def look(generator: Generator, prompt: str, sampling: Sampling, k: int = CANDIDATES) -> Look:
    """The `k` likeliest next tokens of the plain model beside those that `sampling` leaves. Raises PromptError."""
    ids = prompt_ids(generator, prompt)
    plain = generator.next_token_distribution(ids, k)
    shaped = generator.next_token_distribution(ids, k, sampling)
    before = {found.id: found.probability for found in plain}
    return Look(
        tokens=tuple(readable(generator.tokenizer, i) for i in ids),
        plain=tuple(Candidate(readable(generator.tokenizer, f.id), f.probability, f.probability) for f in plain),
        shaped=tuple(Candidate(readable(generator.tokenizer, f.id), f.probability, before.get(f.id)) for f in shaped),
        window=generator.window,
    )


def prompt_ids(generator: Generator, prompt: str) -> list[int]:
    """The tokens of a prompt that leaves room for one more. Raises PromptError."""
    ids = generator.encode(prompt)
    if not ids:
        raise PromptError("prompt.empty")
    if len(ids) >= generator.window:
        raise PromptError("prompt.long", tokens=len(ids), limit=generator.window - 1)
    return ids


def written(generator: Generator, prompt: str, sampling: Sampling, length: int) -> Iterator[str]:
    """The continuation so far, each time it has grown; up to `length` tokens. Raises PromptError."""
    text = ""
    # No stop strings: in the lab the model is seen as it is.
    for piece in generator.stream(
        prompt_ids(generator, prompt), max_new_tokens=length, sampling=sampling, stop_strings=()
    ):
        text += piece
        yield text


def readable(tokenizer: Tokenizer, token: int) -> Token:
    """A token with its spaces and line breaks made visible, and bytes that are no whole character in hexadecimal."""
    if token == tokenizer.end:
        return Token(token, tokenizer.bytes_of(token).decode("ascii", "replace"), "end")
    piece = tokenizer.bytes_of(token)
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        return Token(token, piece.hex(" ").upper(), "bytes")
    if any(unicodedata.category(character) in ("Cc", "Cf") and character not in _VISIBLE for character in text):
        return Token(token, piece.hex(" ").upper(), "bytes")
    # Only spaces at an end are marked: GPT-2's tokens hold no others, but for runs of spaces.
    body = text.strip(" ")
    before = len(text) - len(text.lstrip(" "))
    shown = "␣" * before + body + "␣" * (len(text) - before - len(body))
    return Token(token, "".join(_VISIBLE.get(character, character) for character in shown))
