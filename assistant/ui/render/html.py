"""Escaping, and the few pieces of markup that every panel uses."""

import html
import re

# Control characters (terminal escapes too), and the marks that turn the reading direction around for what follows.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def esc(text: object) -> str:
    """`text` as HTML shows it literally, in an element or a quoted attribute, without invisible control characters."""
    return html.escape(_UNSAFE.sub("", str(text)), quote=True)


def clipped(text: str, length: int) -> str:
    """`text` cut to `length` characters with an ellipsis; not yet escaped."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


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
    "icon:menu": _icon('<path d="M4 7h16M4 12h16M4 17h10"/>'),
    "icon:theme": _icon(
        '<circle cx="12" cy="12" r="7.5"/><path d="M12 4.5v15a7.5 7.5 0 0 0 0-15z" fill="currentColor"/>'
    ),
}
