"""The only place that makes HTML. Questions, answers, titles, paths and passages are untrusted: all pass `esc`."""

from assistant.ui.render.chrome import add_heading, brand, examples, message, preferences, status
from assistant.ui.render.collections import collections_table, sources_table
from assistant.ui.render.conversations import archive_menu, conversation_list
from assistant.ui.render.installation import about, look, usual
from assistant.ui.render.lab import lab_charts, lab_heading, lab_tokens, lab_written
from assistant.ui.render.passages import sources_panel
from assistant.ui.render.train import RUNS_SHOWN, comparison, half_heading, sessions_panel, tally
from assistant.ui.render.transcript import follow_ups, transcript, turn

__all__ = [
    "RUNS_SHOWN",
    "about",
    "add_heading",
    "archive_menu",
    "brand",
    "collections_table",
    "comparison",
    "conversation_list",
    "examples",
    "follow_ups",
    "half_heading",
    "lab_charts",
    "lab_heading",
    "lab_tokens",
    "lab_written",
    "look",
    "message",
    "preferences",
    "sessions_panel",
    "sources_panel",
    "sources_table",
    "status",
    "tally",
    "transcript",
    "turn",
    "usual",
]
