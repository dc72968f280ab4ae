"""What the panels share: HTML components that send actions, and the reading of those actions."""

import gradio as gr

from assistant.ui import ASSETS


def html(value: str = "", more: str = "", **options) -> gr.HTML:
    """A place for markup made by `render`, whose buttons and forms become click and submit events.

    `more` names a script that runs once after the one that all share.
    """
    script = "\n".join((ASSETS / name).read_text("utf-8") for name in ("actions.js", more) if name)
    return gr.HTML(value, js_on_load=script, apply_default_css=False, **options)


def action(event: gr.EventData) -> tuple[str, dict[str, str]]:
    """The name and the data of what was clicked or submitted. They come from the browser: data, to be checked."""
    data = event._data if isinstance(event._data, dict) else {}
    texts = {str(key): str(value) for key, value in data.items()}
    return texts.pop("act", ""), texts


def number(data: dict[str, str], key: str = "id") -> int | None:
    """A row number out of an action's data, None when it is not one."""
    text = data.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
