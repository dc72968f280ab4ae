"""What one browser tab remembers between two events. It lives in the tab's session, so two tabs never mix."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """The state of one browser tab.

    The turns themselves are read from the history and from the answers being written, never kept here.
    """

    lang: str = "en"
    conversation: int | None = None  # None: a new one, not yet in the history
    query: str = ""  # what the list of conversations is filtered by
    renaming: int | None = None
    deleted: int | None = None  # the conversation whose deletion can be undone
    deleted_title: str = ""
    editing: int | None = None  # the turn whose question is being edited
    run: str = ""  # the training that was opened; "" for the one in progress or the newest
    tour: int | None = None  # the step of the introduction that is shown


class Streams:
    """Numbers the streams into one part of a tab: only the newest may write there, the others end."""

    def __init__(self) -> None:
        self.newest = 0

    def begin(self) -> int:
        """Starts the newest stream and gives its number, which equals `newest` until the next one starts."""
        self.newest += 1
        return self.newest
