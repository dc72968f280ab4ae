import json
import random

import pytest
from conftest_medicine import TOPICS

from assistant.evaluation import gate_fitting as calibration
from assistant.evaluation.gate_fitting import Example, _invented, _regression, examples, fit, quality, sha256
from assistant.evaluation.questions import half_of
from assistant.gate.gate import NOTHING, Features
from corpus.document import ReadingError

ANSWERABLE = {"original", "reworded", "mistyped", "letters", "synonyms"}
FOREIGN = {"invented", "other collection", "other field", "other field, letters", "injected", "gibberish"}


def made(medicine, half="dev", **changes):
    store, search = medicine
    return examples(store, search, **{"collection": "medicine", "other": "painters", "count": 8, **changes}, half=half)


def features(**values):
    return Features(**{name: values.get(name, 0.5) for name in Features.__dataclass_fields__})


def test_examples_of_every_kind_say_whether_their_topic_was_found(medicine):
    labels = {}
    for example in made(medicine):
        labels.setdefault(example.kind, set()).add(example.answerable)
    assert {kind for kind, values in labels.items() if values == {True}} == ANSWERABLE
    assert {kind for kind, values in labels.items() if values == {False}} == FOREIGN


def test_question_whose_topic_is_not_found_is_no_example(medicine):
    store, search = medicine

    class Blind:
        """Finds nothing, as if the topic were not there."""

        def __getattr__(self, name):
            return getattr(search, name)

        def search(self, query, top, collections):
            return search.search(query, top, ["painters"])

    found = examples(store, Blind(), "medicine", "painters", count=5, half="dev")
    assert {example.kind for example in found} == FOREIGN


def test_same_seed_makes_the_same_examples_and_another_others(medicine):
    first = made(medicine)
    assert sha256(made(medicine)) == sha256(first)
    assert sha256(made(medicine, seed=8)) != sha256(first)


def test_halves_share_no_question_and_no_topic(medicine):
    halves = {half: made(medicine, half) for half in ("dev", "test")}
    asked = [{example.question for example in data if example.kind != "gibberish"} for data in halves.values()]
    assert all(asked)
    assert not asked[0] & asked[1]
    for half, data in halves.items():
        original = " ".join(example.question for example in data if example.kind == "original").lower()
        assert {half_of(topic) for topic in TOPICS if topic.lower() in original} == {half}


def test_collection_without_topics_is_refused_in_a_sentence(medicine):
    with pytest.raises(ReadingError, match="'painters' has no documents with focus_area"):
        made(medicine, collection="painters", other="medicine")


def test_gate_fitted_on_one_half_decides_the_other(medicine):
    gates = fit(made(medicine), "hashing")
    assert set(gates.by_embedder) == {"hashing", ""}
    assert "cosine" in gates.by_embedder["hashing"].weights
    assert "cosine" not in gates.by_embedder[""].weights
    test = made(medicine, "test")
    for gate in gates.by_embedder.values():
        scores = quality(test, gate, 0.5)
        assert scores["roc_auc"] > 0.95
        assert min(scores.values()) > 0.7
        assert scores["reworded"] == 1.0


def test_quality_counts_what_is_decided_rightly_at_the_threshold():
    data = [
        Example("a", "reworded", True, features(known=0.9)),
        Example("b", "reworded", True, features(known=0.4)),
        Example("c", "invented", False, features(known=0.2)),
        Example("d", "invented", False, features(known=0.1)),
    ]
    gate = _regression([*data[:1], *data[2:]], ["known"])
    between = gate.probability(features(known=0.5))
    assert quality(data, gate, between) == {"reworded": 0.5, "invented": 1.0, "roc_auc": 1.0}
    assert quality(data, gate, 0.0)["invented"] == 0.0


def test_regression_weighs_the_feature_that_decides():
    data = [Example("q", "k", bool(n % 2), features(coverage=n % 2)) for n in range(40)]
    weights = _regression(data, ["coverage", "known"]).weights
    assert weights["coverage"] > 1 > abs(weights["known"])


def test_both_kinds_weigh_the_same_however_many_there_are():
    data = [Example("q", "k", n == 0, NOTHING) for n in range(10)]
    assert _regression(data, ["known"]).probability(NOTHING) == pytest.approx(0.5, abs=0.01)


def test_hash_changes_with_a_question_and_with_a_feature():
    example = Example("q", "k", True, NOTHING)
    changed = [Example("r", "k", True, NOTHING), Example("q", "k", True, features())]
    assert len({sha256([each]) for each in [example, *changed]}) == 3


def test_invented_names_are_new_words_in_the_wordings_of_their_half():
    asked = list(_invented(50, "dev", random.Random(1)))
    assert len(set(asked)) > 40
    assert not any("{" in question for question in asked)
    assert not any(topic.lower() in question.lower() for question in asked for topic in TOPICS)


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """Two toy sets of questions on the painters, and a third on what is not in the index."""
    sets = {
        "painters": {"half": "dev", "subject": "art", "questions": ["What did Monet 1 paint?"]},
        "medicine": {"half": "test", "subject": "art", "questions": ["Is gout treated?"], "unanswerable": ["Who?"]},
        "sculptors": {"half": "dev", "subject": "art", "questions": ["Who is Rodin?"]},
        "cooks": {"half": "test", "subject": "food", "questions": ["How is bread baked?"]},
    }
    (tmp_path / "plain.json").write_text(json.dumps(sets))
    monkeypatch.setattr(calibration, "PLAIN", tmp_path / "plain.json")


def test_plain_documents_are_asked_their_own_questions_those_of_other_subjects_and_foreign_ones(medicine, plain):
    store, search = medicine
    made = calibration.plain_examples(store, search, "dev")
    own = [(example.question, example.kind) for example in made if example.answerable]
    assert own == [("What did Monet 1 paint?", "painters")]
    others = [example.question for example in made if example.kind == "painters, other documents"]
    assert others == ["How is bread baked?"]
    assert {example.kind for example in made} - {"painters", "painters, other documents"} == {"painters, other field"}
    assert all(example.plain for example in made)
    test = [(example.question, example.answerable) for example in calibration.plain_examples(store, search, "test")]
    assert test == [("Is gout treated?", True), ("Who?", False)]


def test_plain_documents_weigh_as_much_however_few_they_are():
    entries = [Example("q", "k", n % 2 == 0, features(known=n % 2)) for n in range(100)]
    plain = [Example("q", "k", n % 2 == 0, features(coverage=(n + 1) % 2), plain=True) for n in range(4)]
    few = _regression([*entries, *plain], ["known", "coverage"])
    many = _regression([*entries, *plain * 5], ["known", "coverage"])
    assert few.weights["coverage"] == pytest.approx(many.weights["coverage"], rel=0.3)
    assert few.weights["coverage"] > 1


def test_shipped_questions_on_plain_documents_are_of_both_halves_and_say_what_they_are_asked_of():
    sets = json.loads(calibration.PLAIN.read_text("utf-8"))
    assert {found["half"] for found in sets.values()} == {"dev", "test"}
    for found in sets.values():
        assert found["made_of"] and found["subject"]
        assert len(set(found["questions"])) == len(found["questions"]) >= 20
