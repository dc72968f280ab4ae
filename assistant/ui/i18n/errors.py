"""The sentences for errors and reasons (`corpus.errors`), by code, in English and French.

A template's gaps are the reason's values: "{name} is encrypted." for Reason("pdf.encrypted", {"name": "a.pdf"}). A
value that is itself a reason is put into words first, without its full stop. What an older version stored as a sentence
is shown as it stands.
"""

from collections.abc import Mapping

from assistant.ui.i18n import (
    errors_assistant_en,
    errors_assistant_fr,
    errors_corpus_en,
    errors_corpus_fr,
    errors_course_en,
    errors_course_fr,
    errors_index_en,
    errors_index_fr,
)
from assistant.ui.i18n.typography import french_spaces
from corpus.errors import Reason, SourcierError

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        **errors_corpus_en.SENTENCES,
        **errors_index_en.SENTENCES,
        **errors_assistant_en.SENTENCES,
        **errors_course_en.SENTENCES,
    },
    "fr": {
        **errors_corpus_fr.SENTENCES,
        **errors_index_fr.SENTENCES,
        **errors_assistant_fr.SENTENCES,
        **errors_course_fr.SENTENCES,
    },
}


def sentence(what: Exception | Reason | str, lang: str) -> str:
    """The sentence in `lang` for an error, a reason, or a reason's stored form (`Reason.dumps`).

    An error of the operating system is told in the system's words; any other text comes back unchanged.
    """
    reason = _reason(what)
    if reason is None:
        return str(what)
    language = lang if lang in SENTENCES else "en"
    template = SENTENCES[language].get(reason.code)
    if template is None:
        template, language = SENTENCES["en"].get(reason.code), "en"
    if template is None:
        return str(reason)
    values = {
        key: sentence(value, lang).removesuffix(".") if isinstance(value, Reason) else value
        for key, value in reason.values.items()
    }
    return (french_spaces(template) if language == "fr" else template).format_map(_Gaps(values))


def _reason(what: Exception | Reason | str) -> Reason | None:
    if isinstance(what, Reason):
        return what
    if isinstance(what, SourcierError):
        return what.reason
    if isinstance(what, OSError):
        return Reason("system.failed", {"reason": what.strerror or str(what)})
    return Reason.loads(what) if isinstance(what, str) and what.startswith("{") else None


class _Gaps(dict):
    """A missing value leaves its name in the sentence: a page must not fail over a reason."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
