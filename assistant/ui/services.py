"""What all tabs share: the assistant, the history, the index, the answers being written, training. No Gradio here."""

import logging
import threading
from dataclasses import dataclass, field

from assistant.evaluation.trials import Trials
from assistant.services.answer_jobs import Runs
from assistant.services.library import Shelf
from assistant.storage.feedback import Opinions
from assistant.storage.feedback_records import FILE
from assistant.storage.votes import Votes
from assistant.training.runs.sessions import Sessions
from corpus.home import Home

log = logging.getLogger(__name__)

FOLLOW_UPS = 12  # passages looked through for questions that lead on
STARTER_COLLECTIONS = ("wikipedia", "wikipedia-fr")


@dataclass
class Startup:
    """How far the models are. Written by the one thread that loads them."""

    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)


class Services:
    """One set a running app."""

    def __init__(self, home: Home, assistant, history, store):
        self.home = home
        self.assistant = assistant
        self.history = history
        self.store = store
        self.sessions = Sessions(home, store)
        self.trials = Trials(home, assistant, store)
        self.votes = Votes(home.path / "votes.sqlite3")
        self.opinions = Opinions(home.path / FILE)
        self.startup = Startup()
        self.locked = False  # whether a password is asked for
        self.shelf = Shelf(home, store, renamed=history.rename_collection)
        self.runs = Runs(assistant, history, waiting=lambda: not self.startup.done.is_set(), suggest=self._follow_ups)

    @classmethod
    def open(cls, home: Home) -> "Services":
        """Opens the data folder. Raises StoreError or HistoryError with a sentence."""
        from assistant.pipeline import Assistant
        from assistant.storage.history import History
        from index.storage.store import Store

        home.make()
        return cls(home, Assistant(home), History(home.history), Store(home.index))

    def _follow_ups(self, answer) -> tuple[str, ...]:
        from assistant.query.suggestions import suggested

        search = self.assistant.resources.search
        collections = tuple({hit.collection: None for hit in answer.sources})
        return suggested(answer, lambda topic: search.search(topic, FOLLOW_UPS, collections).hits)

    def warm_up(self) -> None:
        """Loads the models in a thread; questions asked meanwhile wait."""
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        try:
            self.assistant.warm_up()
        except Exception as error:
            log.exception("the models could not be loaded")
            self.startup.error = str(error) or type(error).__name__
        finally:
            self.startup.done.set()

    @property
    def loading(self) -> tuple[str, ...]:
        """Keys of what is still loading."""
        return () if self.startup.done.is_set() else tuple(self.assistant.loading) or ("generator",)

    def knows(self, conversation_id: int) -> bool:
        """Whether the history holds the conversation; another tab may have deleted it."""
        return self.history.knows(conversation_id)

    def collections(self) -> list[str]:
        """Names of the collections, oldest first."""
        return self.shelf.collections()

    def statuses(self) -> list:
        """The state of every collection (`CollectionStatus`)."""
        return self.shelf.statuses()

    def add_starter_collections(self) -> None:
        """Gives an empty index something to be asked about."""
        from index.ingestion.queue import enqueue

        if not self.store.collections():
            for failure in enqueue(self.store, STARTER_COLLECTIONS).failed:
                log.warning("%s: %s", failure.place, failure.reason)

    def close(self) -> None:
        """Stops the answers being written and the training, which keeps a checkpoint, and closes the files."""
        self.runs.close()
        self.sessions.close()
        self.trials.close()
        self.votes.close()
        self.assistant.close()
        self.shelf.close()
        self.store.close()
