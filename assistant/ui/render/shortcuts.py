"""The overlay that says which keys do what."""

from assistant.ui.i18n.texts import t
from assistant.ui.render.html import ICONS, esc

# Keys as they are read by `ask.js`; what they do is said by the text `keys.NAME`.
KEYS = (
    ("Enter", "send"),
    ("Shift+Enter", "line"),
    ("↑", "edit_last"),
    ("Esc", "stop"),
    ("/", "question"),
    ("n", "new"),
    ("s", "search"),
    ("j k", "walk"),
    ("r", "again"),
    ("e", "edit"),
    ("c", "copy"),
    ("1 … 9", "passage"),
    ("p", "page"),
    ("a", "ask"),
    ("d", "documents"),
    ("t", "theme"),
    ("?", "help"),
)


def shortcuts(lang: str) -> str:
    """A dialog, opened and closed by the browser. Keys of one letter can be switched off in it, as WCAG 2.1.4 asks."""
    said = {name: esc(t(f"keys.{name}", lang)) for _, name in KEYS}
    rows = "".join(f"<div><dt>{_keys(keys)}</dt><dd>{said[name]}</dd></div>" for keys, name in KEYS)
    title, close = esc(t("keys.title", lang)), esc(t("keys.close", lang))
    return (
        f'<dialog id="shortcuts" aria-label="{title}"><header><h2>{title}</h2>'
        f'<button type="button" class="act" data-act="close-help" aria-label="{close}" title="{close}">'
        f"{ICONS['icon:close']}</button></header><dl>{rows}</dl>"
        f'<label><input type="checkbox" id="single-keys"> {esc(t("keys.single", lang))}</label></dialog>'
    )


def _keys(keys: str) -> str:
    return " ".join("+".join(f"<kbd>{esc(key)}</kbd>" for key in one.split("+")) for one in keys.split(" "))
