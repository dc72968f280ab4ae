import pytest
from conftest_index import BOTH, add, document, embed_all

from index.retrieval.candidates import keywords
from index.retrieval.fusion import normalised
from index.retrieval.search import Search
from index.storage.store import StoreError
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache

DATABASES = BOTH


def titles(result):
    return [hit.title for hit in result.hits]


def test_search_puts_the_right_document_first_and_says_why(search):
    result = search.search("How do eye drops help in glaucoma?")
    best = result.hits[0]
    assert best.title == "Glaucoma"
    assert (best.rank_keyword, best.rank_dense) == (1, 1)
    assert best.score > 0.7
    assert result.complete
    assert result.documents == 4


def test_keyword_search_ignores_accents_and_stems_words(library):
    assert titles(Search(library, None, None).search("abime les nerfs optiques")) == ["Glaucome"]


def test_passage_without_vector_is_found_by_keyword_and_the_result_says_so(search, library, embedder):
    add(library, [document("Scurvy", "Scurvy comes from a lack of vitamin C.")], embedder, path="new.txt")
    result = search.search("vitamin C scurvy")
    assert titles(result)[0] == "Scurvy"
    assert not result.complete


def test_passages_that_wait_in_another_collection_do_not_make_a_result_incomplete(search, library, embedder):
    add(library, [document("Scurvy", "A lack of vitamin C.")], embedder, collection="other", path="new.txt")
    assert search.search("glaucoma", collections=["notes"]).complete
    assert not search.search("glaucoma").complete


def test_keyword_search_works_without_any_embedder(library):
    result = Search(library, None, None).search("inhaler")
    assert titles(result) == ["Asthma"]
    assert result.hits[0].cosine is None


def test_search_in_a_small_collection_is_not_crowded_out_by_a_large_one(search, library, embedder):
    many = [document(f"Drops {n}", f"Eye drops of kind {n} for glaucoma.") for n in range(300)]
    add(library, many, embedder, collection="large", path="many.jsonl")
    embed_all(library, embedder)
    found = search.search("glaucoma eye drops", top=6, collections=["notes"])
    assert set(titles(found)) == {"Glaucoma", "Asthma", "Bread", "Glaucome"}
    assert found.hits[0].title == "Glaucoma"
    assert found.documents == 4


def test_a_named_document_is_searched_although_hundreds_of_others_are_better(search, library, embedder):
    many = [document(f"Drops {n}", f"Eye drops of kind {n} for glaucoma.") for n in range(300)]
    add(library, many, embedder, collection="large", path="many.jsonl")
    add(library, [document("Bench", "A bench. A note on eye care.")], embedder, collection="large", path="bench.txt")
    embed_all(library, embedder)
    (bench,) = [hit.document_id for hit in search.search("bench", collections=["large"]).hits if hit.title == "Bench"]
    assert titles(search.find("glaucoma eye drops", 5, (), [bench])) == ["Bench"]
    assert titles(search.find("qqq", 5, (), [bench])) == ["Bench"]
    assert titles(search.find("glaucoma", 5, (), ["gone"])) == []


def test_removed_document_is_not_found_although_the_cache_holds_its_vector(search, library):
    assert titles(search.search("yeast dough"))[0] == "Bread"
    library.remove_documents(["b1"])
    assert "Bread" not in titles(search.search("yeast dough"))


def test_document_scores_as_its_best_passage(library, embedder, tmp_path):
    long = document("Long", "\n\n".join(f"Paragraph {n} tells of ships. " * 20 for n in range(12)), external_id="l1")
    add(library, [long], embedder, path="long.txt")
    embed_all(library, embedder)
    search = Search(library, embedder, VectorCache(library, tmp_path / "v", embedder.name))
    found = search.search_documents("ships", top=10)
    assert [hit.document_id for hit in found].count("l1") == 1
    assert found[0].document_id == "l1"


def test_other_embedder_leaves_keyword_search_and_says_so(library, embedder, tmp_path):
    library.change_embedder("other")
    result = Search(library, embedder, VectorCache(library, tmp_path / "v", embedder.name)).search("inhaler")
    assert titles(result) == ["Asthma"]
    assert not result.complete


@pytest.mark.parametrize(
    "query", ["", "   ", "???", '"', "a AND (", "NEAR(x", "col:umn", "-", "*", "' OR 1=1 --", "\0"]
)
def test_search_takes_any_text_as_words(search, query):
    search.search(query)


def test_unknown_collection_is_refused(search):
    with pytest.raises(StoreError):
        search.search("glaucoma", collections=["nowhere"])


def test_empty_index_finds_nothing(store, embedder, tmp_path):
    result = Search(store, embedder, VectorCache(store, tmp_path / "v", embedder.name)).search("anything")
    assert (result.hits, result.documents) == ((), 0)


def test_keywords_drop_the_wrapping_of_a_question_but_not_its_letters():
    assert keywords("What are the treatments for hepatitis C?") == ["treatments", "hepatitis", "c"]
    assert keywords("Qu'est-ce que l'asthme ?") == ["asthme"]
    assert keywords("Who is he?") == ["who", "is", "he"]


def test_rarity_is_highest_for_a_word_that_no_passage_holds(search):
    rarities = search.rarities(["glaucoma", "zorblax"])
    assert rarities["zorblax"] > rarities["glaucoma"] > 0


def test_normalised_scores_run_from_0_to_1():
    assert normalised({1: 5.0, 2: 3.0, 3: 4.0}) == {1: 1.0, 2: 0.0, 3: 0.5}
    assert normalised({1: 2.0}) == {1: 1.0}


def test_slips_are_mended_before_the_search_and_told(search):
    result = search.search("glaucomma and the optik nerve")
    assert result.hits[0].title == "Glaucoma"
    assert result.question.mended == {"glaucomma": "glaucoma", "optik": "optic"}
    assert result.question.corrected == "glaucoma and the optic nerve"


def test_another_name_from_the_documents_is_searched_for(library, embedder, tmp_path):
    more = [
        document("What is hypertension?", "Hypertension (also called high blood tension) harms the vessels."),
        document("What are the treatments for hypertension?", "Less salt and tablets lower it.", external_id="h2"),
    ]
    add(library, more, embedder, path="more.txt")
    embed_all(library, embedder)
    search = Search(library, embedder, VectorCache(library, tmp_path / "v2", embedder.name))
    result = search.search("treatments for high blood tension")
    assert ("high blood tension", "hypertension") in result.question.other_names
    assert "h2" in [hit.document_id for hit in result.hits[:2]]


def test_documents_that_say_the_same_are_one_hit(library, embedder):
    text = "Scurvy comes from a lack of vitamin C and shows in bleeding gums and bruises."
    add(library, [document("Scurvy", text), document("Scurvy", text + " So it is.")], embedder, path="s.txt")
    found = Search(library, None, None).search("scurvy bleeding gums")
    assert sum("scurvy" in title.lower() for title in titles(found)) == 1


def test_accents_pasted_as_two_signs_are_one(search):
    assert titles(search.search("abi\u0302me le nerf"))[0] == "Glaucome"


def test_abbreviation_is_replaced_as_a_word_and_ranks_stay_those_of_the_question(library, embedder, tmp_path):
    more = [
        document("What is multiple sclerosis?", "Multiple sclerosis (MS) harms the nerves.", external_id="m1"),
        document("What are the symptoms of multiple sclerosis?", "Numbness.", external_id="m2"),
    ]
    add(library, more, embedder, path="more.txt")
    embed_all(library, embedder)
    search = Search(library, embedder, VectorCache(library, tmp_path / "v2", embedder.name))
    found = search.search("symptoms of ms")
    assert ("ms", "multiple sclerosis") in found.question.other_names
    ranks = {hit.document_id: hit.rank_keyword for hit in found.hits}
    plain = search._candidates.keyword("symptoms of ms", [library.collection_id("notes")])
    assert sorted(rank for rank in ranks.values() if rank) == list(range(1, len(plain) + 1))


def test_of_two_pages_that_say_the_same_the_one_in_the_questions_language_is_first(store):
    pages = [
        document("Marie Curie", f"Marie Curie, radium ({language}).", language=language, external_id=language)
        for language in ("fr", "en")
    ]
    pages.append(document("Radium", "A metal that Curie found, among many other things.", external_id="r"))
    add(store, pages, HashingEmbedder())
    search = Search(store, None, None)
    assert search.search("Who was Marie Curie and what did she find?").hits[0].document_id == "en"
    assert search.search("Qui était Marie Curie et qu'a-t-elle trouvé ?").hits[0].document_id == "fr"
