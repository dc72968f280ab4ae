"""MedQuAD as its authors publish it: one XML file a web page, in a folder a source, as folders or as one archive."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason

SOURCE_FOLDER = re.compile(r"^\d{1,2}_\w+_QA(?:_XML)?$")
MAX_FILE = 20_000_000  # bytes; the largest real one has 200 KB


def find(folder: Path) -> list[Path]:
    """An archive that holds the XML files, else the files in folders like `1_CancerGov_QA`, in numerical order."""
    for archive in sorted(folder.glob("*.zip")):
        if _members(archive):
            return [archive]
    roots = [folder, *(child for child in sorted(folder.glob("MedQuAD*")) if child.is_dir())]
    for root in roots:
        files = [path for path in root.glob("*_QA*/*.xml") if SOURCE_FOLDER.match(path.parent.name)]
        if files:
            return sorted(files, key=lambda path: _order(path.parent.name, path.name))
    return []


def records(files: list[Path]) -> Iterator[dict[str, str] | Dropped]:
    """A dict with the columns of the full CSV and `place` for every question, or a Dropped for a file."""
    for place, data in _contents(files):
        if data is None or len(data) > MAX_FILE:
            yield Dropped(place, Reason("dropped.too_large"))
        else:
            yield from _parsed(place, data)


def _contents(files: list[Path]) -> Iterator[tuple[str, bytes | None]]:
    if files[0].suffix != ".zip":
        for path in files:
            small = path.stat().st_size <= MAX_FILE
            yield f"{path.parent.name}/{path.name}", path.read_bytes() if small else None
        return
    try:
        with zipfile.ZipFile(files[0]) as archive:
            for name in _members(files[0]):
                small = archive.getinfo(name).file_size <= MAX_FILE
                yield "/".join(PurePosixPath(name).parts[-2:]), archive.read(name) if small else None
    except (zipfile.BadZipFile, OSError) as error:
        raise ReadingError("archive.unreadable", name=files[0].name, error=str(error)) from error


def _members(archive: Path) -> list[str]:
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [PurePosixPath(name) for name in opened.namelist() if name.endswith(".xml")]
    except (zipfile.BadZipFile, OSError):
        return []
    kept = [name for name in names if SOURCE_FOLDER.match(name.parent.name)]
    return [str(name) for name in sorted(kept, key=lambda name: _order(name.parent.name, name.name))]


def _order(folder: str, name: str) -> tuple[int, str]:
    return int(folder.split("_")[0]), name


def _parsed(place: str, data: bytes) -> Iterator[dict[str, str] | Dropped]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        yield Dropped(place, Reason("dropped.invalid_xml", {"error": str(error)}))
        return
    if root.getroottree().docinfo.doctype:
        yield Dropped(place, Reason("medquad.doctype"))
        return
    shared = {
        "document_id": root.get("id", ""),
        "source": root.get("source", ""),
        "url": root.get("url", ""),
        "focus_area": _text(root.find("Focus")),
        "umls_cui": _joined(root.iterfind(".//CUI")),
        "semantic_group": _joined(root.iterfind(".//SemanticGroup")),
    }
    pairs = list(root.iter("QAPair"))
    if not pairs:
        yield Dropped(place, Reason("dropped.no_questions"))
    for number, pair in enumerate(pairs, start=1):
        question = pair.find("Question")
        yield {
            **shared,
            "place": f"{place}, question {number}",
            "question": _text(question),
            "answer": _text(pair.find("Answer")),
            "question_id": question.get("qid", "") if question is not None else "",
            "question_type": question.get("qtype", "") if question is not None else "",
        }


def _text(element) -> str:
    return "" if element is None else "".join(element.itertext())


def _joined(elements: Iterable) -> str:
    return "|".join(filter(None, (_text(element).strip() for element in elements)))
