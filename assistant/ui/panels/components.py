"""What the panels share: HTML components that send actions, the reading of those actions, and the types of handlers."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

from assistant.ui import ASSETS

# What a handler gives back: new values, or updates made by `gr.update`, by component. Gradio takes values of any type.
Changes = dict[Block, Any]
Update = dict[str, Any]  # what `gr.update` makes
# Keyword arguments for Gradio's event listeners.
Options = dict[str, Any]
QUIET: Options = {"show_progress": "hidden", "api_visibility": "private"}

# Hands a file ({name, type, data}) to the browser's downloads; no copy of it lies on a disk of the server.
SAVE_FILE = """(file) => {
    if (!file) return;
    const bytes = Uint8Array.from(atob(file.data), (character) => character.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}"""


def settled(part: str) -> str:
    """Tells `address.js` that the server has dealt with what that part of the page's address asked for."""
    return f"() => window.sourcierAddress.settled('{part}')"


def html(more: str = "", *, elem_id: str | None = None) -> gr.HTML:
    """A place for markup made by `render`, whose buttons and forms become click and submit events.

    `more` names a script that runs once after the one that all share.
    """
    script = "\n".join((ASSETS / name).read_text("utf-8") for name in ("actions.js", more) if name)
    return gr.HTML("", js_on_load=script, apply_default_css=False, elem_id=elem_id)


CHOICE = '<label class="choice"><span class="name"></span><span class="info"></span><select></select></label>'


def choice(
    choices: Sequence[object] = (),
    value: object = None,
    *,
    elem_id: str,
    visible: bool = True,
    scale: int | None = None,
    min_width: int | None = None,
) -> gr.HTML:
    """A list to choose one of; `choices` are values or (name, value) pairs. `gr.update` may change choices, value,
    label and info.

    Gradio's own drop-down stays open when the keyboard leaves it, and then lies over what is clicked.
    """
    return gr.HTML(
        value,
        html_template=CHOICE,
        js_on_load=(ASSETS / "choice.js").read_text("utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="choosing",
        visible=visible,
        scale=scale,
        min_width=min_width,
        choices=list(choices),
        info="",
    )


def action(event: gr.EventData) -> tuple[str, dict[str, str]]:
    """The name and the data of what was clicked or submitted. They come from the browser: data, to be checked."""
    data = event._data if isinstance(event._data, dict) else {}
    texts = {str(key): str(value) for key, value in data.items()}
    return texts.pop("act", ""), texts


def number(data: dict[str, str], key: str = "id") -> int | None:
    """A row number out of an action's data, None when it is not one."""
    text = data.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
