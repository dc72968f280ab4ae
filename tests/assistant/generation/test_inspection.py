import numpy as np
import pytest

from assistant.generation import inspection as lab
from assistant.generation.generator import TokenProbability
from assistant.generation.sampling import Sampling, probabilities, softmax
from assistant.generation.tokenizer import Tokenizer, byte_of_character

MERGES = ["Ġ t", "h e", "Ġt he", "i n", "Ġ a"]
VOCABULARY = [*byte_of_character(), *(merge.replace(" ", "") for merge in MERGES), "<|endoftext|>"]


class Fixed:
    """A generator whose next token is " the" with logit 3, "he" with 2, "in" with 1, " a" with 0."""

    window = 8

    def __init__(self):
        self.tokenizer = Tokenizer({token: n for n, token in enumerate(VOCABULARY)}, MERGES)

    def encode(self, text):
        return self.tokenizer.encode(text)

    def next_token_distribution(self, ids, k, sampling=None):
        logits = np.full(self.tokenizer.size, -np.inf)
        for logit, word in enumerate((" a", "in", "he", " the")):
            logits[self.encode(word)[0]] = logit
        chances = softmax(logits) if sampling is None else probabilities(logits, sampling, ids)
        best = np.argsort(-chances, kind="stable")[:k]
        return [TokenProbability(int(i), "", float(chances[i])) for i in best if chances[i] > 0]

    def stream(self, ids, *, max_new_tokens, sampling, stop_strings):
        assert stop_strings == ()
        yield from [" the", " end"][:max_new_tokens]


@pytest.fixture(scope="module")
def generator():
    return Fixed()


def texts(candidates) -> list[str]:
    return [candidate.token.text for candidate in candidates]


def test_a_prompt_is_shown_as_its_tokens(generator):
    found = lab.look(generator, "then the", Sampling(1.0))
    assert texts(found.plain) == ["␣the", "he", "in", "␣a"]
    assert [token.text for token in found.tokens] == ["t", "he", "n", "␣the"]
    assert [token.id for token in found.tokens] == generator.encode("then the")


@pytest.mark.parametrize(
    ("sampling", "left"),
    [
        (Sampling(1.0), 4),
        (Sampling(1.0, top_k=2), 2),
        (Sampling(1.0, top_p=0.6), 1),
        (Sampling(0.0), 1),
    ],
)
def test_settings_leave_fewer_candidates(generator, sampling, left):
    found = lab.look(generator, "x", sampling)
    assert len(found.shaped) == left and len(found.plain) == 4
    assert sum(candidate.probability for candidate in found.shaped) == pytest.approx(1)


def test_a_candidate_remembers_its_plain_probability(generator):
    found = lab.look(generator, "x", Sampling(0.5))
    assert found.shaped[0].plain == found.plain[0].probability < found.shaped[0].probability


def test_the_penalty_counts_the_prompt_as_written(generator):
    found = lab.look(generator, "x the", Sampling(1.0, repetition_penalty=2.0))
    assert texts(found.shaped)[0] == "he"


def test_few_candidates_are_asked_for(generator):
    assert len(lab.look(generator, "x", Sampling(1.0), k=2).plain) == 2


def test_bytes_of_a_character_are_hexadecimal(generator):
    tokens = [lab.readable(generator.tokenizer, i) for i in generator.encode("€")]
    assert [(token.text, token.kind) for token in tokens] == [("E2", "bytes"), ("82", "bytes"), ("AC", "bytes")]


@pytest.mark.parametrize(
    ("text", "shown"), [(" ", "␣"), ("\n", "↵"), ("\t", "⇥"), ("\x07", "07"), (" a", "␣a"), ("a", "a")]
)
def test_spaces_and_control_characters_are_visible(generator, text, shown):
    (token,) = generator.encode(text)
    assert lab.readable(generator.tokenizer, token).text == shown


def test_the_end_token_is_named(generator):
    assert lab.readable(generator.tokenizer, generator.tokenizer.end) == lab.Token(
        generator.tokenizer.end, "<|endoftext|>", "end"
    )


def test_an_empty_prompt_is_refused(generator):
    with pytest.raises(lab.PromptError) as caught:
        lab.look(generator, "", Sampling())
    assert caught.value.code == "prompt.empty"


@pytest.mark.parametrize(
    "use", [lambda g, text: lab.look(g, text, Sampling()), lambda g, t: next(lab.written(g, t, Sampling(), 9))]
)
def test_a_prompt_that_fills_the_window_is_refused(generator, use):
    use(generator, "xxxxxxx")
    with pytest.raises(lab.PromptError) as caught:
        use(generator, "xxxxxxxx")
    assert (caught.value.code, dict(caught.value.values)) == ("prompt.long", {"tokens": 8, "limit": 7})


def test_a_continuation_grows(generator):
    assert list(lab.written(generator, "x", Sampling(), 9)) == [" the", " the end"]


def test_a_real_model_is_looked_into(toy_generator):
    found = lab.look(toy_generator, "the €", Sampling(0.8, top_k=3))
    assert len(found.plain) == 10 and len(found.shaped) == 3 and found.window == 64
    assert list(lab.written(toy_generator, "the", Sampling(1.0, seed=1), 5))
