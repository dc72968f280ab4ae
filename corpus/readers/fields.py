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
# A row with both is a pair to learn from (assistant/training/data/own.py).
QUESTIONS = ("question", "questions", "frage", "pregunta", "domanda")
ANSWERS = ("answer", "answers", "réponse", "reponse", "réponses", "reponses", "response", "antwort", "respuesta")
SHORT = 200  # characters of a cell that is no text
IDENTIFIERS = ("_id", "id", "doc_id", "document_id", "uid")
LANGUAGES = ("language", "lang", "langue")


def document(
    fields: Mapping[str, str], place: str, label: str, first_is_title: bool = False, row: str = ""
) -> Document | Dropped:
    """A document, or a Dropped named `label` ("row 3") when no field holds text.

    The title is the field named like one, else the first where `first_is_title`, else the first words. The field
    named like a text comes first, then the others as "name: value" lines, so that nothing is lost to the search.
    `row` is the whole on one line ("Name: Sencha | Price: 5"): the text, where no field is a text of its own.
    Where there are fields for a question and its answer, `Document.pair` holds both as they stand.
    """
    pair = _pair(fields)
    filled = {name: text for name, value in fields.items() if (text := tidy(value))}
    known = {name.strip().lower(): name for name in reversed(filled)}
    row = row if _is_short(filled, known) else ""
    identifier = _take(filled, known, IDENTIFIERS)
    language = one_line(filled.get(known.get(_first(known, LANGUAGES), ""), ""))[:2].lower()
    title_name = known.get(_first(known, TITLES), next(iter(filled), "") if first_is_title and len(filled) > 1 else "")
    title = filled.pop(title_name, "")
    main = filled.pop(known.get(_first(known, TEXTS, but=title_name), ""), "")
    if not main and len(filled) == 1:
        main = filled.popitem()[1]
    others = "\n".join(f"{one_line(name)}: {text}" for name, text in filled.items())
    text = row or "\n\n".join(part for part in (main, others) if part)
    if not text and not title:
        return Dropped(label, Reason("dropped.no_text"))
    return Document(
        shortened(title or text, 200 if title else 80),
        (Section(text or title),),
        path=place,
        external_id=identifier,
        language=language if language.isalpha() and len(language) == 2 else detect(text),
        pair=pair,
    )


def _pair(fields: Mapping[str, str]) -> tuple[str, str] | None:
    known = {name.strip().lower(): name for name in reversed(list(fields))}
    asked, answered = _first(known, QUESTIONS), _first(known, ANSWERS)
    if not asked or not answered:
        return None
    return one_line(fields[known[asked]]), tidy(fields[known[answered]])


def _is_short(filled: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Whether a row is one fact in several cells, and none of them a text."""
    texts = [filled[known[name]] for name in TEXTS if name in known]
    is_prose = any(len(filled) < 3 or len(text) > SHORT / 3 or text.endswith((".", "!", "?")) for text in texts)
    return len(filled) > 1 and not is_prose and all(len(text) <= SHORT and "\n" not in text for text in filled.values())


def _take(filled: dict[str, str], known: Mapping[str, str], names: tuple[str, ...]) -> str:
    return one_line(filled.pop(known.get(_first(known, names), ""), ""))


def _first(known: Mapping[str, str], names, but: str = "") -> str:
    return next((name for name in names if name in known and known[name] != but), "")
