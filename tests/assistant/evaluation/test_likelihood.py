import math

import numpy as np
import pytest

from assistant.evaluation.likelihood import Likelihood, likelihood


class Uniform:
    """Gives each of its two tokens half; a letter is a token."""

    window = 6

    def encode(self, text):
        return list(text.encode())

    def decode(self, tokens):
        return bytes(tokens).decode()

    def score(self, prompt, continuation):
        assert len(continuation) < self.window
        return np.full(len(continuation), math.log(0.5))


def test_uniform_model_over_two_tokens_has_perplexity_2_and_one_bit_a_byte():
    found = likelihood(Uniform(), ["abba", "a b a b a b a"])
    assert (found.tokens, found.bytes) == (17, 17)
    assert found.perplexity == pytest.approx(2.0)
    assert found.bits_per_byte == pytest.approx(1.0)


def test_nothing_has_no_perplexity():
    assert math.isnan(likelihood(Uniform(), []).perplexity)
    assert math.isnan(Likelihood().bits_per_byte)


def test_generator_of_a_preset_can_be_measured(toy_generator):
    found = likelihood(toy_generator, ["the cat and the dog in the street " * 10])
    assert found.bytes == 340
    assert found.perplexity > 1
