import json
import threading

import numpy as np
import pytest

from assistant.generation.generator import Generator
from assistant.training.data.collect import MANNERS, OWN, by_source, collect
from assistant.training.data.distractors import Distractors
from assistant.training.data.example import Example
from assistant.training.data.own import LONGEST_DOCUMENT, beginning, from_document
from assistant.training.data.split import split
from assistant.training.errors import TrainingError
from assistant.training.finetune import samples
from assistant.training.finetune.settings import Settings
from assistant.training.finetune.tuning import FineTuning
from assistant.training.runs import card, curves, journal
from assistant.training.runs.folder import CHECKPOINT
from assistant.training.runs.journal import append
from corpus.document import Document, Passage, Section

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
    return [line["validation_loss"] for line in journal.read(folder) if "validation_loss" in line]


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


def test_fine_tuning_lowers_the_validation_loss_and_saves_a_preset(tuned, tmp_path, toy_preset):
    run = tuned()
    seen = []
    assert run.run(progress=seen.append)
    held = losses(run.folder)
    assert held[-1] < held[0]
    assert seen[-1].step == run.steps == 12
    preset = run.export(tmp_path / "preset")
    inputs = {"token_ids": np.arange(20)[None], "padding_mask": np.ones((1, 20), int)}
    again = Generator.load(preset)
    assert np.allclose(again.engine.model(inputs), run.model(inputs), atol=1e-5)
    assert again.generate("Question: sage?\nAnswer:", max_new_tokens=3) is not None
    assert curves.draw(run.folder).stat().st_size > 5000
    written = card.write(preset, "toy", {"Base": "toy"}, ["made up"], {"loss": held[-1]}).read_text()
    assert "| loss |" in written
    samples.write(run.folder, toy_preset, preset, run.valid)
    kept = samples.read(run.folder)
    assert [(sample.question, sample.wanted) for sample in kept] == [(e.question, e.answer) for e in EXAMPLES[6:]]
    (run.folder / samples.FILE).write_text('{"samples": [{"question": 3}]}')
    assert samples.read(run.folder) == ()


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
    merged, base = (Generator.load(folder).engine.model(inputs).numpy() for folder in (preset, toy_preset))
    assert np.allclose(merged, run.model(inputs), atol=1e-4)
    assert not np.allclose(merged, base, atol=1e-4)


def test_accumulated_batches_update_less_often_and_weigh_each_token_the_same(tuned):
    run = tuned(accumulate=3, epochs=1)
    sums = [float(run.batch_at(step)[2].sum()) for step in range(run.steps)]
    assert run.steps == 3 and sum(sums) == pytest.approx(1) and min(sums) > 0.2
    kinds = {weight for step in range(3) for weight in np.unique(run.batch_at(step)[2])}
    assert len(kinds) == 2  # nothing, or one answer token
    run.run()
    assert int(run.learner.optimizer.iterations) == 1


def test_it_stops_when_nothing_gets_better_and_keeps_the_best(tuned, tmp_path):
    run = tuned(rate=1.0, patience=2, validate_every=2, epochs=40)
    assert run.run()
    held = losses(run.folder)[1:]  # the first is from before
    assert run.step < run.steps and run.stale == 2
    assert run.best_step == run.step - 4 and held[-3] == min(held)
    assert run.validation()[0] == pytest.approx(held[-3], abs=1e-3)
    again = tuned(rate=1.0, patience=2, validate_every=2, epochs=40)  # killed before it was saved
    assert again.run() and again.best_step == run.best_step
    assert again.validation()[0] == pytest.approx(held[-3], abs=1e-3)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_and_goes_on(tuned, precision):
    stop = threading.Event()
    assert not tuned("p", precision=precision).run(stop=stop, progress=lambda p: p.step == 3 and stop.set())
    run = tuned("p", precision=precision)
    assert run.run()
    assert losses(run.folder)[-1] < losses(run.folder)[0]


def test_tensorboards_logs_hold_the_curves(tuned):
    import tensorflow as tf

    run = tuned()
    run.run()
    names = {}
    for path in (run.folder / "logs").glob("events*"):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                names.setdefault(value.tag, []).append((event.step, float(tf.make_ndarray(value.tensor))))
    assert [step for step, _ in names["validation_loss"]] == [0, 8, 12]
    assert {"loss", "rate", "accuracy"} <= set(names)


def test_the_journal_and_the_configuration_say_how_far_it_is(tuned):
    run = tuned(epochs=10)
    seen = []
    run.run(progress=seen.append)
    config = json.loads((run.folder / "config.json").read_text())
    assert [config[key] for key in ("steps", "examples", "held_out", "left_out")] == [30, 5, 2, 1]
    left = [line["seconds_left"] for line in journal.read(run.folder) if "seconds_left" in line]
    assert left[-1] == 0 and seen[-2].seconds_left == pytest.approx(0, abs=1)


def test_metrics_tell_before_from_after(tuned):
    run = tuned()
    run.run()
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics["after"]["validation"]["nats"] < metrics["before"]["validation"]["nats"]
    for when in ("before", "after"):
        assert metrics[when]["use_of_passages"]["questions"] == 2
        assert set(metrics[when]["use_of_passages"]["accuracy"]) == {"with", "without", "other"}
    scores = card.scores(run.folder)
    assert scores["answer-token accuracy"].count("→") == 1 and "… without passages" in scores
    assert (metrics["trained_with_passages"], metrics["devices"], metrics["step"]) == (True, 1, run.steps)
    assert card.scores(run.folder / "none") == {}


def test_a_run_of_an_earlier_version_goes_on(tuned):
    stop = threading.Event()
    first = tuned()
    first.run(stop=stop, progress=lambda p: p.step == 3 and stop.set())
    path = first.folder / "config.json"
    config = json.loads(path.read_text())
    del config["settings"]["measured"], config["steps"]
    path.write_text(json.dumps(config))
    (first.folder / "metrics.json").unlink()
    assert tuned().run()
    path.write_text("{")
    with pytest.raises(TrainingError, match=r"training\.config_damaged"):
        tuned().run()


def test_a_disk_without_room_is_one_sentence_and_leaves_nothing(tuned, monkeypatch):
    import shutil
    from types import SimpleNamespace

    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    run = tuned()
    with pytest.raises(TrainingError, match=r"training\.no_room .*free=0"):
        run.run()
    assert not run.folder.exists()


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tuned, monkeypatch):
    stop = threading.Event()
    run = tuned()
    run.run(stop=stop, progress=lambda p: p.step == 3 and stop.set())
    before = (run.folder / CHECKPOINT).read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        run.save()
    assert (run.folder / CHECKPOINT).read_bytes() == before
    assert not list(run.folder.glob("*.part*"))


def test_another_run_of_the_same_name_is_refused(tuned):
    run = tuned()
    run.run()
    with pytest.raises(TrainingError, match=r"training\.other_run"):
        tuned(rate=1.0).run()
    assert (run.folder / CHECKPOINT).is_file()


def test_rows_longer_than_the_window_are_refused(tuned):
    with pytest.raises(TrainingError, match=r"training\.rows_too_long .*most=64"):
        tuned(length=128)


def test_the_split_keeps_groups_together_and_needs_two():
    train, valid = split([Example("q", "a", None, f"g{n // 3}") for n in range(300)])
    assert not {e.group for e in train} & {e.group for e in valid}
    assert len(train) > len(valid) > 5
    with pytest.raises(TrainingError, match=r"training\.too_little"):
        split([Example("q", "a", None, "one")])


def test_documents_become_examples_and_nothing_is_an_error(tmp_path):
    text = "Sage grows slowly in poor soil. It likes the sun and little water."
    document = Document("Sage", (Section(text),))
    (example,) = from_document(document)
    assert "Sage" in example.question
    assert example.right.text == text
    assert len(collect(["manners"], tmp_path, [document])) == len(MANNERS) + 1
    with pytest.raises(TrainingError, match=r"training\.nothing"):
        collect([], tmp_path)
    with pytest.raises(TrainingError, match=r"training\.nothing"):
        collect(["manners"], tmp_path, [Document("Crumb", (Section("Sage."),))])
    assert {name: len(part) for name, part in by_source(["manners"], tmp_path, [document]).items()} == {
        "manners": len(MANNERS),
        OWN: 1,
    }
    with pytest.raises(TrainingError, match=r"training\.data_set_missing .*title=MedQuAD"):
        collect(["medquad"], tmp_path)


def test_all_of_a_long_document_is_learnt_and_each_stretch_is_asked_for_by_its_own_words():
    sentences = [
        f"Gardeners{chr(97 + n // 10)}{chr(97 + n % 10)} recommend herb{n} for {n} reasons of their own, say authors."
        for n in range(60)
    ]
    long, short = " ".join(sentences), Section("Too short.")
    found = list(from_document(Document("Herbs", (Section(long), short))))
    assert " ".join(e.right.text for e in found) == long
    assert len({e.question for e in found}) == len(found) > 3
    assert all(e.answer in e.right.text and e.right.heading == "Herbs" for e in found)
    assert "Herbs" in found[0].question and "Gardeners" in found[1].question
    assert len(list(from_document(Document("Endless", (Section(long * 100),))))) == LONGEST_DOCUMENT
    assert list(from_document(Document("Odd", (Section("x" * 5000),))))  # no end of a sentence anywhere


def test_distractors_are_never_the_right_passage():
    others = Distractors(EXAMPLES)
    for seed in range(20):
        drawn = others.draw(np.random.default_rng(seed), EXAMPLES[0], 3)
        assert EXAMPLES[0].right not in drawn


def test_beginning_keeps_whole_sentences():
    assert beginning("One is short. Two is a little longer.", 20) == "One is short."
    assert beginning("no end in sight at all", 12) == "no end in"


def test_held_out_examples_come_from_all_of_the_data(toy_preset, tmp_path):
    valid = [Example(f"{name}?", f"{name}.", None, name) for name in "abcdefghij"]
    run = FineTuning(Settings(length=64, answer=16, validation=3), toy_preset, tmp_path, EXAMPLES, valid)
    assert [example.group for example in run.valid.examples] == ["a", "e", "j"]


def test_an_answer_that_is_learnt_under_one_topic_is_not_held_out_under_another():
    passage = Passage("The same words.")
    examples = [Example(f"q{n}", "a", passage if n < 50 else Passage(f"{n}"), f"g{n}") for n in range(100)]
    train, valid = split(examples)
    assert valid and not {e.right.text for e in train} & {e.right.text for e in valid}


@pytest.mark.parametrize("length", [10, 47])
def test_rows_without_room_for_a_question_are_refused(tuned, length):
    with pytest.raises(TrainingError, match=r"training\.rows_too_short"):
        tuned(length=length)


def test_a_journal_that_a_kill_cut_short_goes_on_in_a_line_of_its_own(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text('{"step": 1}\n{"step": 2, "lo')
    append(path, {"step": 2})
    append(path, {"step": 3})
    assert [line["step"] for line in journal.read(tmp_path)] == [1, 2, 3]


def test_a_broken_journal_line_is_left_out(tmp_path):
    (tmp_path / "journal.jsonl").write_text(json.dumps({"step": 1, "loss": 2.0}) + '\n{"step": 2, "lo')
    assert journal.read(tmp_path) == [{"step": 1, "loss": 2.0}]
