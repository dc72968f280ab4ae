"""Scientific papers: 133,215 articles of PubMed Central and 215,913 of arXiv, with abstracts (Cohan et al. 2018)."""

import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from itertools import zip_longest
from pathlib import Path

from corpus.cleaning import detokenised, one_line, shortened
from corpus.datasets import tfds
from corpus.datasets.dataset import DataSet, Item, Tfds, distinct
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.sentences import spans

VARIANTS = ("pubmed", "arxiv")
SPLITS = {"train": "train.txt", "val": "val.txt", "test": "test.txt"}
DOWNLOAD_GIGABYTES = 4.5  # TFDS downloads both archives, whichever variant is asked for
TFDS_SPLITS = {"train": "train", "validation": "val", "test": "test"}

SENTENCE_MARKS = re.compile(r"</?S>")
CITATION = re.compile(r"\[? ?@xcite(?: ?, ?@xcite)* ?\]?")
FORMULA = re.compile(r"@x(?:math|displaymath)\d+")
HYPHEN = re.compile(r"(?<=\w) - (?=\w)")
LOOSE_SIGN = re.compile(r" (?=[,;:.)\]](?:\s|\Z))")  # a sign that came as a token or a sentence of its own
OLD_ARXIV = re.compile(r"([a-z-]+(?:\.[A-Z]{2})?)(\d{7})")


def find(variants: tuple[str, ...], folder: Path) -> list[Path]:
    """The original files, unpacked or in their archives, else what TFDS prepared, of each variant that is there."""
    return [path for variant in variants for path in _found(variant, folder)]


def read(variants: tuple[str, ...], folder: Path, split: str | None = None) -> Iterator[Item]:
    """One document an article: abstract first, then its sections with their headings."""
    return distinct(item for variant in variants for item in _items(variant, folder, split))


def _found(variant: str, folder: Path) -> list[Path]:
    unpacked = folder / f"{variant}-dataset"
    files = [unpacked / name for name in SPLITS.values() if (unpacked / name).is_file()]
    archive = folder / f"{variant}-dataset.zip"
    if files or archive.is_file():
        return files or [archive]
    versions = tfds.prepared(folder, f"scientific_papers/{variant}")
    return sorted(path for path in versions[-1].iterdir() if path.is_file()) if versions else []


def _items(variant: str, folder: Path, split: str | None) -> Iterator[Item]:
    files = _found(variant, folder)
    if files and files[0].name == f"{variant}-dataset.zip":
        lines = ((name, _archived(files[0], f"{variant}-dataset/{SPLITS[name]}")) for name in SPLITS)
    elif files and files[0].parent.name == f"{variant}-dataset":
        lines = ((path.stem, path.open(encoding="utf-8", errors="replace")) for path in files)
    else:
        if files:
            yield from _prepared(variant, files[0].parent, split)
        return
    for name, opened in lines:
        if split in (None, name):
            for number, line in enumerate(opened, start=1):
                yield _from_line(line, variant, name, f"{variant} {SPLITS[name]}, row {number}")


def _archived(path: Path, name: str) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            yield from TextIOWrapper(file, encoding="utf-8", errors="replace")
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ReadingError("archive.no_member", name=path.name, member=name) from error


def _from_line(line: str, variant: str, split: str, place: str) -> Item:
    try:
        article = json.loads(line)
        identifier = str(article["article_id"])
        abstract, body = _strings(article["abstract_text"]), _strings(article["article_text"])
        names = _strings(article.get("section_names") or [])
        sections = [_strings(section) for section in article.get("sections") or []]
    except (ValueError, KeyError, TypeError, AttributeError):
        return Dropped(place, Reason("scientific_papers.no_article") if line.strip() else Reason("dropped.empty_line"))
    parts = [Section(_prose(section), _heading(name or "")) for name, section in zip_longest(names, sections or [])]
    if not any(part.text for part in parts):
        parts = [Section(_prose(body))]
    return _document(variant, split, place, identifier, _prose(abstract), parts)


def _prepared(variant: str, version: Path, split: str | None) -> Iterator[Item]:
    """TFDS keeps neither the identifier nor which text belongs to which section."""
    for theirs, ours in TFDS_SPLITS.items():
        if split in (None, ours) and theirs in tfds.splits(version):
            for number, example in enumerate(tfds.examples(version, theirs), start=1):
                place = f"{variant} {ours}, row {number}"
                body = Section(_prose(example["article"].split("\n")))
                yield _document(variant, ours, place, "", _prose(example["abstract"].split("\n")), [body])


def _document(variant: str, split: str, place: str, identifier: str, abstract: str, parts: list[Section]) -> Item:
    sections = [Section(abstract, "Abstract"), *parts]
    kept = tuple(section for section in sections if section.text)
    if not kept:
        return Dropped(place, Reason("scientific_papers.empty_article"))
    # The source holds no titles: the identifier and the first words stand for one.
    words = shortened(abstract or kept[0].text, 90)
    known = {"article_id": identifier, "url": _url(variant, identifier), "variant": variant, "split": split}
    return Document(
        f"{identifier}: {words}" if identifier else words,
        kept,
        path=place,
        external_id=identifier,
        language="en",
        metadata={key: value for key, value in known.items() if value},
    )


def _strings(value: list) -> list[str]:
    if isinstance(value, str):
        raise TypeError("a list is expected")
    return [str(part) for part in value if part]


def _prose(sentences: list[str] | None) -> str:
    """Tokenised, lower-cased sentences as one paragraph of prose, each with a capital."""
    text = one_line(SENTENCE_MARKS.sub(" ", " ".join(sentences or [])))
    text = FORMULA.sub("[formula]", CITATION.sub("", text))
    text = LOOSE_SIGN.sub("", detokenised(HYPHEN.sub("-", text)))
    letters = list(text)
    for start, _ in spans(text, "en"):
        letters[start] = letters[start].upper()
    return "".join(letters)


def _heading(name: str) -> str:
    name = one_line(name)
    return name.capitalize() if name.isupper() else name


def _url(variant: str, identifier: str) -> str:
    if variant == "pubmed":
        return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{identifier}/" if identifier.startswith("PMC") else ""
    old = OLD_ARXIV.fullmatch(identifier)
    return (
        f"https://arxiv.org/abs/{old[1]}/{old[2]}" if old else f"https://arxiv.org/abs/{identifier}" * bool(identifier)
    )


def _data_set(name: str, title: str, variants: tuple[str, ...], size: Reason) -> DataSet:
    return DataSet(
        name=name,
        title=title,
        description=Reason("scientific_papers.description"),
        language="en",
        size=size,
        licence=Reason("scientific_papers.licence"),
        homepage="https://github.com/armancohan/long-summarization",
        origin=Tfds(tuple(f"scientific_papers/{variant}" for variant in variants), DOWNLOAD_GIGABYTES),
        warnings=(Reason("scientific_papers.no_titles"),),
        find=partial(find, variants),
        read=partial(read, variants),
        splits=tuple(SPLITS),
    )


PUBMED = _data_set(
    "scientific_papers/pubmed",
    "Scientific papers (PubMed)",
    ("pubmed",),
    Reason("scientific_papers.size_pubmed"),
)
ARXIV = _data_set(
    "scientific_papers/arxiv",
    "Scientific papers (arXiv)",
    ("arxiv",),
    Reason("scientific_papers.size_arxiv"),
)
BOTH = _data_set("scientific_papers", "Scientific papers", VARIANTS, Reason("scientific_papers.size"))
