import numpy as np
import pytest

from assistant.generation.copy_guide import Copying
from assistant.generation.drafts import FIRST, Drafts
from assistant.generation.generator import Generator
from assistant.generation.sampling import Sampling
from assistant.generation.tokenizer import Tokenizer, byte_of_character

END = 256


class Repeating:
    """An engine whose likeliest next token is the one after the same two tokens earlier on, with some noise."""

    name, window, vocabulary_size, parameters = "repeating", 512, 257, 0

    def __init__(self, longest_draft: int):
        self.longest_draft, self.calls = longest_draft, 0

    def begin(self, capacity):
        engine, text = self, []

        class Text:
            def feed(self, tokens, at, rows):
                engine.calls += 1
                text[at:] = tokens
                assert len(text) <= capacity
                return np.stack([engine.after(text[: len(text) - rows + 1 + row]) for row in range(rows)])

        return Text()

    def after(self, text):
        logits = np.random.default_rng(len(text)).normal(size=257).astype(np.float32)
        for place in range(len(text) - 3, -1, -1):
            if text[place : place + 2] == text[-2:]:
                logits[text[place + 2]] += 14
                break
        return logits


def generator(longest_draft: int) -> Generator:
    tokenizer = Tokenizer({token: n for n, token in enumerate([*byte_of_character(), "<|endoftext|>"])}, [])
    return Generator(Repeating(longest_draft), tokenizer, "repeating")


@pytest.mark.parametrize("guided", [True, False])
@pytest.mark.parametrize("sampling", [Sampling(), Sampling(temperature=0.7, seed=1)])
def test_drafts_change_nothing_but_the_number_of_steps(guided, sampling):
    passages = ["The valves open in turn. They close again after each beat.", "Blood flows one way only."]
    prompt, texts, calls = " ".join(passages) + " The", [], []
    for longest in (0, 16):
        writer = generator(longest)
        copying = writer.copying_from(passages) if guided else None
        texts.append(list(writer.tokens(prompt, max_new_tokens=90, sampling=sampling, copying=copying)))
        calls.append(writer.engine.calls)
    assert texts[0] == texts[1]
    assert len(texts[0]) > 20
    assert calls[1] < calls[0]


def test_a_text_ends_where_the_window_ends():
    writer = generator(16)
    assert len(list(writer.tokens([65, 66] * 250, max_new_tokens=50))) <= 12


def test_a_copy_is_foretold_up_to_its_passages_end_and_not_marked_as_copied():
    copying = Copying([[[1, 2, 3, 4], [5, 6]], [[7, 8]]], END)
    drafts = Drafts([], copying, 16)
    assert drafts.propose([1, 2], 8) == [3, 4, 5, 6, END]
    assert drafts.propose([1, 2], 2) == [3, 4]
    assert copying.guided(np.zeros(300), [1, 2])[1] == {3}


def test_a_prompt_is_looked_up_and_drafts_follow_their_success():
    drafts = Drafts([1, 2, 3, *range(10, 40)], None, 16)
    assert drafts.propose([5, 1, 2, 3], 99) == list(range(10, 10 + FIRST))
    drafts.learn(FIRST, FIRST)
    assert len(drafts.propose([5, 1, 2, 3], 99)) == 16
    drafts.learn(16, 0)
    assert drafts.propose([5, 1, 2, 3], 99) == [10]
    assert drafts.propose([8, 9, 9], 99) == []
    assert Drafts([1, 2, 3, 4], None, 0).propose([1, 2, 3], 99) == []
