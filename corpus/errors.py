"""What can go wrong, as data: one base class, a code and values. No sentence for a user is written here.

    SourcierError            every error that may reach a user
      ReadingError           corpus.document: a file or data set that cannot be read
      StoreError             index.storage.rows: an index that cannot be opened or written
      EmbedderError          index.vectors.embedder: an embedder that cannot be loaded
      ...                    each room raises its own subclass

The sentence for a code is made where it is read, in the reader's language: `assistant.ui.i18n.errors` for pages and
for the command line. So no code depends on how a sentence is worded, and stored reasons change language with the user.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Reason:
    """A sentence that is not worded yet: why something failed or was left out, or what is said of a data set.

    `code` names the sentence ("pdf.encrypted"). `values` fill its gaps: text, numbers, or another Reason.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """For logs: the code and the values, no sentence."""
        filled = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.code} ({filled})" if filled else self.code

    def dumps(self) -> str:
        """One line of JSON, to be kept in a database or sent to another process."""
        return json.dumps(_plain(self), ensure_ascii=False, default=str)

    @classmethod
    def loads(cls, text: str) -> "Reason | None":
        """What `dumps` wrote; None for anything else, such as a sentence that an older version stored."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return _made(found) if isinstance(found, dict) and isinstance(found.get("code"), str) else None


class SourcierError(Exception):
    """An error that a user may see. `SourcierError("pdf.encrypted", name="a.pdf")`; `str()` is for logs only."""

    def __init__(self, code: str, /, **values: object):
        super().__init__(code, values)
        self.reason = Reason(code, values)

    @property
    def code(self) -> str:
        """The name of its sentence."""
        return self.reason.code

    @property
    def values(self) -> Mapping[str, object]:
        """What fills the sentence."""
        return self.reason.values

    def __str__(self) -> str:
        return str(self.reason)

    def __reduce__(self):  # values are keywords, which the default pickling of exceptions loses
        return _revived, (type(self), self.reason.code, dict(self.reason.values))


def _revived(kind: type[SourcierError], code: str, values: Mapping[str, object]) -> SourcierError:
    return kind(code, **values)


def _plain(reason: Reason) -> dict:
    values = {key: _plain(value) if isinstance(value, Reason) else value for key, value in reason.values.items()}
    return {"code": reason.code, "values": values}


def _made(found: dict) -> Reason:
    values = found.get("values")
    kept = values.items() if isinstance(values, dict) else ()
    return Reason(
        found["code"],
        {key: _made(value) if isinstance(value, dict) and "code" in value else value for key, value in kept},
    )
