"""GPT-2's byte-level BPE from a preset's own vocabulary and merges.

KerasHub's tokenizer layer is left out on purpose: its Python path splits words with Llama 3's pattern (0.32), so that
GPT-2's own weights would see other tokens than they were trained on, and its TensorFlow path costs seconds to build.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.generation import presets
from assistant.generation.presets import ModelError
from assistant.generation.prompt import END


class Tokenizer:
    """Text to ids and back. The end token is only ever added as an id: text that spells it is just text."""

    def __init__(self, vocabulary: dict[str, int], merges: Iterable[str]):
        from tokenizers import Tokenizer as Engine
        from tokenizers.models import BPE
        from tokenizers.pre_tokenizers import ByteLevel

        if END not in vocabulary:
            raise ModelError("tokenizer.no_end", token=END)
        lines = (m.rstrip("\n") for m in merges if m.strip() and not m.startswith("#version"))
        pairs = [(first, second) for first, _, second in (line.partition(" ") for line in lines)]
        try:
            self._engine = Engine(BPE(vocab=vocabulary, merges=pairs))
        except Exception as error:  # the Rust binding raises plain Exception
            raise ModelError("tokenizer.merges", reason=str(error)) from error
        self._engine.pre_tokenizer = ByteLevel(add_prefix_space=False)
        self.end = vocabulary[END]
        self.size = max(vocabulary.values()) + 1
        to_byte = byte_of_character()
        self._bytes: dict[int, bytes] = {
            id_: token.encode() if token == END else bytes(to_byte[c] for c in token if c in to_byte)
            for token, id_ in vocabulary.items()
        }

    @classmethod
    def load(cls, folder: str | Path) -> "Tokenizer":
        """The tokenizer of the preset in `folder`. Raises ModelError when its files cannot be read."""
        folder = Path(folder)
        try:
            vocabulary = json.loads((folder / presets.VOCABULARY).read_text(encoding="utf-8"))
            merges = (folder / presets.MERGES).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError("tokenizer.unreadable", folder=folder, reason=reason) from error
        if not isinstance(vocabulary, dict) or not all(isinstance(id_, int) for id_ in vocabulary.values()):
            raise ModelError("tokenizer.no_table", folder=folder)
        return cls(vocabulary, merges)

    def encode(self, text: str) -> list[int]:
        """Token ids; never the end token. Lone surrogates are replaced."""
        return self._engine.encode(text.encode("utf-8", "replace").decode("utf-8"), add_special_tokens=False).ids

    def encode_many(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts at once, on all cores."""
        cleaned = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [encoding.ids for encoding in self._engine.encode_batch_fast(cleaned, add_special_tokens=False)]

    def count(self, text: str) -> int:
        """How many tokens `text` has."""
        return len(self.encode(text))

    def bytes_of(self, token: int) -> bytes:
        """The bytes that a token stands for; none for an id outside the vocabulary."""
        return self._bytes.get(int(token), b"")

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of the tokens without end tokens; bytes that are no UTF-8 become U+FFFD."""
        return b"".join(self.bytes_of(t) for t in tokens if t != self.end).decode("utf-8", "replace")


def byte_of_character() -> dict[str, int]:
    """GPT-2's table between printable characters and the 256 bytes (`bytes_to_unicode` of its encoder.py)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}
