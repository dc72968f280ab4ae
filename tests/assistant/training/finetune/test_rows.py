import numpy as np
import pytest

from assistant.generation.tokenizer import Tokenizer
from assistant.training.data.example import Example
from assistant.training.finetune import passage_use as ablation
from assistant.training.finetune.rows import Rows, fitted, padded
from corpus.document import Passage

SHORT = Example("Sage?", "It is grey.", Passage("It is grey. It smells.", heading="Sage"), "a")
LONG = Example("Mint?", "Green. " * 30, Passage("Mint is green. " * 30, heading="Mint"), "b")
ENDLESS = Example("Dill?", "Thin.", Passage("no end " * 60, heading="Dill"), "c")
BARE = Example("Hello", "Hello!", None, "d")


@pytest.fixture
def rows(toy_preset):
    def make(*examples, **options):
        return Rows(examples, Tokenizer.load(toy_preset), **{"length": 200, "answer": 60, **options})

    return make


def test_what_is_too_long_is_cut_at_a_sentence_or_left_out_and_counted(rows):
    made = rows(SHORT, LONG, ENDLESS, BARE)
    found = fitted(made)
    assert (found.examples, found.cut, found.left_out) == ((SHORT, LONG, BARE), 1, 1)
    ids, prompt = made.encode(LONG, np.random.default_rng(0))
    answer = made.tokenizer.decode(ids[prompt:])
    assert len(ids) <= 201 and answer.endswith("Green.") and len(answer) < len(LONG.answer)
    assert "Mint is green." in made.tokenizer.decode(ids[:prompt])


def test_without_passages_nothing_is_left_out(rows):
    found = fitted(rows(SHORT, ENDLESS, passages=False))
    assert (len(found.examples), found.cut, found.left_out) == (2, 0, 0)


def test_the_ablation_asks_with_without_and_with_anothers_passages(rows):
    made = rows(
        SHORT, *(Example(f"{n}?", f"It is {n}.", Passage(f"It is {n}. So.", heading=n), n) for n in "xyz"), BARE
    )
    seen = []

    def scores(batch):
        inputs, targets, _ = batch
        for row, mask in zip(inputs["token_ids"], inputs["padding_mask"], strict=True):
            seen.append(made.tokenizer.decode(row[: mask.sum()]))
        copied = np.array([[True] * targets.shape[1]] * len(targets)) * (len(seen) <= 4)  # right in the first case only
        return np.where(copied, 0.5, 2.0), copied

    found = ablation.use_of_passages(scores, made, 10, 2)
    assert found["questions"] == 4
    assert found["accuracy"] == {"with": 1.0, "without": 0.0, "other": 0.0}
    assert found["nats"] == {"with": 0.5, "without": 2.0, "other": 2.0}
    first, bare, other = seen[0], seen[4], seen[8]
    assert "It is grey. It smells." in first and "Passage" not in bare and "Question: Sage?" in other
    assert "It is grey. It smells." not in other and "Passage" in other


def test_the_ablation_needs_answers_that_stand_in_passages_and_can_be_stopped(rows):
    labelled = Example("Mood?", "Good.", Passage("Shares rose by a tenth today."), "e")
    assert ablation.use_of_passages(None, rows(labelled, BARE), 10, 2)["questions"] == 0
    assert ablation.use_of_passages(None, rows(SHORT, SHORT), 10, 2, lambda: True) is None


def test_only_answer_tokens_count():
    inputs, targets, weights = padded([([5, 6, 7, 8, 9], 3), ([1, 2, 3], 1)])
    assert inputs["token_ids"].shape == (2, 64)
    assert targets[0][weights[0] == 1].tolist() == [8, 9]
    assert targets[1][weights[1] == 1].tolist() == [2, 3]
    assert inputs["padding_mask"].sum(1).tolist() == [4, 2]
