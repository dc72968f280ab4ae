"""The one prompt format, shared by the chat and by training, and the packer that makes it fit the model's window.

    Passage: <heading>: <text>

    Passage: <heading>: <text>

    Question: <question>
    Answer:

Plain text, so that a GPT-2 which was never fine-tuned reads it too. What makes copying easy for a small one: the best
passage stands last, next to the question; passages carry no number (numbers are given and checked outside the model);
lines are joined except before list items, so that nearly every sentence starts with the same token, the one with a
space in front, in its passage and in the answer.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.errors import SourcierError
from corpus.sentences import spans

WINDOW = 1024  # tokens, GPT-2's position table
RESERVE = 240  # tokens kept free for the answer
PASSAGE, QUESTION, ANSWER = "Passage:", "Question:", "Answer:"
STOPS = ("\nQuestion:", "\nPassage:", "\nAnswer:")
END = "<|endoftext|>"
SMALLEST_CUT = 24  # tokens: less of a passage is not worth its place

_MARKER = re.compile(r"(?im)^([^\S\n]*(?:passage|question|answer)[^\S\n]*\d*[^\S\n]*):")
_END_TOKEN = re.compile(r"<\s*\|\s*(endoftext)\s*\|\s*>", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*(?P<item>(?:[-*•‣–]|\d{1,3}[.)])\s+(?=\S))?")
# Joiners stay: Indic scripts and emoji need them.
_JOINERS = {"\u200c", "\u200d"}


class PromptError(SourcierError):
    """A prompt that cannot be made or given to a generator."""


class Quotable(Protocol):
    """What a prompt needs of a passage; corpus.Passage and index.Hit both have it."""

    @property
    def heading(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Used:
    """A passage that stands in a prompt: `index` into the passages given, and as much of its text as found room."""

    index: int
    text: str
    whole: bool


@dataclass(frozen=True)
class Prompt:
    """A prompt that fits. `used` is in the order of the passages given (best first)."""

    text: str
    tokens: int
    used: tuple[Used, ...] = ()
    question_cut: bool = False  # the start of an over-long question was left out

    @property
    def passages_used(self) -> tuple[int, ...]:
        """Indices of the passages that stand in the prompt."""
        return tuple(used.index for used in self.used)


def pack(
    question: str,
    passages: Sequence[Quotable],
    count_tokens: Callable[[str], int],
    *,
    window: int = WINDOW,
    reserve: int = RESERVE,
) -> Prompt:
    """The prompt for `question` with as many of the passages (best first) as fit into `window - reserve` tokens.

    A passage that does not fit whole is cut at the end of a sentence or left out. The question always stays; one that
    is longer than the room loses its start, and the prompt says so. Raises PromptError when `reserve` leaves no room.
    """
    room = window - reserve
    if room < count_tokens(render("", [])):
        raise PromptError("prompt.no_room", window=window, reserve=reserve)
    question, cut = _fitted_question(clean_line(question), count_tokens, room)
    blocks: list[str] = []
    used: list[Used] = []
    for index, passage in enumerate(passages):
        heading, text = clean_line(passage.heading), clean(passage.text)
        if not text or any(text == other.text for other in used):
            continue
        fitted = _fitted_text(heading, text, lambda block: count_tokens(render(question, [*blocks, block])), room)
        if fitted:
            blocks.append(block_of(heading, fitted))
            used.append(Used(index, fitted, fitted == text))
    prompt = render(question, blocks)
    return Prompt(prompt, count_tokens(prompt), tuple(used), cut)


def render(question: str, blocks: Sequence[str]) -> str:
    """The prompt's text from a clean question and clean blocks, best first."""
    return "".join(f"{block}\n\n" for block in reversed(blocks)) + f"{QUESTION} {question}\n{ANSWER}"


def block_of(heading: str, text: str) -> str:
    """One passage as it stands in the prompt."""
    return f"{PASSAGE} {titled(heading)} {text}" if heading else f"{PASSAGE} {text}"


def titled(heading: str) -> str:
    """The heading with a colon, unless it ends with a sign of its own."""
    return f"{heading}:" if heading[-1:].isalnum() or heading[-1:] in ")]}\"'" else heading


def continuation(answer: str) -> str:
    """What the model should write after the prompt (the end token is added as an id, never as text)."""
    return f" {clean(answer)}"


def clean(text: str) -> str:
    """Text that cannot break the format: no control characters, no blank lines, no forged markers or end token.

    Line breaks stay before list items only.
    """
    text = _MARKER.sub(r"\1 -", _characters(text).strip())
    text = _END_TOKEN.sub(r"\1", text)
    return _SPACES.sub(" ", _BREAKS.sub(_joined, text))


def clean_line(text: str) -> str:
    """`clean` on one line, for headings and questions."""
    return clean(_characters(text).replace("\n", " "))


def _joined(match: re.Match) -> str:
    return f"\n{match['item'].strip()} " if match["item"] else " "


def _characters(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or char in _JOINERS or _printable(char))


def _printable(char: str) -> bool:
    # Cc control, Cf invisible formatting (bidirectional overrides, zero widths), Cs half surrogate pairs, Co private.
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


def _fitted_question(question: str, count_tokens: Callable[[str], int], room: int) -> tuple[str, bool]:
    """The question, or as many of its last characters as fit beside the markers."""

    def fits(start: int) -> bool:
        return count_tokens(render(question[start:].lstrip(), [])) <= room

    if fits(0):
        return question, False
    low, high = 0, len(question)  # fits(high) is wanted, fits(low) is false
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    while high < len(question) and not fits(high):  # the count is not quite monotone at token borders
        high += 1
    return question[high:].lstrip(), True


def _fitted_text(heading: str, text: str, count_with: Callable[[str], int], room: int) -> str:
    """The text, or as many whole sentences from its start as leave the prompt within `room`; "" if none do."""

    def fits(kept: str) -> bool:
        return count_with(block_of(heading, kept)) <= room

    if fits(text):
        return text
    ends = sentence_ends(text)
    low, high = 0, len(ends)  # ends[:low] fit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[: ends[middle - 1]].rstrip()) else (low, middle)
    kept = text[: ends[low - 1]].rstrip() if low else ""
    return kept if len(kept) >= SMALLEST_CUT * 3 else ""  # about three characters a token at the least


def sentence_ends(text: str) -> list[int]:
    """Character positions right after each sentence, the last one being the end of the text."""
    return sorted({end for _, end in spans(text)} | {len(text)})
