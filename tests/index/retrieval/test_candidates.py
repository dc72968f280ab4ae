import pytest
from conftest_index import BOTH, add, document

from index.retrieval.candidates import Candidates, Standing, keywords
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache
from index.vectors.nearest import nearest_of

DATABASES = BOTH

FRENCH = (
    document("Chirurgie", "Deux patientes furent opérées hier matin.", language="fr"),
    document("Cheval", "Les chevaux royaux mangent du foin.", language="fr"),
)


@pytest.fixture
def keyword(library, embedder):
    add(library, FRENCH, embedder, "french", path="f.jsonl")
    candidates = Candidates(library, None, None)

    def found(query, collection="french"):
        ids = candidates.keyword(query, [library.collection_id(collection)])
        sql = "SELECT d.title FROM documents d JOIN passages p ON p.document_id = d.id WHERE p.id = ?"
        return [library.database.connection.execute(sql, (row,)).fetchone()[0] for row in ids]

    return found


@pytest.mark.parametrize("typed", ["opérer", "opéré", "OPÉRÉE", "faut-il opérer ?", "cheval", "royale"])
def test_french_verbs_and_plurals_meet(keyword, typed):
    assert len(keyword(typed)) == 1


def test_words_are_found_without_their_accents(keyword):
    assert keyword("operees") == ["Chirurgie"]


def test_stems_of_one_language_are_not_looked_for_in_collections_of_another(keyword):
    assert keyword("eyes", "notes") == ["Glaucoma"]
    assert keyword("abîmer", "notes") == ["Glaucome"]  # this collection holds French, too
    assert keyword("opérer", "notes") == []


def test_stop_words_are_left_out_unless_nothing_else_is_asked():
    assert keywords("What is the eye?") == ["eye"]
    assert keywords("Qu'est-ce que l'asthme ?")[-1] == "asthme"
    assert keywords("the") == ["the"]


def test_question_is_embedded_as_a_question(library, tmp_path):
    roles = []

    class Noting(HashingEmbedder):
        def encode(self, texts, role="passage"):
            roles.append(role)
            return super().encode(texts, role)

    cache, noting = VectorCache(library, tmp_path / "vectors", "hashing"), Noting()
    found = Candidates(library, noting, nearest_of(library, noting, cache)).find("eye pressure", [1])
    assert found.dense and found.complete and roles == ["query"]


def test_a_passage_stands_where_the_searches_rank_it(library, embedder, tmp_path):
    add(library, [document("Nobody", "It was never embedded.")], embedder, "late", "late.jsonl")
    candidates = Candidates(
        library, embedder, nearest_of(library, embedder, VectorCache(library, tmp_path / "vectors", embedder.name))
    )
    found = candidates.find("eye pressure and bread", [1])
    by_cosine = sorted(found.dense, key=lambda passage: -found.dense[passage])
    assert len(found.keyword) == 2 and len(found.dense) == 4
    for passage in found.dense:
        standing = candidates.standing("eye pressure and bread", [1], [passage])
        listed = list(found.keyword).index(passage) + 1 if passage in found.keyword else None
        assert standing.rank_keyword == listed
        assert found.dense[by_cosine[(standing.rank_dense or 0) - 1]] == pytest.approx(found.dense[passage], abs=1e-4)
    best = candidates.standing("eye pressure and bread", [1], list(found.dense))
    assert (best.keyword, best.rank_keyword, best.rank_dense) == (next(iter(found.keyword)), 1, 1)
    (late,) = library.database.connection.execute("SELECT MAX(id) FROM passages").fetchone()
    assert candidates.standing("eye", [2], [late]) == candidates.standing("eye", [], [late]) == Standing()
