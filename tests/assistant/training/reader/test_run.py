"""The run on a toy body: it learns, it goes on as if it had not stopped, its weights come back."""

import argparse
import json
import random

import pytest
import reader_toy

torch = pytest.importorskip("torch")

from assistant.training.reader import batches, commands  # noqa: E402
from assistant.training.reader.examples import Example, Gold  # noqa: E402
from assistant.training.reader.export import SCORES, export, with_scores  # noqa: E402
from assistant.training.reader.mixture import Data, Mixture  # noqa: E402
from assistant.training.reader.run import Plan, Run, RunError, schedule  # noqa: E402
from index.reader import network, weights  # noqa: E402
from index.reader.encoding import Encoder  # noqa: E402
from index.reader.reader import Reader  # noqa: E402
from index.vectors.precision import computes_bfloat16  # noqa: E402

PLAN = Plan(steps=4, length=40, width=8, tokens=256, examples=16, body_rate=3e-3, frozen=1)


def story(number: int) -> Example:
    """Who did it: answered by the first word when the question's verb is the story's."""
    choice = random.Random(number)
    verbs = ["wrote", "painted", "built"]
    verb = choice.choice(verbs)
    text = f"{choice.choice(['ada', 'bob', 'eve'])} {verb} the book . the book lies in rome ."
    asked = choice.choice(verbs)
    gold = (Gold(0, 3),) if asked == verb else ()
    return Example(f"who {asked} the book ?", text, gold, "toy", "answer", "en", "toy")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    reader_toy.body(folder)
    return folder


@pytest.fixture(scope="module")
def data():
    pool = tuple(map(story, range(300)))
    return Data(Mixture({"toy": pool}, {"toy": 1.0}), (), ())


def run_in(folder, models, plan=PLAN, threads=1):
    body = reader_toy.body(models)
    torch.manual_seed(3)
    return Run(folder, plan, network.build(body), Encoder.load(body, plan.length), threads)


def trained(run, data, stopping=lambda: False):
    run.train(data, dict, stopping)
    return {name: value.detach().clone() for name, value in run.model.named_parameters()}


def test_a_stopped_run_ends_as_one_that_was_not(tmp_path, models, data):
    whole = run_in(tmp_path / "whole", models)
    whole.start()
    expected = trained(whole, data)
    first = run_in(tmp_path / "parts", models)
    first.start()
    trained(first, data, lambda: first.step >= 2)
    assert first.step == 2
    second = run_in(tmp_path / "parts", models)
    second.load()
    found = trained(second, data)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value)


def test_two_threads_learn_what_one_does(tmp_path, models, data):
    results = []
    for threads in (1, 2):
        run = run_in(tmp_path / str(threads), models, threads=threads)
        run.start()
        run.model.dropout.p = 0.0
        for model in run.copies:
            model.dropout.p = 0.0
        results.append(trained(run, data))
    for name, value in results[0].items():
        torch.testing.assert_close(results[1][name], value, atol=1e-4, rtol=1e-3)


def test_lower_layers_stay_and_upper_ones_change(tmp_path, models, data):
    run = run_in(tmp_path, models)
    before = {name: value.detach().clone() for name, value in run.model.named_parameters()}
    run.start()
    after = trained(run, data)
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert all(name.startswith(("head.", "body.encoder.layer.1.")) for name in changed)
    assert "body.encoder.layer.1.output.dense.weight" in changed


def test_it_learns_and_its_weights_come_back(tmp_path, models, data):
    run = run_in(tmp_path / "run", models, Plan(**{**vars(PLAN), "steps": 60, "frozen": 0}))
    run.start()
    trained(run, data)
    events = [json.loads(line) for line in (tmp_path / "run" / "journal.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in events if event["event"] == "train"]
    assert losses[-1] < losses[0] / 2
    told = export(run, reader_toy.body(models), tmp_path / "out", {"toy": {"first": 0.5}, "neighbours": 2})
    assert told["rounding"] < 0.01 and told["steps"] == 60
    assert "| best sentence of all passages holds the answer | 0.5 |" in (tmp_path / "out" / "README.md").read_text()
    right, wrong = Reader(models, tmp_path / "out").read(
        "who wrote the book ?", ["ada wrote the book . the book lies in rome .", "ada built the book . rome ."]
    )
    assert right.score > wrong.score


def test_a_new_run_starts_from_exported_weights_and_counts_their_examples(tmp_path, models, data):
    first = run_in(tmp_path / "first", models)
    first.start()
    trained(first, data)
    export(first, reader_toy.body(models), tmp_path / "out")
    options = argparse.Namespace(
        run=tmp_path / "second", models=models, start_from=tmp_path / "out", threads=1, minutes=1.0, steps=4, seed=1
    )
    plan = commands._new_plan(options)
    assert plan.earlier_examples == first.examples > 0
    second = commands._run(options, plan, options.start_from)
    for name, value in second.model.named_parameters():
        torch.testing.assert_close(value, dict(first.model.named_parameters())[name], atol=2e-3, rtol=0)
    second.start()
    second.examples = 5
    export(second, reader_toy.body(models), tmp_path / "again")
    assert weights.changes(tmp_path / "again")[0].examples == first.examples + 5


@pytest.mark.skipif(not computes_bfloat16(), reason="this CPU does not compute in bfloat16")
def test_products_in_bfloat16_learn_what_float32_does(tmp_path, models, data):
    results = []
    for half in (False, True):
        run = run_in(tmp_path / str(half), models, Plan(**{**vars(PLAN), "bfloat16": half, "body_rate": 1e-3}))
        run.start()
        run.model.dropout.p = 0.0
        results.append(trained(run, data))
    moved = results[0]["head.weight"] - run_in(tmp_path / "new", models).model.head.weight.detach()
    apart = results[0]["head.weight"] - results[1]["head.weight"]
    assert apart.norm() < 0.5 * moved.norm()


def test_the_figures_of_the_gate_take_the_place_of_the_cards_scores():
    figures = {"examples": 1234, "left_out": {"hr": {"answered, held": 0.9, "sentence": 0.8}}}
    text = with_scores(f"# Weights\n\nAbout.\n\n{SCORES}\n\nNot measured yet.\n", figures)
    assert text.startswith("# Weights\n\nAbout.\n") and "Not measured yet" not in text
    assert "| hr | 0.900 | – | – | – | – | – | – | – | 0.800 |" in text and "1,234 questions" in text
    assert with_scores(text, figures) == text


def test_a_folder_is_not_used_twice(tmp_path, models):
    run_in(tmp_path, models).start()
    with pytest.raises(RunError) as caught:
        run_in(tmp_path, models).start()
    assert caught.value.code == "reader.run_exists"
    with pytest.raises(RunError) as caught:
        run_in(tmp_path / "none", models).load()
    assert caught.value.code == "reader.run_missing"


def test_a_window_holds_the_gold_wherever_it_stands(models):
    encoder = Encoder.load(reader_toy.body(models), 40)
    text = "ada built the house . " * 10 + "bob wrote the book . " + "eve painted . " * 10
    start = text.index("bob")
    example = Example("who wrote ?", text, (Gold(start, start + 3),), "toy", "answer", "en", "toy")
    for seed in range(20):
        item = batches.item(encoder, example, random.Random(seed), 8)
        ((first, last),) = item.spans
        where = item.window.offsets[first - item.window.first]
        assert (first, where) == (last, (start, start + 3))
    part = batches.batch([item], 8)
    assert part.gold.sum() == 1 and part.gold[0, first, 0]


def test_a_region_allows_every_span_inside_it(models):
    encoder = Encoder.load(reader_toy.body(models), 40)
    example = Example("who ?", "ada wrote the book .", (Gold(0, 18, exact=False),), "toy", "answer", "en", "toy")
    part = batches.batch([batches.item(encoder, example, random.Random(0), 3)], 3)
    assert part.gold.sum() == 4 + 3 + 2


def test_the_rate_rises_and_falls():
    assert schedule(0.0, 0.1) < schedule(0.05, 0.1) < schedule(0.1, 0.1) == 1
    assert schedule(1.0, 0.1) == 0
