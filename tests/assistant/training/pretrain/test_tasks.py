import numpy as np
import pytest

from assistant.generation.prompt import block_of, clean, clean_line, continuation, render
from assistant.training.data.snippets import Snippet
from assistant.training.pretrain.batches import TASKS, Batches, Running, Stage, stage_at
from assistant.training.pretrain.tasks import Drills, Marks, Reading, assembled, joined, sentences_within, window


@pytest.fixture(scope="module")
def batches(prepared):
    marks = Marks.of(prepared.tokenizer)
    reading = Reading(marks, prepared.tokenizer, prepared.snippets, prepared.rarity())
    running = Running(prepared.train, {"garden": 1.0})
    return Batches(running, Drills(marks, 400), reading, prepared.tokenizer.end, window=512, seed=3)


def test_assembled_ids_are_those_of_the_chats_prompt(prepared):
    tokenizer = prepared.tokenizer
    texts = {
        "Sage (herb)": "It grows 3.5 metres.\n\nCare includes:\n\n- water\n- sun",
        "": "No heading. Just text.",
    }
    blocks = [block_of(clean_line(heading), clean(text)) for heading, text in texts.items()]
    question, answer = clean_line("How does\nsage grow?"), "It grows 3.5 metres."
    encoded = [tokenizer.encode(block.removeprefix("Passage:")) for block in reversed(blocks)]
    ids, weights = assembled(
        Marks.of(tokenizer), encoded, tokenizer.encode(f" {question}"), tokenizer.encode(continuation(answer))
    )
    assert ids == [*tokenizer.encode(render(question, blocks) + continuation(answer)), tokenizer.end]
    assert [i for i, w in zip(ids, weights, strict=True) if w == 1] == [
        *tokenizer.encode(continuation(answer)),
        tokenizer.end,
    ]


def test_snippets_are_the_ids_of_their_text(prepared):
    snippet = next(s for s in prepared.snippets if s.question)
    text = prepared.tokenizer.decode([*snippet.heading, *joined(snippet.sentences)])
    assert prepared.tokenizer.encode(text) == [*snippet.heading, *joined(snippet.sentences)]
    assert text.startswith(" How does ")
    assert "\n- watering\n- pruning" in text


def test_copying_counts_only_tokens_that_can_be_copied(prepared):
    drills = Drills(Marks.of(prepared.tokenizer), 400)
    ids, weights = drills.copying(np.random.default_rng(0), 120)
    assert len(ids) == len(weights) == 120
    for at, weight in enumerate(weights):
        if weight:
            pair = ids[at - 1 : at + 1]
            assert any(ids[i : i + 2] == pair for i in range(at - 1))


def test_looking_up_has_its_answer_in_a_passage(prepared):
    marks = Marks.of(prepared.tokenizer)
    for seed in range(20):
        ids, weights = Drills(marks, 400).looking_up(np.random.default_rng(seed), 160)
        first = weights.index(1.0)
        answer = ids[first:-1]
        assert ids[-1] == marks.end
        assert any(ids[i : i + len(answer)] == answer for i in range(first - len(answer)))


@pytest.mark.parametrize("task", ["finding", "answering", "summarising"])
def test_reading_examples_hold_their_answer_and_fit(batches, task):
    for seed in range(30):
        ids, weights = batches.makers[task](np.random.default_rng(seed), 300)
        first = weights.index(1.0)
        answer = ids[first:-1]
        assert len(ids) <= 300
        assert any(ids[i : i + len(answer)] == answer for i in range(first - len(answer)))


@pytest.mark.parametrize("task", TASKS)
def test_rows_have_the_stages_length_and_repeat_with_seed_and_step(batches, task):
    stage = Stage("s", 10, 256, 3, {task: 1.0})
    batch = batches.at(stage, 7)
    assert batch.ids.shape == (3, 257)
    assert batch.weights.shape == (3, 256)
    assert 0 <= batch.first_position <= 256
    assert np.array_equal(batch.ids, batches.at(stage, 7).ids)
    assert not np.array_equal(batch.ids, batches.at(stage, 8).ids)


def test_stages_follow_each_other():
    stages = [Stage("a", 2, 8, 1, {}), Stage("b", 1, 8, 1, {})]
    assert [getattr(stage_at(stages, step), "name", None) for step in range(4)] == ["a", "a", "b", None]


def test_window_keeps_the_answer_and_the_room():
    sentences = [[n] * 4 for n in range(6)]
    for seed in range(10):
        ids = window(np.random.default_rng(seed), sentences, (2, 3), 13)
        assert 2 in ids
        assert len(ids) == 12
        assert ids == sorted(ids)


def test_sentences_within_counts_whole_sentences():
    snippet = Snippet("s", "g", (), (), ((1,) * 5, (2,) * 5, (3,) * 5))
    assert [sentences_within(snippet, n) for n in (4, 5, 14, 99)] == [0, 1, 2, 3]
