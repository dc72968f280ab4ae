import pytest

from assistant.generation import presets
from assistant.generation.engine import choice, onnx_engine, weights
from assistant.generation.engine.choice import AUTOMATIC, KERAS, load_engine

pytest.importorskip("onnxruntime")


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    monkeypatch.setattr(choice, "has_gpu", lambda: False)


def test_the_fast_engine_is_taken_and_keras_where_it_is_asked_for(toy_preset, tmp_path):
    architecture = presets.validate(toy_preset)
    assert load_engine(toy_preset, architecture, AUTOMATIC, tmp_path).name == onnx_engine.NAME
    assert load_engine(toy_preset, architecture, KERAS, tmp_path).name == KERAS


def test_weights_in_another_layout_are_read_by_keras_and_written_anew_once(toy_preset, tmp_path, monkeypatch):
    def unknown(*_):
        raise weights.UnknownLayout("sharded")

    monkeypatch.setattr(weights, "read", unknown)
    architecture = presets.validate(toy_preset)
    assert load_engine(toy_preset, architecture, AUTOMATIC, tmp_path).name == onnx_engine.NAME
    monkeypatch.setattr(weights, "of_keras", lambda *_: pytest.fail("made again"))
    assert load_engine(toy_preset, architecture, AUTOMATIC, tmp_path).name == onnx_engine.NAME


def test_keras_takes_the_place_of_an_engine_that_cannot_be_made_and_of_any_on_a_gpu(toy_preset, tmp_path, monkeypatch):
    architecture = presets.validate(toy_preset)
    (tmp_path / "file").write_text("no folder")
    assert load_engine(toy_preset, architecture, AUTOMATIC, tmp_path / "file").name == KERAS
    monkeypatch.setattr(choice, "has_gpu", lambda: True)
    monkeypatch.setattr(choice, "_tensorflow_uses_gpu", lambda: True)
    assert load_engine(toy_preset, architecture, AUTOMATIC, tmp_path).name == KERAS
