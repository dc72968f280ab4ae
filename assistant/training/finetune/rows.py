"""Examples as rows of token ids: the prompt as the chat packs it, then the answer, which alone is learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.generation.prompt import block_of, clean, clean_line, continuation, pack, render, sentence_ends
from assistant.generation.tokenizer import Tokenizer
from assistant.training.data.distractors import MOST, Distractors
from assistant.training.data.example import Example
from corpus.document import Passage

BUCKET = 64  # rows are padded to a multiple of it, so that few shapes occur

Row = tuple[list[int], int]  # ids with the end token, and how many of them are the prompt
Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]  # inputs, targets, weights, each (rows, width)


@dataclass(frozen=True)
class Fitted:
    """The examples that can be learnt in rows of a given length. `cut` of them lose the end of passage or answer.

    `left_out` counts those whose passage does not fit at all: they would teach the model to answer without one.
    """

    examples: tuple[Example, ...]
    cut: int = 0
    left_out: int = 0


class Rows:
    """Encodes the examples of one side of the split; distractors come from the same side."""

    def __init__(
        self, examples: Sequence[Example], tokenizer: Tokenizer, *, length: int, answer: int, passages: bool = True
    ):
        """`length` tokens a row, at most `answer` of them (and a third of the row) for the answer."""
        self.examples, self.tokenizer, self.length, self.passages = list(examples), tokenizer, length, passages
        self.longest_answer = min(answer, length // 3)
        self.distractors = Distractors(self.examples)
        self.answer = cache(self._answer)

    def encode(self, example: Example, rng: np.random.Generator) -> Row:
        """The example as it is learnt, at most `length` + 1 ids: its passage among others, in any place."""
        return self.asked(example, self.drawn(example, rng) if self.passages else ())

    def asked(self, example: Example, passages: Sequence[Passage]) -> Row:
        """The example's question with these passages, best first, and its answer."""
        answer = self.answer(example.answer)
        room = {"window": self.length, "reserve": len(answer) + 1}
        prompt = pack(example.question, passages, self.tokenizer.count, **room)
        right = example.right
        if right and right in passages and passages.index(right) not in prompt.passages_used:
            prompt = pack(example.question, [right], self.tokenizer.count, **room)
        ids = self.tokenizer.encode(prompt.text)
        return [*ids, *answer, self.tokenizer.end], len(ids)

    def drawn(self, example: Example, rng: np.random.Generator) -> list[Passage]:
        """The right passage, then what stands beside it and distractors; in half of the cases in random order."""
        if not example.right:
            return []
        count = int(rng.integers(0, MOST + 1))
        beside = example.beside[:count]
        passages = [example.right, *beside, *self.distractors.draw(rng, example, count - len(beside))]
        if rng.random() < 0.5:
            rng.shuffle(passages)
        return passages

    def _answer(self, text: str) -> tuple[int, ...]:
        """Ids of as many whole sentences as fit into an answer; of the first one's start, if even that is too long."""
        text = continuation(text)
        ids = self.tokenizer.encode(text)
        if len(ids) <= self.longest_answer:
            return tuple(ids)
        whole = (self.tokenizer.encode(text[:end]) for end in reversed(sentence_ends(text)))
        return tuple(next((p for p in whole if len(p) <= self.longest_answer), ids[: self.longest_answer]))


def fitted(rows: Rows) -> Fitted:
    """Looks at every example once, and counts what is cut and what is left out."""
    answers = rows.tokenizer.encode_many([continuation(example.answer) for example in rows.examples])
    prompts = rows.tokenizer.encode_many([_alone(example) for example in rows.examples])
    kept, cut = [], 0
    for example, answer, prompt in zip(rows.examples, answers, prompts, strict=True):
        room = rows.length - 1 - min(len(answer), rows.longest_answer)
        if rows.passages and len(prompt) > room and not _finds_room(rows, example):
            continue
        cut += len(answer) > rows.longest_answer or (rows.passages and len(prompt) > room)
        kept.append(example)
    return Fitted(tuple(kept), cut, len(rows.examples) - len(kept))


def padded(rows: Sequence[Row]) -> Batch:
    """(inputs, targets, weights), each (rows, width); weight 1 on the targets that belong to the answer."""
    width = -(-(max(len(ids) for ids, _ in rows) - 1) // BUCKET) * BUCKET
    tokens, targets = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.int32)
    mask, weights = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.float32)
    for row, (ids, prompt) in enumerate(rows):
        size = len(ids) - 1
        tokens[row, :size], targets[row, :size], mask[row, :size] = ids[:-1], ids[1:], 1
        weights[row, prompt - 1 : size] = 1.0
    return {"token_ids": tokens, "padding_mask": mask}, targets, weights


def _alone(example: Example) -> str:
    """The prompt with nothing but the right passage."""
    right = example.right
    blocks = [block_of(clean_line(right.heading), clean(right.text))] if right else []
    return render(clean_line(example.question), blocks)


def _finds_room(rows: Rows, example: Example) -> bool:
    """Whether the start of the right passage fits; true where there is none."""
    if example.right is None:
        return True
    reserve = len(rows.answer(example.answer)) + 1
    prompt = pack(example.question, [example.right], rows.tokenizer.count, window=rows.length, reserve=reserve)
    return bool(prompt.used)
