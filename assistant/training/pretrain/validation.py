"""Whether the model uses what it is given, and how well it predicts prose. On held-out documents only."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from assistant.training.data.preparation import Prepared
from assistant.training.data.snippets import Snippet
from assistant.training.pretrain.tasks import Drills, Example, Marks, Reading, assembled, joined, sentences_within

# (ids, weights) → for each target of weight 1: whether it was the likeliest token, and its nats.
Judge = Callable[[Sequence[Example]], tuple[np.ndarray, np.ndarray]]


def use_of_passages(judge: Judge, marks: Marks, held_out: Sequence[Snippet], length: int, count: int = 150) -> dict:
    """Accuracy of answer tokens (teacher-forced) on unseen MedQuAD topics, whose answer stands in a passage.

    `with`: the right passage and distractors, in any order; `without`: only the question; `other`: the passages of
    another question in place of its own. The same questions each time.
    """
    rng = np.random.default_rng(0)
    pool = [s for s in held_out if s.question and sentences_within(s)]
    chosen = [pool[i] for i in rng.permutation(len(pool))[:count]]
    cases: dict[str, list[Example]] = {"with": [], "without": [], "other": []}
    for at, snippet in enumerate(chosen):
        question, answer = snippet.title, joined(snippet.sentences[: sentences_within(snippet)])
        other = chosen[(at + 1) % len(chosen)]
        for name, right in (("with", snippet), ("other", other)):
            room = length - len(question) - len(answer) - 16
            blocks = [_block(right, room)]
            room -= len(blocks[0]) + 4
            while room > 60 and len(blocks) < 3:
                distractor = pool[int(rng.integers(len(pool)))]
                if distractor.title not in (snippet.title, other.title):
                    blocks.append(_block(distractor, min(room, 220)))
                    room -= len(blocks[-1]) + 4
            cases[name].append(
                _only_answers(assembled(marks, [blocks[i] for i in rng.permutation(len(blocks))], question, answer))
            )
        cases["without"].append(_only_answers(assembled(marks, [], question, answer)))
    return {name: round(float(judge(examples)[0].mean()), 4) for name, examples in cases.items()}


def drilled(judge: Judge, drills: Drills, length: int = 128, count: int = 48) -> dict:
    """Accuracy on fresh drills: tokens that copying, or looking up, predicts."""
    rng = np.random.default_rng(1)
    cases = {"copying": drills.copying, "looking_up": drills.looking_up}
    return {
        name: round(float(judge([_only_answers(make(rng, length)) for _ in range(count)])[0].mean()), 4)
        for name, make in cases.items()
    }


def finding(judge: Judge, reading: Reading, length: int = 256, count: int = 100) -> float:
    """Accuracy of answer tokens where a few words of a sentence in held-out passages ask for that sentence."""
    rng = np.random.default_rng(2)
    examples = [_only_answers(reading.finding(rng, length)) for _ in range(count)]
    return round(float(judge(examples)[0].mean()), 4)


def bits_per_byte(judge: Judge, prepared: Prepared, length: int = 512, rows: int = 20) -> dict[str, float]:
    """Bits per byte of each held-out source and of all by size; every token is seen after at least half a row.

    Up to `rows` rows a source, spread evenly. Bytes are those of the very tokens that are scored.
    """
    found, bits, size = {}, 0.0, 0
    for source, ids in prepared.held_out.items():
        starts = np.unique(np.linspace(0, max(0, len(ids) - length - 1), rows).astype(int))
        examples = []
        scored = 0
        for start in starts:
            row = ids[start : start + length].tolist()
            half = len(row) // 2
            examples.append((row, [0.0] * half + [1.0] * (len(row) - half)))
            scored += sum(len(prepared.tokenizer.bytes_of(t)) for t in row[half:] if t != prepared.tokenizer.end)
        total = float(judge(examples)[1].sum()) / math.log(2)
        found[source] = round(total / scored, 4)
        weight = prepared.held_out_bytes[source]
        bits, size = bits + found[source] * weight, size + weight
    return {**found, "all": round(bits / size, 4)}


def _block(snippet: Snippet, room: int) -> list[int]:
    return [*snippet.heading, *joined(snippet.sentences)][:room]


def _only_answers(example: Example) -> Example:
    ids, weights = example
    return ids, [1.0 if weight >= 1 else 0.0 for weight in weights]
