import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from assistant.generation.generator import Generator
from assistant.training.errors import TrainingError
from assistant.training.pretrain.batches import Stage, tokens_left
from assistant.training.pretrain.muon import orthogonalised
from assistant.training.pretrain.network import GPT2, sinusoids
from assistant.training.pretrain.plans import PLANS, plan_from
from assistant.training.pretrain.pretraining import CHECKPOINT, CONFIG, JOURNAL, Pretraining
from assistant.training.runs.export import to_preset

TINY = PLANS["tiny"]


@pytest.fixture
def run(prepared, tmp_path):
    torch.set_num_threads(1)
    return Pretraining(TINY, prepared, tmp_path / "run")


def test_weights_give_keras_the_same_logits(prepared, tmp_path):
    torch.manual_seed(0)
    network = GPT2(TINY.sizes)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    folder = to_preset(network.state_dict(), TINY.sizes, prepared.folder, tmp_path / "preset", half=False)
    ids = np.random.default_rng(0).integers(0, 400, (2, 40))
    keras = Generator.load(folder).engine.model({"token_ids": ids, "padding_mask": np.ones_like(ids)}).numpy()
    assert np.abs(keras - network(torch.from_numpy(ids)).detach().numpy()).max() < 2e-4


def test_a_half_precision_preset_loads_and_hardly_differs(prepared, tmp_path):
    import keras_nlp

    network = GPT2(TINY.sizes)
    whole = to_preset(network.state_dict(), TINY.sizes, prepared.folder, tmp_path / "whole", half=False)
    half = to_preset(network.state_dict(), TINY.sizes, prepared.folder, tmp_path / "half")
    size = (half / "model.weights.h5").stat().st_size
    assert size < 0.7 * (whole / "model.weights.h5").stat().st_size
    inputs = {"token_ids": np.arange(30)[None], "padding_mask": np.ones((1, 30), int)}
    outputs = [keras_nlp.models.GPT2CausalLM.from_preset(str(f))(inputs).numpy() for f in (whole, half)]
    assert np.abs(outputs[0] - outputs[1]).max() < 2e-3


def test_losses_count_only_weighted_targets():
    network = GPT2(TINY.sizes)
    ids = torch.arange(20)[None]
    weights = torch.zeros(1, 19)
    weights[0, 5] = 1.0
    loss, right, nats = network.losses(ids, weights)
    expected = torch.nn.functional.cross_entropy(network(ids)[0, 5], ids[0, 6])
    assert float(loss.detach()) == pytest.approx(float(expected.detach()), abs=1e-5)
    assert len(right) == len(nats) == 1


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(run, prepared, tmp_path):
    run.train(measure_every=100)
    assert run.step == TINY.steps
    other = Pretraining(TINY, prepared, tmp_path / "other")
    other.train(measure_every=100, stop=lambda: other.step == 3)
    again = Pretraining.resume(tmp_path / "other")
    assert again.step == 3
    again.train(measure_every=100)
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name]), name


def test_training_lowers_the_loss_and_measures(run):
    run.train(measure_every=4)
    lines = [json.loads(line) for line in (run.folder / JOURNAL).read_text().splitlines()]
    measured = [line for line in lines if "measure" in line]
    assert set(measured[0]["measure"]) == {"with", "without", "other"}
    assert measured[-1]["bits_per_byte"]["all"] < 8


def test_going_on_without_a_checkpoint_or_on_other_data_is_one_sentence(run, tmp_path):
    with pytest.raises(TrainingError, match=r"training\.no_checkpoint"):
        Pretraining.resume(tmp_path / "nothing")
    run.save()
    config = json.loads((run.folder / "config.json").read_text())
    (run.folder / "config.json").write_text(json.dumps({**config, "data_sha256": "0"}))
    with pytest.raises(TrainingError, match=r"training\.other_data"):
        Pretraining.resume(run.folder)


def test_a_checkpoint_never_runs_code(run):
    run.save()
    assert torch.load(run.folder / CHECKPOINT, weights_only=True)["step"] == 0


def test_muon_makes_singular_values_alike():
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalised(torch.randn(1, 32, 64))[0])
    assert 0.5 < float(values.min()) <= float(values.max()) < 1.5


def test_sinusoids_of_neighbours_differ_by_one_rotation():
    table = sinusoids(64, 32)
    products = (table[:-1] * table[1:]).sum(1)
    assert torch.allclose(products, products[0].expand_as(products), atol=1e-4)


def test_plans_survive_being_written():
    for plan in PLANS.values():
        assert plan_from(json.loads(json.dumps(plan.as_dict()))) == plan
        assert plan.parameters < 25e6


def test_the_journal_says_the_time_left_and_the_configuration_the_steps(prepared, tmp_path):
    longer = replace(TINY, stages=tuple(replace(stage, steps=10 * stage.steps) for stage in TINY.stages))
    run = Pretraining(longer, prepared, tmp_path / "run")
    run.train(measure_every=1000, stop=lambda: run.step == 20)
    assert json.loads((run.folder / CONFIG).read_text())["steps"] == longer.steps
    lines = [json.loads(line) for line in (run.folder / JOURNAL).read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, 20]
    for line in lines:
        left = tokens_left(longer.stages, line["step"])
        assert line["seconds_left"] == pytest.approx(left / line["speed"], abs=1)
    assert tokens_left(longer.stages, 0) == longer.tokens and tokens_left(longer.stages, longer.steps) == 0
    assert tokens_left(longer.stages, 20) == longer.tokens - run.tokens_read


def test_the_rate_falls_to_nothing_before_each_restart_and_at_the_end():
    stages = (Stage("one", 30, 64, 4, {"text": 1.0}),)
    plan = replace(TINY, stages=stages, warmup=2, decay=5, restarts=((10, 0.5), (20, 0.7)))
    rates = [plan.scale(step) for step in range(plan.steps + 1)]
    assert rates[:3] == [0.5, 1.0, 1.0] and rates[9] == pytest.approx(0.2)
    assert rates[10] == 0.5 and rates[15] == pytest.approx(0.25) and rates[19] == pytest.approx(0.05)
    assert rates[20] == 0.7 and rates[29] == pytest.approx(0.07) and rates[30] == 0.0


@pytest.mark.parametrize("name", [CHECKPOINT, CONFIG, "data"])
def test_damaged_files_of_a_run_are_one_sentence(run, name):
    run.train(measure_every=100, stop=lambda: run.step == 2)
    path = run.folder / name
    if name == "data":
        config = json.loads((run.folder / CONFIG).read_text())
        path, config["data"] = run.folder / CONFIG, str(run.folder)
        (run.folder / "data.json").write_text("{")
        for file in ("vocabulary.json", "merges.txt"):
            target = run.folder / "assets" / "tokenizer" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((run.prepared.folder / "assets" / "tokenizer" / file).read_bytes())
        path.write_text(json.dumps(config))
    else:
        path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(TrainingError, match=r"training\.(config_unreadable|checkpoint_unfit|data_damaged)|tokenizer"):
        Pretraining.resume(run.folder)


def test_a_checkpoint_that_cannot_be_written_is_one_sentence_and_keeps_the_one_before(run, monkeypatch):
    run.save()
    before = (run.folder / CHECKPOINT).read_bytes()

    def full(state, file):
        file.write(b"half")
        raise RuntimeError("[enforce fail at inline_container.cc] . PytorchStreamWriter failed writing file data/3")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match=r"training\.checkpoint_unwritable"):
        run.save()
    assert (run.folder / CHECKPOINT).read_bytes() == before and not list(run.folder.glob("*.part"))
