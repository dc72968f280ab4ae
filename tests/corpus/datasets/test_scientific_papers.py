import json
import zipfile

import pytest

from corpus.datasets import get
from corpus.document import Dropped

PAPER = {
    "article_id": "PMC77",
    "article_text": ["the fern ( green ) grows .", "it is old ."],
    "abstract_text": ["<S> we grow ferns , e.g. in pots . </S>", "<S> they like water - rich soil @xcite . </S>"],
    "labels": None,
    "section_names": ["INTRODUCTION", "2. Results"],
    "sections": [["the fern ( green ) grows .", "it is old ."], ["growth is @xmath1 cm / day"]],
}


def papers(folder, *lines, variant="pubmed", name="train.txt"):
    path = folder / f"{variant}-dataset" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")


def test_an_article_is_prose_in_sections_with_an_honest_title(tmp_path):
    papers(tmp_path, PAPER)
    (document,) = get("scientific_papers").documents(tmp_path)
    assert document.title == "PMC77: We grow ferns, e.g. in pots. They like water-rich soil."
    assert [(section.heading, section.text) for section in document.sections] == [
        ("Abstract", "We grow ferns, e.g. in pots. They like water-rich soil."),
        ("Introduction", "The fern (green) grows. It is old."),
        ("2. Results", "Growth is [formula] cm/day"),
    ]
    assert document.external_id == "PMC77"
    assert document.metadata["url"] == "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC77/"
    assert document.metadata["split"] == "train"


def test_bad_and_empty_articles_are_dropped(tmp_path, sort):
    empty = {**PAPER, "article_text": [], "abstract_text": [], "sections": [[""]], "section_names": ["x"]}
    no_sections = {**PAPER, "article_id": "PMC78", "sections": [[], [""]]}
    papers(tmp_path, "{", empty, no_sections, PAPER, {**PAPER}, {"article_id": 1}, {**PAPER, "sections": "text"}, "[]")
    documents, dropped = sort(get("scientific_papers").documents(tmp_path))
    assert [document.external_id for document in documents] == ["PMC78", "PMC77"]
    assert documents[0].sections[1].text == "The fern (green) grows. It is old."
    assert [(item.place, str(item.reason)) for item in dropped] == [
        ("pubmed train.txt, row 1", "scientific_papers.no_article"),
        ("pubmed train.txt, row 2", "scientific_papers.empty_article"),
        ("pubmed train.txt, row 5", "dropped.duplicate (first=pubmed train.txt, row 4)"),
        ("pubmed train.txt, row 6", "scientific_papers.no_article"),
        ("pubmed train.txt, row 7", "scientific_papers.no_article"),
        ("pubmed train.txt, row 8", "scientific_papers.no_article"),
    ]


def test_variants_and_splits_are_chosen(tmp_path):
    papers(tmp_path, {**PAPER, "article_id": "hep-ph9803261"}, variant="arxiv", name="val.txt")
    papers(tmp_path, PAPER)
    assert [item.external_id for item in get("scientific_papers").documents(tmp_path)] == ["PMC77", "hep-ph9803261"]
    (arxiv,) = get("scientific_papers/arxiv").documents(tmp_path)
    assert arxiv.metadata["url"] == "https://arxiv.org/abs/hep-ph/9803261"
    assert [item.external_id for item in get("scientific_papers").documents(tmp_path, "val")] == ["hep-ph9803261"]
    assert get("scientific_papers/arxiv").folder == "scientific_papers"


def test_articles_are_streamed_out_of_the_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "arxiv-dataset.zip", "w") as archive:
        for name, identifier in (("train", "0705.1"), ("val", "0705.2"), ("test", "0705.3")):
            archive.writestr(f"arxiv-dataset/{name}.txt", json.dumps({**PAPER, "article_id": identifier}) + "\n")
    found = list(get("scientific_papers/arxiv").documents(tmp_path))
    assert [(document.external_id, document.metadata["split"]) for document in found] == [
        ("0705.1", "train"),
        ("0705.2", "val"),
        ("0705.3", "test"),
    ]


@pytest.mark.real
def test_data_prepared_by_tfds_is_read(tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    tensorflow = pytest.importorskip("tensorflow")
    columns = {"article": ["the fern grows .\nit is old ."], "abstract": [" we grow ferns . "], "section_names": ["a"]}
    tfds.dataset_builders.store_as_tfds_dataset(
        "scientific_papers",
        version="1.1.1",
        config="pubmed",
        data_dir=tmp_path,
        features=tfds.features.FeaturesDict({name: tfds.features.Text() for name in columns}),
        split_datasets={"train": tensorflow.data.Dataset.from_tensor_slices(columns)},
    )
    (document,) = get("scientific_papers/pubmed").documents(tmp_path)
    assert not isinstance(document, Dropped)
    assert document.title == "We grow ferns."
    assert [section.text for section in document.sections] == ["We grow ferns.", "The fern grows. It is old."]
