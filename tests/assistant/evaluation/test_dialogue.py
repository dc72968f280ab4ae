import numpy as np
import pytest

from assistant.evaluation.dialogue import Case, answered, facts, judged, ranked
from corpus.document import Passage

EYE = Passage(
    "Eye drops lower the pressure in the eye. Surgery opens a drain. Laser does too. It is quick.", "Glaucoma"
)
BREAD = Passage("Bake the dough for forty minutes.", "Bread")
CASE = Case(
    "How is glaucoma treated?", (EYE, BREAD), 0, "Eye drops lower the pressure in the eye. Surgery opens a drain."
)


class Parrot:
    """Writes the same text whatever it is asked, and remembers the prompt."""

    window = 1024

    def __init__(self, text):
        self.text = text
        self.prompts = []

    def count_tokens(self, text):
        return len(text.split())

    def copying_from(self, texts):
        return tuple(texts)

    def generate(self, prompt, *, max_new_tokens, sampling, copying=None):
        self.prompts.append(prompt)
        self.copying = copying
        return self.text


def test_answer_that_copies_the_passage_is_supported_and_near_the_reference():
    result = judged(CASE, CASE.reference)
    assert (result.sentences, result.supported, result.rouge_l) == (2, 2, 1.0)
    assert 0 < result.lead_rouge_l < 1


def test_invented_answer_is_neither():
    result = judged(CASE, "Elephants cure it.")
    assert (result.sentences, result.supported) == (1, 0)
    assert result.rouge_l < 0.2


def test_generator_sees_every_passage_of_the_case():
    parrot = Parrot(CASE.reference)
    (result,) = answered(parrot, [CASE])
    assert "Bake the dough" in parrot.prompts[0]
    assert "Eye drops" in parrot.prompts[0]
    assert result.answer == CASE.reference


def test_grounded_decoding_is_guided_by_the_passages_and_greedy_decoding_by_nothing():
    parrot = Parrot(CASE.reference)
    list(answered(parrot, [CASE]))
    assert parrot.copying == (EYE.text, BREAD.text)
    list(answered(parrot, [CASE], "greedy"))
    assert parrot.copying is None


def test_ablation_shows_the_generator_no_passage():
    parrot = Parrot(CASE.reference)
    list(answered(parrot, [CASE], passages=False))
    assert "Eye drops" not in parrot.prompts[0] and CASE.question in parrot.prompts[0]


def test_passages_are_ranked_by_their_nearness_to_the_question():
    def embed(texts):
        return np.array([[float("laucoma" in text), float("laucoma" not in text)] for text in texts])

    (case,) = ranked([Case(CASE.question, (BREAD, EYE), 1, CASE.reference)], embed)
    assert case.passages == (EYE, BREAD) and case.right == 0


def test_facts_are_over_all_sentences():
    results = [judged(CASE, CASE.reference), judged(CASE, ""), judged(CASE, "Elephants cure it. Elephants cure it.")]
    found = facts(results)
    assert found["supported_sentences"] == pytest.approx(2 / 4)
    assert 0 < found["distinct_2"] < 1 and found["bleu"] > 0 and found["median_s"] == 0
    assert facts([judged(CASE, "")])["supported_sentences"] == 0
