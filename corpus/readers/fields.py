"""Named fields of a row or object into a document: which is the title, which the text, what becomes of the others."""

from collections.abc import Mapping

from corpus.cleaning import one_line, shortened, tidy
from corpus.document import Document, Dropped, Section
from corpus.errors import Reason
from corpus.language import detect

TITLES = ("title", "question", "titre", "name", "nom", "headline", "subject", "sujet", "topic")
TEXTS = (
    "text answer content contents body abstract passage article description summary document "
    "texte réponse reponse contenu résumé resume"
).split(" ")
IDENTIFIERS = ("_id", "id", "doc_id", "document_id", "uid")
LANGUAGES = ("language", "lang", "langue")


def document(fields: Mapping[str, str], place: str, label: str, first_is_title: bool = False) -> Document | Dropped:
    """A document, or a Dropped named `label` ("row 3") when no field holds text.

    The title is the field named like one, else the first where `first_is_title`, else the first words. The field
    named like a text comes first, then the others as "name: value" lines, so that nothing is lost to the search.
    """
    filled = {name: text for name, value in fields.items() if (text := tidy(value))}
    known = {name.strip().lower(): name for name in reversed(filled)}
    identifier = _take(filled, known, IDENTIFIERS)
    language = one_line(filled.get(known.get(_first(known, LANGUAGES), ""), ""))[:2].lower()
    title_name = known.get(_first(known, TITLES), next(iter(filled), "") if first_is_title and len(filled) > 1 else "")
    title = filled.pop(title_name, "")
    main = filled.pop(known.get(_first(known, TEXTS, but=title_name), ""), "")
    if not main and len(filled) == 1:
        main = filled.popitem()[1]
    others = "\n".join(f"{one_line(name)}: {text}" for name, text in filled.items())
    text = "\n\n".join(part for part in (main, others) if part)
    if not text and not title:
        return Dropped(label, Reason("dropped.no_text"))
    return Document(
        shortened(title or text, 200 if title else 80),
        (Section(text or title),),
        path=place,
        external_id=identifier,
        language=language if language.isalpha() and len(language) == 2 else detect(text),
    )


def _take(filled: dict[str, str], known: Mapping[str, str], names: tuple[str, ...]) -> str:
    return one_line(filled.pop(known.get(_first(known, names), ""), ""))


def _first(known: Mapping[str, str], names, but: str = "") -> str:
    return next((name for name in names if name in known and known[name] != but), "")
