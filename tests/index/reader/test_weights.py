"""Stored weights: small, exact enough, checked."""

import numpy as np
import pytest
import reader_toy

from index.reader import weights
from index.reader.reading import ReaderUnavailable
from index.vectors import e5

NAME = "body.encoder.layer.1.output.dense.weight"


@pytest.fixture
def stored(tmp_path):
    draw = np.random.default_rng(1)
    body = {NAME: reader_toy.weights().tensors[NAME.removeprefix("body.")].astype(np.float16).astype(np.float32)}
    trained = {
        NAME: body[NAME] + draw.normal(0, 0.01, body[NAME].shape).astype(np.float32),
        "head.weight": draw.normal(0, 1, (2, 32)).astype(np.float32),
        "head.bias": np.float32([0.5, -0.5]),
    }
    weights.store(tmp_path / "weights", trained, body, length=40, width=8)
    return tmp_path, trained


def test_the_network_is_rebuilt(stored):
    folder, trained = stored
    reader_toy.body(folder)
    network, about, body = weights.restored(folder / "weights", folder)
    assert (about.length, about.width, body) == (40, 8, folder / e5.NAME)
    own = {name: value.detach().numpy() for name, value in network.named_parameters()}
    for name, values in trained.items():
        np.testing.assert_allclose(own[name], values, atol=3e-4)


def test_changed_bytes_are_noticed(stored):
    folder, _ = stored
    path = folder / "weights" / weights.TENSORS
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ReaderUnavailable) as caught:
        weights.changes(folder / "weights")
    assert caught.value.code == "reader.damaged"


def test_missing_weights_and_a_missing_body_have_their_codes(stored, monkeypatch):
    folder, _ = stored
    with pytest.raises(ReaderUnavailable) as caught:
        weights.changes(folder / "nowhere")
    assert caught.value.code == "reader.missing"
    monkeypatch.setattr(e5, "PACKAGE", "no-such-package")
    with pytest.raises(ReaderUnavailable) as caught:
        weights.restored(folder / "weights", folder / "no-models")
    assert caught.value.code == "e5.missing"


def test_rows_of_nothing_stay_nothing():
    values, scale = weights.packed(np.float32([[0, 0], [1, -2]]))
    np.testing.assert_allclose(values * scale[:, None], [[0, 0], [1, -2]], atol=0.01)
