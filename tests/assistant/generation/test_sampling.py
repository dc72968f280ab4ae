import numpy as np
import pytest

from assistant.generation.sampling import GREEDY, Sampler, Sampling, banned_tokens, log_softmax, probabilities, softmax

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05]))


def test_greedy_takes_the_likeliest_token():
    assert Sampler(GREEDY).choose(LOGITS) == 0


def test_top_k_keeps_k_tokens_and_renormalises():
    assert probabilities(LOGITS, Sampling(temperature=1, top_k=2)) == pytest.approx([0.625, 0.375, 0, 0])


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    assert probabilities(LOGITS, Sampling(temperature=1, top_p=0.7)) == pytest.approx([0.625, 0.375, 0, 0])
    assert probabilities(LOGITS, Sampling(temperature=1, top_p=0.01)) == pytest.approx([1, 0, 0, 0])


def test_temperature_sharpens_and_flattens():
    assert probabilities(LOGITS, Sampling(temperature=1)) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    sharp = probabilities(LOGITS, Sampling(temperature=0.5))
    flat = probabilities(LOGITS, Sampling(temperature=2))
    assert sharp[0] > 0.5 > flat[0]


def test_repetition_penalty_lowers_what_was_generated_whatever_its_sign():
    logits = np.array([2.0, -1.0, 0.5])
    before = probabilities(logits, Sampling(temperature=1))
    after = probabilities(logits, Sampling(temperature=1, repetition_penalty=2.0), generated=[0, 1])
    assert after[0] < before[0]
    assert after[1] < before[1]


def test_no_repeat_ngram_bans_the_token_that_would_repeat_one():
    assert banned_tokens([1, 2, 3, 1, 2], 3) == {3}
    assert banned_tokens([1, 2, 3], 3) == set()
    assert banned_tokens([4, 5, 4], 1) == {4, 5}
    assert Sampler(Sampling(no_repeat_ngram=2)).choose(LOGITS, generated=[0, 0]) == 1


def test_a_seed_repeats_the_same_choices():
    def draw(seed):
        sampler = Sampler(Sampling(temperature=1.0, seed=seed))
        return [sampler.choose(LOGITS) for _ in range(50)]

    assert draw(3) == draw(3) != draw(4)


def test_samples_follow_the_distribution():
    sampler = Sampler(Sampling(temperature=1.0, seed=0))
    counts = np.bincount([sampler.choose(LOGITS) for _ in range(4000)], minlength=4) / 4000
    assert counts == pytest.approx(np.exp(LOGITS), abs=0.03)


@pytest.mark.parametrize("bad", [{"temperature": -1}, {"top_p": 0}, {"top_k": -1}, {"repetition_penalty": 0}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ValueError, match=r"cannot be|lies above|is above"):
        Sampling(**bad)


def test_softmax_and_its_logarithm_agree_on_large_scores():
    scores = np.array([[1000.0, 999.0, -np.inf]])
    assert np.exp(log_softmax(scores)) == pytest.approx(softmax(scores))
    assert softmax(scores).sum() == pytest.approx(1)


def test_ngram_ban_spares_tokens_that_are_copied():
    sampler = Sampler(Sampling(no_repeat_ngram=2))
    logits = np.array([0.0, 0.0, 5.0])
    assert sampler.choose(logits, [1, 2, 1]) != 2
    assert sampler.choose(logits, [1, 2, 1], {2}) == 2
