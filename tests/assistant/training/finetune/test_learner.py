import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.generation import presets
from assistant.generation.engine.keras_engine import build_model
from assistant.training.errors import TrainingError
from assistant.training.finetune.learner import Learner, devices
from assistant.training.finetune.rows import padded
from assistant.training.finetune.settings import Settings
from assistant.training.runs.export import save

ROOT = Path(__file__).resolve().parents[4]
SETTINGS = Settings(batch=4, length=64, rate=3e-3, warmup=0.25)
CASES = {"full": {}, "lora": {"accumulate": 2, "lora_rank": 2}, "float16": {"precision": "mixed_float16"}}
# Trains on one device, then on two, in a process of its own: TensorFlow takes logical devices before its first use
# only, and a second model on two devices in one process meets the first one's collective operations.
CHILD = """
import json, sys
from pathlib import Path
from assistant.generation import presets
from assistant.generation.engine.keras_engine import import_keras_nlp
import_keras_nlp()
import numpy as np, tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from assistant.training.finetune.learner import Learner, devices
from assistant.training.finetune.settings import Settings
folder, steps = Path(sys.argv[1]), 4
settings = Settings(batch=4, length=16, rate=3e-3, **json.loads(sys.argv[2]))
for count in (1, 2):
    learner = Learner(folder, presets.validate(folder), settings, steps, devices(count))
    rng, losses = np.random.default_rng(0), []
    for step in range(steps):
        ids = rng.integers(0, 200, (4, 17)).astype(np.int32)
        weights = (rng.random((4, 16)) < [[0.1], [0.2], [0.9], [0.6]]).astype(np.float32)  # unlike counts a device
        inputs = {"token_ids": ids[:, :-1], "padding_mask": np.ones((4, 16), np.int32)}
        batch = inputs, ids[:, 1:], weights / weights.sum()
        losses.append(learner.learn(batch, update=(step + 1) % settings.accumulate == 0))
    values = np.concatenate([v.numpy().ravel() for v in learner.model.trainable_variables])
    scores = float(learner.scores(batch)[0].mean())
    found = {"replicas": learner.replicas, "losses": losses, "values": values.tolist(), "scores": scores}
    print(json.dumps(found), flush=True)
"""


@pytest.fixture(scope="module")
def trained(wide_preset, tmp_path_factory):
    """Each of CASES as one device learnt it, and as two did, with a single layer: tracing its graph takes the time."""
    sizes = presets.validate(wide_preset) | {"num_layers": 1, "max_sequence_length": 16}
    preset = save(build_model(sizes), wide_preset, tmp_path_factory.mktemp("presets") / "single")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    running = {  # side by side: most of each is TensorFlow's start
        name: subprocess.Popen([sys.executable, "-c", CHILD, str(preset), json.dumps(changes)], **pipes)
        for name, changes in CASES.items()
    }
    said = {name: process.communicate() for name, process in running.items()}
    assert not any(process.returncode for process in running.values()), [error[-2000:] for _, error in said.values()]
    return {name: [json.loads(line) for line in output.splitlines()[-2:]] for name, (output, _) in said.items()}


@pytest.mark.parametrize("case", CASES)
def test_two_devices_learn_what_one_learns(trained, case):
    one, two = trained[case]
    assert (one["replicas"], two["replicas"]) == (1, 2)
    loose = {"atol": 2e-3} if case == "float16" else {"atol": 1e-5}
    assert np.allclose(one["losses"], two["losses"], **loose)
    assert np.allclose(one["values"], two["values"], **loose)
    assert one["scores"] == pytest.approx(two["scores"], abs=1e-3)


@pytest.fixture
def learner(wide_preset):
    def make(updates=8, **changes):
        return Learner(wide_preset, presets.validate(wide_preset), replace(SETTINGS, **changes), updates)

    return make


def batch(seed: int, rows: int = 4):
    rng = np.random.default_rng(seed)
    inputs, targets, weights = padded([(rng.integers(0, 200, 60).tolist(), 40) for _ in range(rows)])
    return inputs, targets, weights / weights.sum()


def test_more_devices_than_there_are_is_one_sentence():
    assert len(devices()) == 1
    with pytest.raises(TrainingError, match=r"training\.devices"):
        devices(99)
    with pytest.raises(TrainingError, match=r"training\.devices"):
        devices(0)


def test_the_rate_warms_up_to_its_height_and_falls_to_nothing(learner):
    for accumulate in (1, 2):
        one, rates = learner(accumulate=accumulate), []
        for step in range(8 * accumulate):
            if step % accumulate == 0:
                rates.append(one.rate)
            one.learn(batch(step), update=(step + 1) % accumulate == 0)
        assert rates[:3] == pytest.approx([1.5e-3, 2.25e-3, 3e-3])
        assert rates[2] == max(rates) and rates[2:] == sorted(rates[2:], reverse=True)
        assert one.rate == pytest.approx(0, abs=1e-8)


def test_accumulated_batches_are_one_large_batch(learner):
    inputs, targets, weights = batch(1, 8)
    whole, parts = learner(batch=8), learner(batch=4)
    loss = whole.learn((inputs, targets, weights))
    half = [({k: v[rows] for k, v in inputs.items()}, targets[rows], weights[rows]) for rows in (slice(4), slice(4, 8))]
    assert parts.learn(half[0], update=False) + parts.learn(half[1]) == pytest.approx(loss, abs=1e-5)
    for a, b in zip(whole.model.trainable_variables, parts.model.trainable_variables, strict=True):
        assert np.allclose(a, b, atol=1e-5), a.path


def test_an_overflow_of_float16_skips_the_update_and_halves_the_scale(learner):
    one = learner(precision="mixed_float16")
    one.scale = 2.0**40
    before = [v.numpy() for v in one.model.trainable_variables]
    one.learn(batch(1))
    assert one.scale == 2.0**39 and int(one.optimizer.iterations) == 0
    assert all(np.array_equal(a, b) for a, b in zip(before, one.model.trainable_variables, strict=True))


def test_a_loss_that_is_no_number_is_one_sentence(learner):
    one = learner()
    one.model.trainable_variables[0].assign(one.model.trainable_variables[0] * np.nan)
    with pytest.raises(TrainingError, match=r"training\.loss"):
        one.learn(batch(1))


def test_a_checkpoint_holds_everything_in_the_middle_of_an_update(learner, tmp_path):
    first, second = learner(accumulate=2), learner(accumulate=2)
    first.learn(batch(1), update=False)
    first.save(tmp_path / "c.npz", {"step": 1})
    assert second.restore(tmp_path / "c.npz")["step"] == 1
    assert first.learn(batch(2)) == second.learn(batch(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.weights().values(), second.weights().values(), strict=True))


@pytest.mark.parametrize("damage", [lambda b: b[:-40], lambda b: b"", lambda b: b[:500] + b"\0" * 900 + b[1400:]])
def test_a_damaged_checkpoint_is_one_sentence(learner, tmp_path, damage):
    one, path = learner(), tmp_path / "c.npz"
    one.save(path, {"step": 1})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TrainingError, match=r"training\.checkpoint_damaged"):
        one.restore(path)
