"""The sentences for errors and reasons (`corpus.errors`), by code, in English and French.

A template's gaps are the reason's values: "errors.pdf.encrypted" -> "{name} is encrypted." A value that is itself a
reason is said first, without its full stop. What an older version stored as a sentence is shown as it stands.
"""

from collections.abc import Mapping

from assistant.ui.i18n import (
    errors_assistant_en,
    errors_assistant_fr,
    errors_corpus_en,
    errors_corpus_fr,
    errors_index_en,
    errors_index_fr,
)
from corpus.errors import Reason, SourcierError

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {**errors_corpus_en.SENTENCES, **errors_index_en.SENTENCES, **errors_assistant_en.SENTENCES},
    "fr": {**errors_corpus_fr.SENTENCES, **errors_index_fr.SENTENCES, **errors_assistant_fr.SENTENCES},
}


def sentence(what: SourcierError | Reason | str, lang: str) -> str:
    """The sentence for an error, a reason, or a reason's stored form; any other text comes back unchanged."""
    if isinstance(what, SourcierError):
        what = what.reason
    if isinstance(what, str):
        found = Reason.loads(what) if what.startswith("{") else None
        if found is None:
            return what
        what = found
    template = SENTENCES.get(lang, SENTENCES["en"]).get(what.code) or SENTENCES["en"].get(what.code)
    if template is None:
        return str(what)
    values = {
        key: sentence(value, lang).removesuffix(".") if isinstance(value, Reason) else value
        for key, value in what.values.items()
    }
    return template.format_map(_Gaps(values))


class _Gaps(dict):
    """A missing value leaves its name in the sentence: a page must not fail over a reason."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
