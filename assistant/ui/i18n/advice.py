"""What a person can do about a file that could not be read, by the code of the reason."""

from collections.abc import Mapping
from types import MappingProxyType

from corpus.errors import Reason

# The last part of the key of a text `advice.…`, and the codes that it helps with.
_CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "password": ("file.protected", "office.unreadable", "office.protected_or_old", "epub.protected"),
        "scan_empty": ("pdf.nothing_recognised", "image.nothing_recognised"),
        "scan": ("pdf.needs_ocr", "image.needs_ocr"),
        "fetch": ("source.not_fetched",),
        "gone": ("source.gone", "file.missing"),
        "permission": ("source.unopenable", "source.no_permission", "file.cannot_open"),
        "archive": (
            *("archive.too_many_files", "archive.too_large", "archive.bomb", "archive.beyond_limit"),
            *("archive.not_unpacked", "archive.too_deep"),
        ),
        "large": (
            *("file.too_large", "archive.member_too_large", "source.out_of_memory", "source.reader_crashed"),
            *("image.too_large", "tree.too_deep"),
            "source.reader_silent",
        ),
        "kind": ("file.not_text", "file.unknown_kind", "source.unsupported", "code.minified", "office.entities"),
        "empty": ("file.empty", "file.no_text", "source.no_text", "source.empty_folder", "archive.nothing_readable"),
        "damaged": (
            *("file.damaged", "file.damaged_or_other", "file.unreadable", "source.damaged", "source.not_indexed"),
            *("archive.unreadable", "archive.no_member", "archive.member_damaged", "eml.not_one", "html.unreadable"),
            *("table.broken", "table.no_column", "epub.names_no_book", "epub.no_chapter"),
        ),
    }
)
ADVICE: Mapping[str, str] = MappingProxyType({code: key for key, codes in _CODES.items() for code in codes})


def advice(reason: Reason | str) -> str:
    """The last part of the key of a text `advice.…`, "" when nothing can be said.

    `reason` may be in its stored form. A cause inside a reason says more than the reason: an archive of which nothing
    can be read because its first file needs a password calls for the password.
    """
    known = Reason.loads(reason) if isinstance(reason, str) else reason
    if known is None:
        return ""
    causes = (advice(value) for value in known.values.values() if isinstance(value, Reason))
    return next(filter(None, causes), "") or ADVICE.get(known.code, "")
