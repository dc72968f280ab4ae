import json

import pytest
from conftest_medicine import TOPICS

from assistant.evaluation import refusals
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.questions import half_of

ANSWERABLE = {"original", "reworded", "mistyped", "letters", "synonyms"}
FOREIGN = {"invented", "other collection", "other field", "other field, letters", "injected", "gibberish"}


def cases(medicine, half="dev", seed=7):
    found = refusals.reworded(medicine[0], "medicine", "painters", 8, half, seed)
    return [case for one in found for case in one.cases]


def test_every_kind_is_asked_and_says_whether_it_can_be_answered(medicine):
    kinds = {(case.kind, case.answerable) for case in cases(medicine)}
    assert kinds == {*((kind, True) for kind in ANSWERABLE), *((kind, False) for kind in FOREIGN)}


def test_same_seed_makes_the_same_questions_and_another_others(medicine):
    assert cases(medicine) == cases(medicine)
    assert cases(medicine) != cases(medicine, seed=8)


def test_halves_share_no_question_and_no_topic(medicine):
    halves = {half: cases(medicine, half) for half in ("dev", "test")}
    asked = [{case.question for case in made if case.kind != "gibberish"} for made in halves.values()]
    assert all(asked)
    assert not asked[0] & asked[1]
    for half, made in halves.items():
        original = " ".join(case.question for case in made if case.kind == "original").lower()
        assert {half_of(topic) for topic in TOPICS if topic.lower() in original} == {half}


def test_collection_without_topics_is_refused(medicine):
    with pytest.raises(EvaluationError):
        refusals.reworded(medicine[0], "painters", "medicine", 8, "dev")


def test_plain_documents_are_asked_their_own_questions_those_of_other_subjects_and_foreign_ones(
    medicine, tmp_path, monkeypatch
):
    sets = {
        "painters": {"half": "dev", "language": "en", "subject": "art", "questions": ["What did Monet 1 paint?"]},
        "medicine": {
            "half": "test",
            "language": "en",
            "subject": "art",
            "questions": ["Is gout treated?"],
            "unanswerable": ["Who?"],
        },
        "cooks": {"half": "test", "language": "en", "subject": "food", "questions": ["How is bread baked?"]},
    }
    (tmp_path / "plain.json").write_text(json.dumps(sets))
    monkeypatch.setattr(refusals, "PLAIN", tmp_path / "plain.json")
    (painters,) = refusals.plain(medicine[0], "dev")
    assert [case.question for case in painters.cases if case.answerable] == ["What did Monet 1 paint?"]
    assert [case.question for case in painters.cases if case.kind == "other documents"] == ["How is bread baked?"]
    (own,) = refusals.plain(medicine[0], "test")
    assert [(case.question, case.answerable) for case in own.cases] == [("Is gout treated?", True), ("Who?", False)]


def test_shipped_questions_on_plain_documents_are_of_both_halves_and_say_what_they_are_asked_of():
    sets = json.loads(refusals.PLAIN.read_text("utf-8"))
    assert {found["half"] for found in sets.values()} == {"dev", "test"}
    for found in sets.values():
        assert found["made_of"] and found["subject"]
        assert len(set(found["questions"])) == len(found["questions"]) >= 20
