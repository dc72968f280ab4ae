"""The shipped reader and gate on ordinary documents, our own: what people ask of them is answered, the rest is not."""

from dataclasses import replace

import pytest

from assistant.evaluation import open_answers, open_questions
from assistant.pipeline import Assistant
from corpus.home import Home

ASKED = 4  # of the sixty questions, half of them absent
NAMES = ("hr-notes", "contract")


@pytest.mark.real
def test_questions_on_own_documents_are_answered_first_and_absent_ones_refused(tmp_path):
    sets = [one for one in open_questions.workplace() if one.name in NAMES]
    assistant = Assistant(Home(tmp_path).make())
    try:
        embedder = assistant.resources.search.embedder
        assert embedder is not None
        open_questions.fill(assistant.resources.store, embedder, sets)
        outcomes = [
            one
            for each in sets
            for one in open_answers.asked(assistant, replace(each, cases=(*each.cases[:ASKED], *each.cases[-ASKED:])))
        ]
    finally:
        assistant.close()
    held = [one for one in outcomes if one.case.answerable]
    assert sum(one.leads for one in held) / len(held) >= 0.7
    assert sum(one.refused != one.case.answerable for one in outcomes) / len(outcomes) >= 0.75
