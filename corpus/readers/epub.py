"""E-books (EPUB): the chapters in their reading order, each read as the web page that it is; no tables of contents."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

from corpus.cleaning import one_line
from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import html, package
from corpus.readers.text import title_of

KIND = Reason("kind.epub")
CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
PAGES = ("application/xhtml+xml", "text/html")
CONTENTS = 0.7  # share of a page's text in links from which it is a table of contents


def read(path: Path) -> Iterator[Document | Dropped]:
    """A Dropped for each chapter that cannot be read, then one document, or none when no chapter has text.

    Raises ReadingError when the file is no book, is damaged, or is protected against reading.
    """
    with package.opened(path, KIND) as archive:
        try:
            book, folder = _book(archive)
        except ReadingError as error:
            raise ReadingError("file.damaged_or_other", name=path.name, kind=KIND) from error
        title = _named(book, "title") or title_of(path)
        language = _named(book, "language")[:2].lower()
        sections, dropped = [], []
        for name in _chapters(book, folder):
            try:
                sections += _chapter(archive, name, title)
            except ReadingError as error:
                dropped.append(Dropped(f"chapter {name}", error.reason))
        if dropped and not sections:
            if ENCRYPTION in archive.namelist():
                raise ReadingError("epub.protected", name=path.name)
            raise ReadingError("epub.no_chapter", name=path.name, reason=dropped[0].reason)
    yield from dropped
    if sections:
        known = len(language) == 2 and language.isascii() and language.isalpha()
        language = language if known else detect(" ".join(section.text for section in sections[:9]))
        yield Document(title, tuple(sections), path=str(path), language=language)


def _book(archive: ZipFile):
    """The book's description as an element, and the folder that its links start from."""
    for rootfile in _xml(archive, CONTAINER).iter("{*}rootfile"):
        name = rootfile.get("full-path", "")
        return _xml(archive, name), posixpath.dirname(name)
    raise ReadingError("epub.names_no_book", member=CONTAINER)


def _xml(archive: ZipFile, name: str):
    from lxml import etree

    # Nothing is fetched and no entity is resolved, whatever the file declares.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(package.read_member(archive, name), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ReadingError("file.damaged", name=name) from error


def _named(book, name: str) -> str:
    """The first Dublin Core element of that name, on one line."""
    found = book.find(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
    return one_line("".join(found.itertext())) if found is not None else ""


def _chapters(book, folder: str) -> Iterator[str]:
    """The names of the chapters' members in the order of the spine, each once."""
    pages = {
        item.get("id"): item.get("href", "")
        for item in book.iter("{*}item")
        if item.get("media-type", "").lower() in PAGES and "nav" not in item.get("properties", "").split()
    }
    # EPUB 2 names its table of contents in a guide.
    seen = {
        unquote(reference.get("href", "").split("#")[0])
        for reference in book.iter("{*}reference")
        if reference.get("type", "").lower() == "toc"
    }
    for reference in book.iter("{*}itemref"):
        href = unquote(pages.get(reference.get("idref"), "").split("#")[0])
        if href and href not in seen:
            seen.add(href)
            yield posixpath.normpath(posixpath.join(folder, href)).lstrip("/")


def _chapter(archive: ZipFile, name: str, title: str) -> list[Section]:
    """The chapter's sections; where it has no heading, its page's title stands for one."""
    page = html.parsed(package.read_member(archive, name), name)
    if page.link_share >= CONTENTS and page.links >= 3:
        return []
    own = one_line(page.title)
    fallback = own if own != title else ""
    return [section if section.heading else Section(section.text, fallback) for section in page.outline.sections(title)]
