"""Every row of the real files is a document or named as dropped: the counts are those that the publishers state."""

import re
from collections import Counter

import pytest

from corpus.chunking import chunk_many
from corpus.datasets import get
from corpus.datasets.fetching import kind
from corpus.datasets.medquad import tidy_answer
from corpus.document import Dropped
from corpus.tables import records

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("name", "folder", "documents", "dropped"),
    [
        ("medquad", "medquad", 16_359, {"dropped.duplicate.kind": 48}),
        (
            "financial_phrasebank",
            "financial_phrasebank",
            4_838,
            {"dropped.duplicate.kind": 6, "dropped.other_label.kind": 2},
        ),
        ("scientific_papers", "scientific_papers", 100, {}),
        ("scientific_papers/arxiv", "scientific_papers/tfds_fake_examples", 3, {}),
        ("scientific_papers/pubmed", "scientific_papers/tfds_fake_examples", 3, {}),
        ("cancer_text", "cancer_text", 469, {"dropped.duplicate.kind": 138, "dropped.other_label.kind": 1}),
        (
            "corona_tweets",
            "corona_tweets",
            44_881,
            {"dropped.duplicate.kind": 41, "corona_tweets.nothing_left": 33},
        ),
    ],
)
def test_every_row_is_accounted_for(corpora, sort, name, folder, documents, dropped):
    found, left_out = sort(get(name).documents(corpora / folder))
    assert (len(found), dict(Counter(map(kind, left_out)))) == (documents, dropped)
    assert len({document.id for document in found}) == documents
    assert all(document.title and document.text and document.language == "en" for document in found)


@pytest.mark.parametrize(("name", "documents", "dropped"), [("wikipedia", 10_033, 0), ("wikipedia-fr", 9_943, 12)])
def test_the_installed_summaries_are_all_read(tmp_path, sort, name, documents, dropped):
    if not get(name).find(tmp_path):
        pytest.skip("the package with the summaries is not installed")
    found, left_out = sort(get(name).documents(tmp_path))
    assert (len(found), len(left_out)) == (documents, dropped)


def test_both_layouts_of_medquad_hold_the_same_pairs(corpora, tmp_path):
    (tmp_path / "medquad.csv").symlink_to(corpora / "medquad" / "medquad.csv")
    small = {item.id for item in get("medquad").documents(tmp_path) if not isinstance(item, Dropped)}
    full = {item.id for item in get("medquad").documents(corpora / "medquad") if not isinstance(item, Dropped)}
    assert small == full


def test_tidying_answers_loses_no_letter_and_no_digit(corpora):
    signs = re.compile(r"[^\w]+")
    for _, row in records(corpora / "medquad" / "medquad.csv", "utf-8", ("question", "answer")):
        assert signs.sub("", tidy_answer(row["answer"])) == signs.sub("", row["answer"])


def test_both_layouts_of_the_phrasebank_hold_the_same_number_of_sentences(corpora, tmp_path, sort):
    (tmp_path / "all-data.csv").symlink_to(corpora / "financial_phrasebank" / "all-data.csv")
    found, left_out = sort(get("financial_phrasebank").documents(tmp_path))
    assert (len(found), len(left_out)) == (4_838, 8)


def test_no_handle_and_no_link_is_left_in_the_tweets(corpora):
    handle, link = re.compile(r"@(?!user\b)\w"), re.compile(r"https?:/|t\.co/|www\.")
    for item in get("corona_tweets").documents(corpora / "corona_tweets"):
        if not isinstance(item, Dropped):
            assert not handle.search(item.text) and not link.search(item.text), item.path


def test_all_of_medquad_is_cut_into_passages_that_fit(corpora):
    def count(texts):
        return [len(re.findall(r"\w{1,6}|[^\w\s]", text)) for text in texts]

    found = (item for item in get("medquad").documents(corpora / "medquad") if not isinstance(item, Dropped))
    passages = [passage for document in chunk_many(found, count) for passage in document]
    assert 30_000 < len(passages) < 45_000
    assert max(count([passage.indexed_text for passage in passages])) <= 254
