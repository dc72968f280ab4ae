"""Why a document or a sentence is not in an answer, over a toy index with word counts for embedder and reader."""

import pytest

from assistant.gate.gate import Gate, Gates
from assistant.pipeline import Assistant
from assistant.schema import Answer, Turn
from assistant.services.explanation import ExplanationError, as_json, explain
from assistant.settings import Settings
from assistant.ui.i18n.explanation import told
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from corpus.errors import Reason
from corpus.home import Home
from index.retrieval.reading import READ
from index.vectors.embedder import HashingEmbedder


def document(title, text, name=""):
    return Document(title, (Section(text),), path=f"/data/{name}" if name else "")


DROPS = "Eye drops lower the pressure in the eye."
NOTES = (
    document("Glaucoma", f"Glaucoma damages the optic nerve. {DROPS}", "report.pdf"),
    document("Asthma", "Asthma narrows the airways. An inhaler opens them within minutes.", "asthma.txt"),
    document("Old drops", "In 1950 drops were mixed by hand from herbs and resin, and nobody measured anything."),
    # So many that say something of drops and pressure that what is read is full.
    *(
        document(f"Trial {n}", f"Trial number {n} looked at drops, pressure and the eye of patient {n * 7} in spring.")
        for n in range(12)
    ),
)
PRIVATE = (document("Diary", "Uncle Fernand keeps his medals in the blue tin.", "diary.txt"),)
WAITING = (document("Bees", "Bees dance to show where nectar is."),)
QUESTION = "What lowers the pressure in the eye?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    """Three collections: one embedded, one to be asked apart, one found by its words only; and files without text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCIER_EMBEDDER", "hashing")
        made = Assistant(Home(tmp_path_factory.mktemp("home")), Settings())
        store, embedder = made.resources.store, HashingEmbedder()
        store.use_embedder(embedder.name)
        for collection, documents in (("notes", NOTES), ("private", PRIVATE), ("new", WAITING)):
            source = store.add_source(collection, f"{collection}.jsonl", "dataset")
            scan = store.begin_scan(source.id)
            store.put(source.id, scan, zip(documents, chunk_many(documents, embedder.count_tokens), strict=True))
            store.end_scan(source.id, scan)
            if collection != "new":
                keys, texts = zip(*store.unembedded(100), strict=True)
                store.put_vectors(embedder.name, keys, embedder.encode(texts))
        states = {"scan.pdf": "failed", "queued.pdf": "waiting", "mine.pdf": "excluded"}
        for name, state in states.items():
            reason = Reason("pdf.needs_ocr", {"name": name}).dumps() if state == "failed" else ""
            store.set_source(store.add_source("notes", f"/data/{name}", "file").id, state, reason)
        # Answers when the rarest word of the question is found.
        gate = Gate({"rarest": 8.0}, -4.0)
        made.resources._gates = Gates({"words": gate, "words and reader": gate})
        yield made
        made.close()


@pytest.fixture(scope="module")
def answer(assistant):
    return assistant.answer(QUESTION, mode="quotes", collections=["notes"])


def codes(explanation):
    return [remedy.code for remedy in explanation.remedies]


@pytest.mark.parametrize("target", ["report.pdf", "REPORT", "Glaucoma", "/data/report.pdf", DROPS, "the sha256"])
def test_what_is_in_the_answer_is_found_by_name_file_id_or_sentence(assistant, answer, target):
    target = NOTES[0].id[:12] if target == "the sha256" else target
    found = explain(assistant, answer, target)
    assert (found.stage, found.title, found.source) == ("answered", "Glaucoma", 1)
    assert found.kind == ("sentence" if target == DROPS else "document")
    assert found.ranks.blended == found.ranks.words == 1 and found.entries[0].state == "ready"
    assert DROPS.startswith(found.reading.sentence) and found.reading.then and found.remedies == ()
    assert not found.changed


@pytest.mark.parametrize(
    ("target", "state", "remedy"),
    [("scan.pdf", "failed", "failed"), ("queued.pdf", "waiting", "wait_reading"), ("mine.pdf", "excluded", "excluded")],
)
def test_a_file_without_text_is_told_with_its_state(assistant, answer, target, state, remedy):
    found = explain(assistant, answer, target)
    assert (found.stage, found.entries[0].state, codes(found)) == ("not_indexed", state, [remedy])


def test_indexing_that_is_paused_is_to_be_resumed(assistant, answer):
    assistant.resources.store.pause()
    try:
        assert codes(explain(assistant, answer, "queued.pdf")) == ["resume"]
    finally:
        assistant.resources.store.resume()


def test_a_document_of_another_collection_says_which_one_to_choose(assistant):
    answer = assistant.answer("Where are the medals of uncle Fernand?", mode="quotes", collections=["notes"])
    found = explain(assistant, answer, "diary.txt")
    assert answer.refused and (found.stage, found.collection, found.asked) == (
        "other_collection",
        "private",
        ("notes",),
    )
    (remedy,) = found.remedies
    assert (remedy.code, remedy.values["collection"], remedy.works) == ("collection", "private", True)


def test_what_waits_for_its_embedding_is_found_by_words_only(assistant):
    answer = assistant.answer("Who won the election?", mode="quotes")
    found = explain(assistant, answer, "Bees")
    assert found.entries[0].state == "keyword" and found.ranks.meaning is None
    assert found.stage == "no_candidate" and found.ranks.words is None and found.ranks.blended is None
    assert "wait_embedding" in codes(found) and not found.reading.then


def test_a_candidate_behind_those_that_are_read_says_which_words_bring_it_in(assistant, answer):
    listed = assistant.resources.search.find(QUESTION, 100, ["notes"]).hits
    behind = next(hit for hit in listed[READ:] if hit.title == "Old drops" or hit.title.startswith("Trial"))
    found = explain(assistant, answer, behind.title)
    assert found.stage in ("below_line", "unread") and found.ranks.blended > READ == found.ranks.read
    assert found.reading is not None and not found.reading.then
    assert any(remedy.code == "words" and remedy.confidence is not None for remedy in found.remedies)


def test_what_was_left_unread_says_so(assistant):
    answer = assistant.answer(DROPS, mode="quotes", collections=["notes"])  # so surely answered that reading ends
    unread = next(hit for hit in assistant.found(DROPS, (), ["notes"]).hits if hit.reader is None)
    assert explain(assistant, answer, unread.title).stage == "unread"


def test_a_refusal_and_a_passage_that_does_not_answer_are_told_apart(assistant):
    answer = assistant.answer("What lowers the pressure in the eye of elephants?", mode="quotes", collections=["notes"])
    assert answer.refused
    found = explain(assistant, answer, "report.pdf")
    assert found.stage == "gate" and found.refused and found.confidence < found.threshold
    assert explain(assistant, answer, "asthma.txt").stage in ("reader", "no_candidate", "below_line")


def test_a_question_that_names_another_file_did_not_look_here(assistant):
    answer = assistant.answer("What does asthma.txt say about airways?", mode="quotes")
    found = explain(assistant, answer, "report.pdf")
    assert (found.stage, "without_name" in codes(found)) == ("other_document", True)


def test_another_sentence_of_the_same_passage_answers_better(assistant, answer):
    found = explain(assistant, answer, "Glaucoma damages the optic nerve.")
    assert (found.kind, found.stage, found.source) == ("sentence", "reader", 1)
    assert found.reading.sentence == "Glaucoma damages the optic nerve." and found.winner.sentence == DROPS


def test_a_sentence_that_the_sources_do_not_state_was_dropped_by_the_check(assistant, answer):
    found = explain(assistant, answer, "Eye drops lower the pressure in the eye of unborn twins.")
    assert found.stage == "check" and 0 < found.support < 1


def test_a_sentence_pasted_with_small_changes_is_found(assistant):
    refusal = assistant.answer("Who won the election?", mode="quotes", collections=["notes"])
    found = explain(assistant, refusal, "An inhaler opens the airways, them, within minutes")
    assert (found.kind, found.exact, found.title) == ("sentence", False, "Asthma")


def test_what_nothing_is_called_gets_the_names_that_are_near(assistant, answer):
    found = explain(assistant, answer, "Glaukoma")
    assert (found.stage, found.similar[0], codes(found)) == ("unknown", "Glaucoma", ["add"])
    with pytest.raises(ExplanationError) as error:
        explain(assistant, answer, " \0 ")
    assert error.value.code == "explanation.empty"


def test_requests_rank_no_passages(assistant):
    request = Answer("Summarise report.pdf", False, 1.0, "quotes", "")
    assert explain(assistant, request, "report.pdf").stage == "request"


def test_follow_ups_are_followed_as_they_were_searched(assistant):
    first = assistant.answer("What damages the optic nerve?", mode="quotes", collections=["notes"])
    history = [Turn(first.question, first)]
    second = assistant.answer("And the pressure?", mode="quotes", collections=["notes"], history=history)
    found = explain(assistant, second, "Glaucoma", history)
    assert found.query == (second.query or second.question) and not found.changed


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("target", ["report.pdf", "scan.pdf", "diary.txt", "Trial 11", "Bees", DROPS, "nothing at all"])
def test_all_of_it_is_said_in_both_languages_and_as_json(assistant, answer, target, lang):
    found = explain(assistant, answer, target)
    words = told(found, lang)
    assert words.verdict and all(name and text for name, text in words.facts)
    assert "{" not in " ".join([words.verdict, *(text for _, text in words.facts), *words.remedies])
    record = as_json(found)
    assert record["stage"] == found.stage and isinstance(record["remedies"], list | tuple)
