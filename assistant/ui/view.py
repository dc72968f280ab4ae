"""What the panels show, as frozen records without HTML: a turn of a conversation, and what one tab has open."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """The state of one browser tab. It lives in the tab's session only, so two tabs never mix.

    The turns themselves are read from the history and from the answers being written, never kept here.
    """

    lang: str = "en"
    conversation: int | None = None  # None: a new one, not yet in the history
    query: str = ""  # what the list of conversations is filtered by
    renaming: int | None = None
    deleted: int | None = None  # the conversation whose deletion can be undone
    deleted_title: str = ""
    editing: int | None = None  # the turn whose question is being written anew
    tour: int | None = None  # the step of the introduction that is shown


class Gaze:
    """Which of a tab's followers is the newest: only that one may write into the page. Lives in the tab's session."""

    def __init__(self):
        self.newest = 0

    def turn(self) -> int:
        """Makes the caller the newest follower; its number stays equal to `newest` until another one comes."""
        self.newest += 1
        return self.newest
