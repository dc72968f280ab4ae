import numpy as np
import pytest

from assistant.generation import presets
from assistant.generation.engine import weights
from assistant.generation.engine.weights import UnknownLayout


def flat(value) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    parts = value if isinstance(value, tuple) else vars(value).values() if hasattr(value, "__dict__") else ()
    return [array for part in parts for array in flat(part)]


def test_weights_are_read_as_keras_reads_them(toy_generator, toy_preset):
    read = weights.read(toy_preset, presets.validate(toy_preset))
    loaded = weights.of_keras(toy_generator.engine.model)
    assert all(np.array_equal(a, b) for a, b in zip(flat(read), flat(loaded), strict=True))
    assert read.parameters == loaded.parameters == toy_generator.parameters


@pytest.mark.parametrize("change", [{"hidden_dim": 16}, {"num_layers": 3}])
def test_weights_that_do_not_fit_their_sizes_are_left_to_keras(toy_preset, change):
    with pytest.raises(UnknownLayout):
        weights.read(toy_preset, presets.validate(toy_preset) | change)
