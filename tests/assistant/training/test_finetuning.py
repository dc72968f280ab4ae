import json
import threading

import numpy as np
import pytest

from assistant.generator import Generator
from assistant.presets import ModelError
from assistant.training import report
from assistant.training.examples import MANNERS, Distractors, Example, _from_document, beginning, collect, split
from assistant.training.finetuning import FineTuning, Settings
from assistant.training.folder import CHECKPOINT
from assistant.training.rows import padded
from corpus.document import Document, Passage, ReadingError, Section

NAMES = ["sage", "mint", "thyme", "basil", "dill", "oak", "elm", "rose"]
EXAMPLES = [
    Example(f"{name}?", f"{name} is {n}.", Passage(f"{name} is {n}. x", heading=name), name, "herbs")
    for n, name in enumerate(NAMES)
]
SETTINGS = Settings(
    base="toy", data=(), epochs=4, batch=2, length=64, answer=16, rate=3e-3, validate_every=8, patience=99
)


@pytest.fixture
def tuned(toy_preset, tmp_path):
    def make(folder="run", **changes):
        settings = Settings(**{**SETTINGS.__dict__, **changes})
        return FineTuning(settings, toy_preset, tmp_path / folder, EXAMPLES[:6], EXAMPLES[6:])

    return make


def losses(folder):
    return [line["validation_loss"] for line in report.journal(folder) if "validation_loss" in line]


def test_only_answer_tokens_count():
    inputs, targets, weights = padded([([5, 6, 7, 8, 9], 3), ([1, 2, 3], 1)])
    assert inputs["token_ids"].shape == (2, 64)
    assert targets[0][weights[0] == 1].tolist() == [8, 9]
    assert targets[1][weights[1] == 1].tolist() == [2, 3]
    assert inputs["padding_mask"].sum(1).tolist() == [4, 2]


def test_rows_hold_passage_question_answer_and_fit(tuned):
    run = tuned()
    for seed in range(10):
        ids, prompt = run.train.encode(EXAMPLES[1], np.random.default_rng(seed))
        assert len(ids) <= 65
        assert ids[-1] == run.tokenizer.end
        assert run.tokenizer.decode(ids[prompt:]) == " mint is 1."
        assert "Passage: mint: mint is 1. x\n" in run.tokenizer.decode(ids[:prompt])
    bare, prompt = tuned("bare", passages=False).train.encode(EXAMPLES[1], np.random.default_rng(0))
    assert "Passage" not in run.tokenizer.decode(bare)


def test_fine_tuning_lowers_the_validation_loss_and_saves_a_preset(tuned, tmp_path):
    run = tuned()
    seen = []
    assert run.run(progress=seen.append)
    held = losses(run.folder)
    assert held[-1] < held[0]
    assert seen[-1].step == run.steps == 12
    preset = run.export(tmp_path / "preset")
    inputs = {"token_ids": np.arange(20)[None], "padding_mask": np.ones((1, 20), int)}
    again = Generator.load(preset)
    assert np.allclose(again.model(inputs), run.model(inputs), atol=1e-5)
    assert again.generate("Question: sage?\nAnswer:", max_new_tokens=3) is not None
    assert report.curves(run.folder).stat().st_size > 5000
    card = report.card(preset, "toy", {"Base": "toy"}, ["made up"], {"loss": held[-1]}).read_text()
    assert "| loss |" in card


def test_a_stopped_run_goes_on_where_it_was(tuned):
    whole = tuned("whole")
    whole.run()
    stop = threading.Event()
    first = tuned("parts")
    assert not first.run(stop=stop, progress=lambda p: p.step == 5 and stop.set())
    second = tuned("parts")
    assert second.run()
    assert second.step == whole.step
    for a, b in zip(whole.model.trainable_variables, second.model.trainable_variables, strict=True):
        assert np.allclose(a, b, atol=1e-5), a.path


def test_lora_trains_few_weights_and_is_merged_into_the_preset(tuned, tmp_path, toy_preset):
    run = tuned(lora_rank=2)
    assert run.run()
    trained = sum(int(np.prod(v.shape)) for v in run.model.trainable_variables)
    assert trained < 0.2 * run.model.count_params()
    preset = run.export(tmp_path / "preset")
    inputs = {"token_ids": np.arange(20)[None], "padding_mask": np.ones((1, 20), int)}
    merged, base = (Generator.load(folder).model(inputs).numpy() for folder in (preset, toy_preset))
    assert np.allclose(merged, run.model(inputs), atol=1e-4)
    assert not np.allclose(merged, base, atol=1e-4)


def test_accumulated_batches_update_less_often(tuned):
    run = tuned(accumulate=3)
    run.run()
    assert int(run.learner.optimizer.iterations) == run.steps // 3


def test_another_run_of_the_same_name_is_refused(tuned):
    run = tuned()
    run.run()
    with pytest.raises(ModelError, match="other settings"):
        tuned(rate=1.0).run()
    assert (run.folder / CHECKPOINT).is_file()


def test_rows_longer_than_the_window_are_refused(tuned):
    with pytest.raises(ModelError, match="longer than the 64"):
        tuned(length=128)


def test_the_split_keeps_groups_together_and_needs_two():
    train, valid = split([Example("q", "a", None, f"g{n // 3}") for n in range(300)])
    assert not {e.group for e in train} & {e.group for e in valid}
    assert len(train) > len(valid) > 5
    with pytest.raises(ReadingError, match="too little"):
        split([Example("q", "a", None, "one")])


def test_documents_become_examples_and_nothing_is_an_error(tmp_path):
    text = "Sage grows slowly in poor soil. It likes the sun and little water."
    document = Document("Sage", (Section(text),))
    (example,) = _from_document(document)
    assert "Sage" in example.question
    assert example.right.text == text
    assert len(collect(["manners"], tmp_path, [document])) == len(MANNERS) + 1
    with pytest.raises(ReadingError, match="nothing to learn"):
        collect([], tmp_path)
    with pytest.raises(ReadingError, match="MedQuAD"):
        collect(["medquad"], tmp_path)


def test_distractors_are_never_the_right_passage():
    others = Distractors(EXAMPLES)
    for seed in range(20):
        drawn = others.draw(np.random.default_rng(seed), EXAMPLES[0], 3)
        assert EXAMPLES[0].right not in drawn


def test_beginning_keeps_whole_sentences():
    assert beginning("One is short. Two is a little longer.", 20) == "One is short."
    assert beginning("no end in sight at all", 12) == "no end in"


def test_a_broken_journal_line_is_left_out(tmp_path):
    (tmp_path / "journal.jsonl").write_text(json.dumps({"step": 1, "loss": 2.0}) + '\n{"step": 2, "lo')
    assert report.journal(tmp_path) == [{"step": 1, "loss": 2.0}]
