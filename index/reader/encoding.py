"""A question and a passage as token windows, and the way back from tokens to characters.

The layout is that of SQuAD readers (Devlin et al. 2019): `<s> query: question </s></s> title passage </s>`. The first
token stands for "no answer". A span lies inside the passage, never in the question or the title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START, PAD, END = 0, 1, 2  # XLM-RoBERTa's <s>, <pad> and </s>
PREFIX = "query: "  # what the body was pretrained to see in front of a question
LENGTH = 256  # tokens of a window
STRIDE = 64  # tokens that two windows of one passage share
QUESTION = 64  # tokens of a question at most; the rest is cut
TITLE = 24


@dataclass(frozen=True)
class Window:
    """One input of the network.

    `ids` are all its tokens. `first` is the place of the passage's first token in it. `offsets` are the characters
    [start, end) in the passage, one pair a passage token, white space left out.
    """

    ids: tuple[int, ...]
    first: int
    offsets: tuple[tuple[int, int], ...]

    @property
    def last(self) -> int:
        """The place after the passage's last token."""
        return self.first + len(self.offsets)


@dataclass(frozen=True)
class Head:
    """What stands in front of every window of a passage: the question and the title."""

    ids: tuple[int, ...]


class Encoder:
    """Makes windows with the body's tokenizer (`tokenizers.Tokenizer`)."""

    def __init__(self, tokenizer: Any, length: int = LENGTH, stride: int = STRIDE) -> None:
        self.tokenizer, self.length, self.stride = tokenizer, length, stride

    @classmethod
    def load(cls, folder: Path, length: int = LENGTH, stride: int = STRIDE) -> "Encoder":
        """The tokenizer in a sentence-transformers folder. Raises OSError when there is none."""
        from tokenizers import Tokenizer

        content = (folder / "tokenizer.json").read_text(encoding="utf-8")
        return cls(Tokenizer.from_str(content), length, stride)

    def head(self, question: str, title: str = "") -> Head:
        """Tokens in front of a passage."""
        ids = self.tokenizer.encode(PREFIX + question, add_special_tokens=False).ids[:QUESTION]
        about = self.tokenizer.encode(title, add_special_tokens=False).ids[:TITLE] if title.strip() else []
        return Head((START, *ids, END, END, *about))

    def tokens(self, passage: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids and characters of each token of a passage; tokens of white space alone are kept, empty."""
        encoding = self.tokenizer.encode(passage, add_special_tokens=False)
        return encoding.ids, [_tight(passage, start, end) for start, end in encoding.offsets]

    def windows(self, head: Head, ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> list[Window]:
        """The whole passage in windows of at most `length` tokens that overlap by `stride`; at least one."""
        room = self.room(head)
        step = room - min(self.stride, room // 2)
        starts = range(0, max(len(ids) - room, 0) + step, step)
        return [self.window(head, ids, offsets, start) for start in starts]

    def window(self, head: Head, ids: Sequence[int], offsets: Sequence[tuple[int, int]], start: int) -> Window:
        """The window that begins at the passage's token `start`."""
        stop = start + self.room(head)
        return Window((*head.ids, *ids[start:stop], END), len(head.ids), tuple(offsets[start:stop]))

    def room(self, head: Head) -> int:
        """Tokens of a passage that one window holds behind `head`."""
        return self.length - len(head.ids) - 1


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
