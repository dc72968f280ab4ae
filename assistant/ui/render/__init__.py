"""The only place that makes HTML. Questions, answers, titles, paths and passages are untrusted: all pass `esc`."""

from assistant.ui.render.chrome import (
    add_heading,
    brand,
    examples,
    help_text,
    how,
    message,
    notice,
    preferences,
    status,
    undo_adding,
)
from assistant.ui.render.collections import collections_table, watched_folders, work
from assistant.ui.render.compare import comparison, tally
from assistant.ui.render.conversations import archive_menu, conversation_list
from assistant.ui.render.datasets import data_sets
from assistant.ui.render.document_text import text_viewer
from assistant.ui.render.explanation import (
    explanation_complaint,
    explanation_panel,
    explanation_result,
    explanation_waiting,
)
from assistant.ui.render.feedback import feedback_heading, feedback_list
from assistant.ui.render.generators import bringing, generators, missing_generator
from assistant.ui.render.html import esc
from assistant.ui.render.installation import about, look, usual
from assistant.ui.render.introduction import tour
from assistant.ui.render.lab import lab_charts, lab_heading, lab_tokens, lab_written
from assistant.ui.render.library import EXCERPTS, PER_PAGE, library_table, library_title, preview
from assistant.ui.render.passages import sources_panel
from assistant.ui.render.train import RUNS_SHOWN, half_heading, sessions_panel
from assistant.ui.render.training_plan import plan_waiting, training_plan
from assistant.ui.render.training_result import training_report
from assistant.ui.render.transcript import follow_ups, transcript, turn
from assistant.ui.render.trials import trial_name, trial_progress, trial_results, trials_empty
from assistant.ui.render.viewer import page_viewer

__all__ = [
    "EXCERPTS",
    "PER_PAGE",
    "RUNS_SHOWN",
    "about",
    "add_heading",
    "archive_menu",
    "brand",
    "bringing",
    "collections_table",
    "comparison",
    "conversation_list",
    "data_sets",
    "esc",
    "examples",
    "explanation_complaint",
    "explanation_panel",
    "explanation_result",
    "explanation_waiting",
    "feedback_heading",
    "feedback_list",
    "follow_ups",
    "generators",
    "half_heading",
    "help_text",
    "how",
    "lab_charts",
    "lab_heading",
    "lab_tokens",
    "lab_written",
    "library_table",
    "library_title",
    "look",
    "message",
    "missing_generator",
    "notice",
    "page_viewer",
    "plan_waiting",
    "preferences",
    "preview",
    "sessions_panel",
    "sources_panel",
    "status",
    "tally",
    "text_viewer",
    "tour",
    "training_plan",
    "training_report",
    "transcript",
    "trial_name",
    "trial_progress",
    "trial_results",
    "trials_empty",
    "turn",
    "undo_adding",
    "usual",
    "watched_folders",
    "work",
]
