import pytest

from assistant.query.requests import Request
from assistant.query.responses import Responder
from assistant.schema import Answer, Citation, Sentence, Turn
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from index.retrieval.hit import Hit
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder

REPORT = Document(
    "Harbour report",
    (
        Section(
            "The harbour was dredged in May by two ships. Trams run to the harbour every ten minutes. Fish is sold."
        ),
    ),
    path="/notes/report.txt",
)


@pytest.fixture
def responder(tmp_path):
    store, embedder = Store(tmp_path / "index.sqlite3"), HashingEmbedder()
    source = store.add_source("notes", "report.txt", "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, zip([REPORT], chunk_many([REPORT], embedder.count_tokens), strict=True))
    store.end_scan(source.id, scan)

    def evidence(name):
        hit = Hit(len(name), name, name, f"{name} is old.")
        return [Sentence(f"{name} is old.", True, 1.0, (Citation(1, 0, len(name)),))], [hit]

    yield Responder(store, embedder.encode, evidence)
    store.close()


def texts(answer):
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize(("question", "word"), [("Hello!", "notes"), ("Bonjour, comment allez-vous ?", "Bonjour")])
def test_greeting_is_answered_in_its_language_with_the_collections_and_no_source(responder, question, word):
    answer = responder.answer(Request("greeting", 0.9), question, (), (), "grounded")
    assert word in answer.text and "notes" in answer.text
    assert (answer.sources, answer.refused) == ((), False)


def test_summary_of_a_named_file_is_made_of_its_own_cited_sentences(responder):
    answer = responder.answer(Request("summary", 0.9, ("report.txt",)), "Summarise report.txt", (), (), "quotes")
    assert answer.sentences and all(sentence.citations for sentence in answer.sentences)
    assert all(text in " ".join(hit.text for hit in answer.sources) for text in texts(answer))


def test_summary_of_what_is_not_there_is_a_question(responder):
    assert (
        responder.answer(Request("summary", 0.9, ("nothing.pdf",)), "Summarise nothing.pdf", (), (), "quotes") is None
    )


def test_mentions_are_listed_and_their_absence_is_said(responder):
    wanted = Request("mentions", 0.9, ("trams",))
    assert texts(responder.answer(wanted, "Which documents mention trams?", (), (), "quotes")) == [
        "Trams run to the harbour every ten minutes."
    ]
    none = responder.answer(
        Request("mentions", 0.9, ("zeppelins",)), "Which documents mention zeppelins?", (), (), "quotes"
    )
    assert "zeppelins" in none.text and none.sources == ()


def test_comparison_gives_evidence_for_both(responder):
    answer = responder.answer(Request("compare", 0.9, ("Rome", "Athens")), "Compare Rome and Athens", (), (), "quotes")
    assert texts(answer) == ["- Rome: Rome is old.", "- Athens: Athens is old."]
    assert [answer.sources[sentence.citations[0].n - 1].title for sentence in answer.sentences] == ["Rome", "Athens"]


def test_shorter_and_more_act_on_the_last_answer(responder):
    hit = Hit(1, "d", "T", "One long first sentence is here. And a second one follows it here.")
    said = tuple(
        Sentence(text, True, 1.0, (Citation(1, 0, 32),)) for text in ("One long first sentence is here.", "Old.")
    )
    history = [Turn("q", Answer("q", False, 0.9, "quotes", "", said, (hit,)))]
    short = responder.answer(Request("shorter", 0.9), "shorter", history, (), "quotes")
    assert texts(short) == ["One long first sentence is here."]
    more = responder.answer(Request("more", 0.9), "more", history, (), "quotes")
    assert texts(more) == ["And a second one follows it here."]
    assert responder.answer(Request("more", 0.9), "more", (), (), "quotes") is None


def test_another_language_is_declined_with_the_last_answer_below(responder):
    hit = Hit(1, "d", "T", "The gate opens at ten.")
    said = (Sentence("The gate opens at ten.", True, 1.0, (Citation(1, 0, 22),)),)
    history = [Turn("q", Answer("q", False, 0.9, "quotes", "", said, (hit,)))]
    answer = responder.answer(Request("language", 0.9), "In French please", history, (), "quotes")
    assert "language of the document" in texts(answer)[0]
    assert texts(answer)[1:] == ["The gate opens at ten."] and answer.sources == (hit,)
    assert responder.answer(Request("language", 0.9), "In French please", (), (), "quotes") is None
