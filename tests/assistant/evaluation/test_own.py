"""Questions made from a small collection, and trials on it: real search and quotes, without any network."""

import random
import threading
import time
from dataclasses import replace

import pytest

from assistant.evaluation import own
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.own import Outcome, outcomes, question_set, tables, usable
from assistant.evaluation.trials import Plan, Trials
from assistant.pipeline import Assistant
from assistant.settings import Settings
from corpus.document import Document, Passage, Section
from corpus.home import Home
from index.storage.store import Store, StoreError

LIGHTHOUSE = {
    "Lamp": "The lamp burns whale oil and can be seen from thirty miles away.",
    "Keepers": "Three keepers lived in the lighthouse with their families.",
    "History": "The lighthouse was built in 1913 by the engineer Ada Thornbury.",
}
OTHERS = {
    "Do bees sleep?": "Bees sleep at night and at rest, five to eight hours a day.",
    "Crooked Mill": "The Crooked Mill grinds barley near the village of Ombrosa.",
    "scan-0012.pdf": "Nothing that anybody would ask for by this name.",
    "Page 3": "A page.",
}


@pytest.fixture(autouse=True)
def light_embedder(monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path).make()


@pytest.fixture
def store(home):
    opened = Store(home.index)
    source = opened.add_source("Notes", "/notes.txt", "file")
    scan = opened.begin_scan(source.id)
    sections = tuple(Section(text, heading) for heading, text in LIGHTHOUSE.items())
    documents = [(Document("Brilliant Lighthouse", sections), [Passage(t, h) for h, t in LIGHTHOUSE.items()])]
    documents += [(Document(title, (Section(text),)), [Passage(text, title)]) for title, text in OTHERS.items()]
    opened.put(source.id, scan, documents)
    opened.end_scan(source.id, scan)
    yield opened
    opened.close()


@pytest.fixture
def assistant(home, store):
    made = Assistant(home)
    yield made
    made.close()


def wait(trials: Trials) -> None:
    while trials.progress.running:
        time.sleep(0.02)


# --- questions ------------------------------------------------------------------------------------------------


def test_questions_come_from_titles_headings_and_documents_that_ask(store):
    made = question_set(store, "Notes", 10)
    texts = {query.kind: query.text for query in made.inside}
    assert texts["question"] == "Do bees sleep?"
    assert texts["title"] == "What is known about Crooked Mill?"
    assert texts["heading"].startswith("What does “Brilliant Lighthouse” say about ")
    assert len(made.inside) == 3, "nobody asks for a file's name or a page's number"
    assert all(query.relevant for query in made.inside)


def test_the_same_collection_and_seed_give_the_same_questions(store):
    assert question_set(store, "Notes", 2) == question_set(store, "Notes", 2)


def test_questions_of_other_fields_are_none_of_the_collection_s(store):
    outside = question_set(store, "Notes", 10).outside
    assert len(outside) >= own.FEWEST_OUTSIDE
    assert not any(query.relevant for query in outside)
    rng = random.Random(0)
    store.put(*_more(store, "How do I paint a wooden fence?", "How do I paint a wooden fence? Paint the fence."))
    everything = {query.text for query in own._foreign(store, "Notes", 1000, rng)}
    assert "How do I paint a wooden fence?" not in everything and len(everything) > 30


def _more(store, title: str, text: str) -> tuple:
    source = store.add_source("Notes", "/more.txt", "file")
    scan = store.begin_scan(source.id)
    return source.id, scan, [(Document(title, (Section(text),)), [Passage(text, title)])]


def test_french_documents_are_asked_in_french():
    rng = random.Random(0)
    assert own._question("Le phare", ["Le phare"], "fr", rng) == ("title", "Que sait-on de Le phare ?")
    assert own._question("Comment dorment les abeilles", [], "fr", rng)[0] == "question"


@pytest.mark.parametrize(
    ("title", "is_usable"),
    [("Bees", True), ("Introduction", False), ("Page 12", False), ("a.pdf", False), ("12", False), ("x" * 200, False)],
)
def test_what_nobody_would_ask_for(title, is_usable):
    assert usable(title) is is_usable


def test_a_collection_without_titles_or_unknown_is_one_sentence(store):
    store.make_collection("Empty")
    with pytest.raises(EvaluationError, match=r"evaluation\.no_titles"):
        question_set(store, "Empty", 5)
    with pytest.raises(StoreError):
        question_set(store, "Nowhere", 5)


# --- answers --------------------------------------------------------------------------------------------------


def test_outcomes_say_what_was_found_and_what_failed(assistant, store):
    made = question_set(store, "Notes", 10)
    found = list(outcomes(assistant.under(Settings(threshold=0.0)), made, "Notes", threading.Event(), mode="quotes"))
    assert len(found) == len(made)
    assert all(each.rank == 1 for each in found if not each.outside)
    assert not any(each.refused for each in found if not each.outside)
    assert all(each.failures == (() if each.refused else ("answered",)) for each in found if each.outside)
    strict = assistant.under(Settings(threshold=1.0))
    assert all(each.refused for each in outcomes(strict, made, "Notes", threading.Event(), mode="quotes"))


@pytest.mark.parametrize(
    ("changes", "failures"),
    [
        ({}, ()),
        ({"rank": None}, ("not_found",)),
        ({"refused": True, "sentences": 0, "supported": 0, "cited": False}, ("refused",)),
        ({"cited": False}, ("wrong_source",)),
        ({"supported": 1}, ("unsupported",)),
        ({"relevant": ()}, ("answered",)),
        ({"relevant": (), "refused": True}, ()),
    ],
)
def test_each_failure_has_its_name(changes, failures):
    good = Outcome("q", "title", "t", ("d",), 1, False, 0.9, "a", True, 2, 2)
    assert replace(good, **changes).failures == failures


def test_measures_are_shares_over_questions():
    good = Outcome("q", "title", "t", ("d",), 1, False, 0.9, "a", True, 2, 2)
    made = tables([good, replace(good, question="r", rank=5, cited=False), replace(good, relevant=(), refused=True)])
    own_table, other = made
    assert {name: value.mean for name, value in own_table.estimates().items()} == {
        "recall@1": 0.5,
        "recall@3": 0.5,
        "recall@10": 1.0,
        "answered": 1.0,
        "right_source": 0.5,
        "supported": 1.0,
    }
    assert other.estimates()["refused"].mean == 1.0


# --- trials ---------------------------------------------------------------------------------------------------


def test_a_trial_is_kept_with_every_outcome_and_changes_no_setting(home, assistant, store):
    trials = Trials(home, assistant, store)
    assert trials.start(Plan("Notes", 5, "quotes", Settings(threshold=0.9)))
    wait(trials)
    assert trials.progress.error is None
    trial = trials.load(trials.progress.kept)
    assert trial.run.settings["threshold"] == 0.9 and trial.run.settings["collection"] == "Notes"
    assert len(trial.outcomes) == trials.progress.done == trials.progress.total
    assert assistant.settings == Settings()
    trials.remove(trial.name)
    assert trials.names() == [] and not list((home.path / "evaluation").iterdir())


def test_what_goes_wrong_is_one_sentence(home, assistant, store):
    trials = Trials(home, assistant, store)
    trials.start(Plan("Nowhere", 5, "quotes"))
    wait(trials)
    assert "Nowhere" in str(trials.progress.error) and trials.names() == []
    for name in ("../../etc/passwd", "nothing", ""):
        with pytest.raises(EvaluationError, match=r"trial\.unknown"):
            trials.load(name)


def test_a_trial_that_is_stopped_keeps_what_was_asked(home, assistant, store):
    trials = Trials(home, assistant, store)
    trials.stop()
    trials.start(Plan("Notes", 5, "quotes"))
    assert not trials.start(Plan("Notes", 5, "quotes")), "one at a time"
    trials.stop()
    wait(trials)
    assert trials.progress.error is None and trials.progress.done <= trials.progress.total


def test_damaged_outcomes_are_left_out(home, assistant, store):
    trials = Trials(home, assistant, store)
    trials.start(Plan("Notes", 5, "quotes"))
    wait(trials)
    file = next((home.path / "evaluation").glob("*.outcomes.jsonl"))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:2], "{}", "[]", "nonsense", '{"rank": {}}']))
    assert len(trials.load(trials.progress.kept).outcomes) == 2
