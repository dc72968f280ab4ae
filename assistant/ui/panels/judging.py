"""Judging an answer in the conversation."""

from collections.abc import Iterable
from dataclasses import replace

from assistant.services.turns import TurnView
from assistant.storage.feedback import Opinions, OpinionsError
from assistant.ui.i18n.texts import t
from assistant.ui.panels import html as panel
from assistant.ui.services import Services
from assistant.ui.view import Tab

ACTIONS = ("opinion", "better")


def judged(services: Services, tab: Tab, name: str, data: dict[str, str]) -> str:
    """Keeps the verdict or the better answer that was given to a turn. Gives a complaint, "" when there is none."""
    turn = panel.number(data)
    views = services.runs.views(tab.conversation)
    view = next((view for view in views if view.id == turn and view.answer is not None), None)
    if view is None:
        return t("opinion.gone", tab.lang)
    verdict, better = ("better", data.get("text", "")) if name == "better" else (data.get("verdict", ""), "")
    if name == "better" and not better.strip():
        return t("opinion.empty", tab.lang)
    try:
        services.opinions.judge(view.id, view.question, view.answer, verdict, better)
    except OpinionsError as error:
        return str(error)
    return ""


def with_opinions(views: Iterable[TurnView], opinions: Opinions) -> list[TurnView]:
    """The turns with what the user thought of them."""
    known = opinions.verdicts()
    return [
        replace(view, opinion=known[view.id]) if view.id in known and known[view.id].question == view.question else view
        for view in views
    ]
