"""Escaping, and the few pieces of markup that every panel uses."""

import html
from collections.abc import Iterable

from assistant.text.sanitize import visible


def esc(text: object) -> str:
    """`text` as HTML shows it literally, in an element or a quoted attribute, without invisible control characters."""
    return html.escape(visible(text), quote=True)


def clipped(text: str, length: int) -> str:
    """`text` cut to `length` characters with an ellipsis; not yet escaped."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def emphasised(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The escaped text with the characters [start, end) of each span in `<b>`; spans are cut to the text."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            pieces.append(f"{esc(text[at:start])}<b>{esc(text[start:end])}</b>")
            at = end
    return "".join(pieces) + esc(text[at:])


def button(label: str, action: str, *, name: str = "", kind: str = "quiet", **data: object) -> str:
    """A button that `actions.js` turns into an event carrying `action` and `data`.

    `name` is read aloud in place of the label. `label` may be one of our own icons; it is escaped otherwise.
    """
    attributes = "".join(f' data-{key}="{esc(value)}"' for key, value in {"act": action, **data}.items())
    spoken = f' aria-label="{esc(name)}" title="{esc(name)}"' if name else ""
    return f'<button type="button" class="act {kind}"{attributes}{spoken}>{ICONS.get(label) or esc(label)}</button>'


def _icon(path: str) -> str:
    return (
        '<svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.8" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{path}</svg>'
    )


ICONS = {
    "icon:rename": _icon('<path d="M4 20h4L19 9l-4-4L4 16z"/><path d="M13.5 6.5l4 4"/>'),
    "icon:delete": _icon('<path d="M5 7h14"/><path d="M9 7V4.5h6V7"/><path d="M7 7l1 12.5h8L17 7"/>'),
    "icon:copy": _icon('<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M15.5 5.5V5h-11v11h.5"/>'),
    "icon:again": _icon('<path d="M5 12a7 7 0 1 0 2.2-5.1"/><path d="M7.5 3v4.2h4.2"/>'),
    "icon:pin": _icon('<path d="M9 4h6l-1 6 3 3H7l3-3z"/><path d="M12 13v7"/>'),
    "icon:more": _icon('<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3"/>'),
    "icon:previous": _icon('<path d="M14.5 6l-6 6 6 6"/>'),
    "icon:next": _icon('<path d="M9.5 6l6 6-6 6"/>'),
    "icon:close": _icon('<path d="M6 6l12 12M18 6L6 18"/>'),
    "icon:menu": _icon('<path d="M4 7h16M4 12h16M4 17h10"/>'),
    "icon:theme": _icon(
        '<circle cx="12" cy="12" r="7.5"/><path d="M12 4.5v15a7.5 7.5 0 0 0 0-15z" fill="currentColor"/>'
    ),
}
