"""XML of any kind: paragraphs where text stands among elements, named values where it does not.

Entities are the way to read other files and to blow up memory: a file that declares any is left alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corpus.cleaning import one_line
from corpus.document import Document, ReadingError
from corpus.errors import Reason
from corpus.language import detect
from corpus.readers import nested_fields
from corpus.readers.encoding import LARGEST
from corpus.readers.text import title_of

if TYPE_CHECKING:
    from lxml.etree import _Element

KIND = Reason("kind.xml")
PROSE = 80  # characters from which an element is a paragraph, whose attributes only say how it looks
TITLES = ("title", "titre", "name", "subject")


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text. Raises ReadingError for entities, depth and damage."""
    if path.stat().st_size > LARGEST:
        raise ReadingError("file.too_large", name=path.name, megabytes=LARGEST // 1_000_000)
    root = parsed(path.read_bytes(), path.name, KIND)
    value = _value(root, path.name)
    members = value if isinstance(value, dict) else {"": value}
    sections = tuple(nested_fields.sections(members))
    if sections:
        found = next((one_line(str(members[name])) for name in TITLES if isinstance(members.get(name), str)), "")
        language = detect(" ".join(section.text for section in sections[:5]))
        yield Document(found or title_of(path), sections, path=str(path), language=language)


def parsed(data: bytes, name: str, kind: Reason) -> "_Element":
    """The root element. Raises ReadingError, which says `name`, for what declares entities or is no XML."""
    from lxml import etree

    # Nothing is fetched and no entity is resolved, whatever the file declares; libxml2 itself bounds the depth.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        if "depth" in str(error).lower():
            raise ReadingError("tree.too_deep", name=name, levels=nested_fields.DEEPEST) from error
        raise ReadingError("file.damaged_or_other", name=name, kind=kind) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ReadingError("office.entities", name=name, kind=kind)
    return root


def _value(element: "_Element", name: str, depth: int = 0) -> object:
    """Text for an element that holds text, with what stands inside it; else its attributes and members by name."""
    if depth > nested_fields.DEEPEST:
        raise ReadingError("tree.too_deep", name=name, levels=nested_fields.DEEPEST)
    children = [child for child in element if isinstance(child.tag, str)]
    # Not `attrib.items()`, which looks each one up again, which grows with the square of their number.
    attributes = {_local(str(one.attrname)): str(one) for one in cast(list, element.xpath("@*"))}
    own = " ".join(filter(None, [element.text, *(child.tail for child in element)])).strip()
    if not children or own:
        text = "".join(str(part) for part in element.itertext()).strip()
        return {"": text, **attributes} if attributes and text and len(text) <= PROSE else text or attributes
    members: dict[str, object] = dict(attributes)
    for child in children:
        key, value = _local(str(child.tag)), _value(child, name, depth + 1)
        if key not in members:
            members[key] = value
        elif isinstance(members[key], list):
            members[key].append(value)  # type: ignore[attr-defined]
        else:
            members[key] = [members[key], value]
    return members


def _local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]
