import pytest

from assistant.evaluation.answers import Judged, facts, judged, nearest, values
from assistant.evaluation.questions import Query
from assistant.schema import Answer, Citation, Sentence
from corpus.document import Document, Section
from index.retrieval.hit import Hit
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder

TEXT = "Gout is treated with rest. Tablets lower the acid. Cold cloths help a little. Surgery is rare."
QUERY = Query("q1", "how is gout treated", frozenset({"g1"}))


class Fixed:
    """Gives one answer to everything."""

    def __init__(self, *texts, refused=False):
        hit = Hit(1, "g1", "Gout", TEXT)
        sentences = tuple(Sentence(text, True, 1.0, (Citation(1, 0, 5),)) for text in texts)
        self._answer = Answer("q", refused, 0.9, "grounded", "starter", sentences, (hit,))

    def answer(self, question, **options):
        return self._answer


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "i.sqlite3")
    source = made.add_source("notes", "n", "file")
    made.put(source.id, made.begin_scan(source.id), [(Document("Gout", (Section(TEXT),), external_id="g1"), [])])
    yield made
    made.close()


def result(store, *texts, **options) -> Judged:
    (found,) = judged(Fixed(*texts, **options), HashingEmbedder(), [QUERY], store)
    return found


def test_the_whole_reference_scores_above_its_first_sentences(store):
    found = result(store, TEXT)
    assert found.rouge_l == 1
    assert 0 < found.lead_rouge_l < 1


def test_sentence_that_its_passage_does_not_hold_is_not_supported(store):
    found = result(store, "Tablets lower the acid.", "Elephants cure 20 people.")
    assert (found.sentences, found.supported) == (2, 1)


def test_refusal_scores_nothing_and_is_no_answer(store):
    found = result(store, refused=True)
    assert (found.rouge_l, values([found])["answered"]) == (0, [0.0])


def test_repetition_counts_as_a_loop(store):
    assert result(store, "Rest helps.", "Rest helps.").loop
    assert not result(store, "Rest helps.", "Tablets, too.").loop


def test_support_is_a_share_of_all_sentences(store):
    found = [result(store, "Tablets lower the acid."), result(store, "Elephants.", "Lions.", "Surgery is rare.")]
    assert facts(found)["supported"] == 0.5
    assert facts(found)["sentences"] == 4


def test_nearest_sentences_stand_in_reading_order():
    texts = ["Bread is baked. Gout is treated with rest.", "Cats sleep. How gout is treated: with tablets."]
    found = nearest("how is gout treated", texts, HashingEmbedder())
    assert found.index("with rest") < found.index("with tablets")
    assert nearest("x", [], HashingEmbedder()) == ""
