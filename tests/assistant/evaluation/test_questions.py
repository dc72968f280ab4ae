import json
import random
import re

import pytest
from conftest_medicine import TOPICS

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.questions import (
    HALVES,
    Entry,
    Query,
    entries,
    half_of,
    load,
    mistyped,
    question_sets,
    save,
    spoken,
    wordings,
)

STYLES = ("wordings", "letters")


@pytest.fixture
def data(medicine):
    store, _ = medicine
    return entries(store, "medicine")


def entry(identity, topic, kind="treatment", concept=""):
    return Entry(identity, f"What are the {kind}s of {topic}?", topic, kind, concept)


# --- sets -------------------------------------------------------------------------------------------------------


def test_entries_are_the_documents_that_name_topic_and_kind(data):
    assert {each.topic for each in data} >= set(TOPICS)
    glaucoma = next(each for each in data if each.id == "glaucoma-treatment")
    assert glaucoma == Entry("glaucoma-treatment", "What are the treatments for Glaucoma?", "Glaucoma", "treatment", "")


def test_collection_without_topics_is_refused_in_a_sentence(medicine):
    with pytest.raises(EvaluationError, match=r"evaluation\.no_topics .*painters"):
        entries(medicine[0], "painters")


@pytest.mark.parametrize("half", HALVES)
def test_every_set_asks_for_topics_of_its_half_and_for_documents_that_are_there(data, half):
    there = {each.id for each in data}
    sets = question_sets(data, 5, half)
    assert set(sets) == {"original", "reworded", "mistyped", "letters", "synonyms"}
    for name, queries in sets.items():
        assert 0 < len(queries) <= 5
        assert len({query.id for query in queries}) == len({query.text for query in queries}) == len(queries)
        assert all(query.relevant and query.relevant <= there for query in queries)
        if name != "synonyms":
            assert {half_of(query.topic) for query in queries} == {half}


def test_same_arguments_make_the_same_questions_and_another_seed_others(data):
    assert question_sets(data, 9, "dev") == question_sets(data, 9, "dev")
    assert question_sets(data, 9, "dev") != question_sets(data, 9, "dev", seed=12)


def test_original_questions_are_the_documents_own(data):
    titles = {each.id: each.question for each in data}
    for query in question_sets(data, 9, "test")["original"]:
        assert query.text in {titles[identity] for identity in query.relevant}


def test_documents_on_the_same_topic_and_kind_are_all_to_be_found():
    data = [entry("a", "Mumps"), entry("b", "mumps"), entry("c", "Mumps", "symptoms"), entry("d", "Gout")]
    queries = question_sets(data, 9, half_of("Mumps"))["reworded"]
    wanted = {query.relevant for query in queries if query.topic.lower() == "mumps" and query.kind == "treatment"}
    assert wanted == {frozenset({"a", "b"})}


def test_synonyms_ask_by_a_name_that_the_wanted_document_does_not_bear(data):
    asked = {next(iter(query.relevant)): query.text for query in question_sets(data, 9, "test")["synonyms"]}
    assert "nephrolithiasis" in asked["kidney-symptoms"]
    assert "kidney" not in asked["kidney-symptoms"]
    assert "leprosy" in asked["hansen-treatment"]


def test_names_of_a_crowded_concept_are_no_synonyms():
    names = ("Gout", "Measles", "Rabies", "Scurvy")
    data = [entry(name, name, concept="C0012634") for name in names]
    assert all(question_sets(data, 9, half)["synonyms"] == [] for half in HALVES)


def test_name_in_parentheses_is_a_synonym():
    data = [entry("a", "Amyotrophic lateral sclerosis (ALS)")]
    (query,) = question_sets(data, 9, half_of(data[0].topic))["synonyms"]
    assert re.search(r"\bals\b", query.text)
    assert "sclerosis" not in query.text


# --- wordings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_mistyped_question_has_one_or_two_wrong_words_one_of_them_the_topics(seed):
    question = "What are the treatments for Psoriasis vulgaris?"
    wrong = mistyped(question, "Psoriasis vulgaris", random.Random(seed))
    differ = [(a, b) for a, b in zip(question.lower().split(), wrong.lower().split(), strict=True) if a != b]
    assert 1 <= len(differ) <= 2
    assert any(word.startswith("psoriasis") for word, _ in differ)
    assert all(abs(len(a) - len(b)) <= 2 and a[0] == b[0] for a, b in differ)


def test_question_without_a_long_word_of_its_topic_is_not_mistyped():
    assert mistyped("What causes gout?", "Gout", random.Random(1)) is None


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("Adult Acute Myeloid Leukemia", "acute myeloid leukemia in adults"),
        ("Childhood Liver Cancer", "liver cancer in children"),
        ("Parasites - Scabies", "scabies"),
        ("Amyotrophic lateral sclerosis (ALS)", "amyotrophic lateral sclerosis"),
        ("Gout", "gout"),
    ],
)
def test_topics_are_named_as_people_say_them(topic, said):
    assert spoken(topic) == said


@pytest.mark.parametrize("style", STYLES)
def test_halves_ask_in_different_words_and_always_name_the_topic(style):
    ways = {half: [way for group in wordings(half, style).values() for way in group] for half in HALVES}
    assert not set(ways["dev"]) & set(ways["test"])
    for way in [*ways["dev"], *ways["test"]]:
        assert set(re.findall(r"{\w+}", way)) - {"{person}", "{age}"} == {"{topic}"}


# --- folders ----------------------------------------------------------------------------------------------------

QUERIES = [
    Query("q1", "what helps against gicht “gout”", frozenset({"a", "b"}), "Gout", "treatment"),
    Query("q2", "café?", frozenset({"c"})),
]


def test_questions_come_back_from_their_folder(tmp_path):
    save(QUERIES, tmp_path / "new" / "set")
    assert load(tmp_path / "new" / "set") == QUERIES


def test_folder_has_the_files_of_beir(tmp_path):
    save(QUERIES, tmp_path)
    first = json.loads((tmp_path / "queries.jsonl").read_text("utf-8").splitlines()[0])
    assert (first["_id"], first["text"]) == ("q1", QUERIES[0].text)
    assert (tmp_path / "qrels" / "test.tsv").read_text("utf-8").splitlines()[:2] == [
        "query-id\tcorpus-id\tscore",
        "q1\ta\t1",
    ]


def test_questions_without_a_relevant_document_are_left_out(tmp_path):
    save(QUERIES, tmp_path)
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ta\t0\nq2\tc\t2\n", "utf-8")
    assert [query.id for query in load(tmp_path)] == ["q2"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("queries.jsonl", None, r"beir.incomplete .*queries\.jsonl"),
        ("qrels/test.tsv", None, "beir.incomplete"),
        ("queries.jsonl", "{", "beir.damaged"),
        ("queries.jsonl", '{"text": "no id"}', "beir.damaged"),
        ("queries.jsonl", "[]", "beir.damaged"),
        ("qrels/test.tsv", "head\nq1 a 1\n", "beir.damaged"),
        ("qrels/test.tsv", "head\nq1\ta\thigh\n", "beir.damaged"),
    ],
)
def test_damaged_folder_is_refused_in_a_sentence(tmp_path, file, text, said):
    save(QUERIES, tmp_path)
    if text is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(text, "utf-8")
    with pytest.raises(EvaluationError, match=said):
        load(tmp_path)
