"""MedQuAD: 47,457 questions on health with the answers of the NIH's own pages (16,412 answers are public)."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, tidy
from corpus.datasets import medquad_xml
from corpus.datasets.dataset import DataSet, Download, Item, distinct, row_path
from corpus.document import Document, Dropped, Section
from corpus.errors import Reason
from corpus.tables import records

CSV_FILES = ("medquad_full.csv", "medquad.csv")  # the fuller layout first
KEPT = ("focus_area", "source", "url", "question_type", "umls_cui", "semantic_group")

# Cleaning of answers: they are web pages flattened to text, with runs of spaces where the layout was.
LIST_ITEM = re.compile(r"(?:\A|(?<!\s)\s{2,}|(?<=[.:;!?])\s)-\s+(?=\S)")
PARAGRAPH = re.compile(r"(?<!\s)[^\S\n]*\n\s*(?!- |\s)|(?<=\S) {3,}(?=[^\s-])")
TWO_SPACES = re.compile(r"(?<=[.:!?)]) {2}(?=[A-Z])")
ONE_SPACE = re.compile(r"(?<=[.:!?)]) (?=[A-Z])")
SPACE_BEFORE_SIGN = re.compile(r"(?<=\w) +([,;:.!?])(?=\s|$)")
QUESTION_END = re.compile(r"(?<![\s?])[\s?]*\?\s*$")


def find(folder: Path) -> list[Path]:
    """The fuller CSV, else Kaggle's, else the original archive, else its unpacked folders."""
    for name in CSV_FILES:
        if (folder / name).is_file():
            return [folder / name]
    return medquad_xml.find(folder)


def read(folder: Path, split: str | None = None) -> Iterator[Item]:
    """Question as title, cleaned answer as text; rows without an answer and repeated pairs are Dropped."""
    files = find(folder)
    if files[0].suffix == ".csv":
        return distinct(_csv_items(files[0]))
    return distinct(map(_item, medquad_xml.records(files)))


def tidy_question(question: str) -> str:
    """ "What is (are) X ?" and "Who has X? ?" with one question mark, close to its word."""
    return QUESTION_END.sub("?", one_line(question))


def tidy_answer(answer: str) -> str:
    """The answer in paragraphs and "- " lists. Words and their order are untouched."""
    text = answer.replace("\r\n", "\n").replace("\t", " ").replace("\xa0", " ").strip()
    if len(TWO_SPACES.findall(text)) <= len(ONE_SPACE.findall(text)):  # else it is how its sentences are spaced
        text = TWO_SPACES.sub("\n", text)
    text = LIST_ITEM.sub("\n- ", text)
    text = PARAGRAPH.sub("\n\n", text)
    text = SPACE_BEFORE_SIGN.sub(r"\1", text)
    return tidy(text)


def _csv_items(path: Path) -> Iterator[Item]:
    for number, row in records(path, "utf-8-sig", ("question", "answer")):
        yield row if isinstance(row, Dropped) else _item({**row, "place": row_path(path, number)})


def _item(row: dict[str, str] | Dropped) -> Item:
    if isinstance(row, Dropped):
        return row
    question, answer = tidy_question(row["question"]), tidy_answer(row["answer"] or "")
    if not question or not answer:
        return Dropped(row["place"], Reason("dropped.no_answer") if question else Reason("dropped.no_question"))
    question_id = row.get("question_id", "")
    return Document(
        title=question,
        sections=(Section(answer),),
        path=row["place"],
        external_id=f"{row.get('source', '')}/{question_id}" if question_id else "",
        language="en",
        metadata={key: one_line(row[key]) for key in KEPT if row.get(key, "").strip()},
    )


MEDQUAD = DataSet(
    name="medquad",
    title="MedQuAD",
    description=Reason("medquad.description"),
    language="en",
    size=Reason("medquad.size"),
    licence=Reason("medquad.licence"),
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    homepage="https://github.com/abachaa/MedQuAD",
    origin=Download("https://github.com/abachaa/MedQuAD/archive/refs/heads/master.zip", "MedQuAD-master.zip"),
    warnings=(Reason("medquad.no_advice"),),
    find=find,
    read=read,
)
