"""What a running app consists of: index, history, answers being written, trainings, trials. No Gradio here."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from assistant.evaluation.trials import Trials
from assistant.pipeline import Assistant
from assistant.query.suggestions import suggested
from assistant.schema import Answer
from assistant.services.answer_jobs import AnswerJobs
from assistant.services.generators import Generators
from assistant.services.library import Library
from assistant.storage.feedback import FeedbackStore
from assistant.storage.feedback_records import FILE, VOTES
from assistant.storage.history import History, HistoryError
from assistant.storage.votes import Votes
from assistant.training.runs.sessions import Sessions
from corpus.errors import Reason, SourcierError
from corpus.home import Home
from index.ingestion.queue import enqueue
from index.storage.opening import open_store
from index.storage.store import Store
from index.views.catalogue import DOCUMENT
from index.views.status import CollectionStatus

log = logging.getLogger(__name__)

FOLLOW_UPS = 12  # passages looked through for questions that lead on
STARTER_COLLECTIONS = ("wikipedia", "wikipedia-fr")
EVERYTHING = " all"  # what is searched, where the user wants the shipped ones too; no collection can be called so


@dataclass
class Startup:
    """How far the models are. Written by the one thread that loads them; `error` is a stored reason or plain text."""

    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)


class Application:
    """One data folder with everything that works on it. All tabs and the API share it."""

    def __init__(
        self,
        home: Home,
        assistant: Assistant,
        history: History,
        store: Store,
        votes: Votes | None = None,
        feedback: FeedbackStore | None = None,
    ):
        self.home = home
        self.assistant = assistant
        self.history = history
        self.store = store
        self.sessions = Sessions(home, store)
        self.generators = Generators(home)
        self.trials = Trials(home, assistant, store)
        self.votes = votes or Votes(home.path / VOTES)
        self.feedback = feedback or FeedbackStore(home.path / FILE)
        self.startup = Startup()
        self.problem: Reason | None = None  # what could not be opened, and what the app works with instead
        self.locked = False  # whether a password is asked for
        self.library = Library(home, store, renamed=history.rename_collection)
        self.jobs = AnswerJobs(
            assistant,
            history,
            waiting=lambda: not self.startup.done.is_set(),
            suggest=self._follow_ups,
            unread=self.unread,
            paused=lambda: self.store.paused,
        )

    @classmethod
    def open(cls, home: Home) -> "Application":
        """Opens the data folder. Raises StoreError, and HistoryError where no history at all can be written.

        A history that cannot be opened, such as a newer version's, is left as it is; another one stands in for it.
        """
        home.make()
        store, problem = open_store(home), None
        if store.is_server:
            from assistant.storage.server import open_people

            history, votes, feedback = open_people(home)
            return cls(home, Assistant(home), history, store, votes, feedback)
        try:
            history = History(home.history)
        except HistoryError as error:
            log.warning("%s", error)
            aside = home.history.with_name(f"{home.history.stem}.aside{home.history.suffix}")
            history, problem = History(aside), Reason("history.aside", {"reason": error.reason, "name": aside.name})
        app = cls(home, Assistant(home), history, store)
        app.problem = problem
        return app

    def _follow_ups(self, answer: Answer) -> Sequence[str]:
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
            known = error.reason.dumps() if isinstance(error, SourcierError) else str(error)
            self.startup.error = known or type(error).__name__
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
        return self.library.collections()

    def own_collections(self) -> list[str]:
        """Names of the collections that the user made, oldest first."""
        return [name for name in self.collections() if name not in STARTER_COLLECTIONS]

    def searched(self, choice: str) -> tuple[str, ...]:
        """The collections that a choice stands for, () for all: one by its name, EVERYTHING, or "", the user's own
        where there are any."""
        if choice == EVERYTHING:
            return ()
        if choice:
            return (choice,)
        own = self.own_collections()
        return tuple(own) if len(own) < len(self.collections()) else ()

    def unread(self, collections: Sequence[str] = ()) -> int:
        """How many files of these collections (all, if none is named) wait to be read."""
        return sum(status.waiting for status in self.statuses() if not collections or status.name in collections)

    def complete(self, collections: Sequence[str] = ()) -> bool:
        """Whether everything in these collections (all, if none is named) can be found by its meaning."""
        return all(
            status.embedded == status.passages
            for status in self.statuses()
            if not collections or status.name in collections
        )

    def newest_files(self, choice: str, most: int) -> list[str]:
        """Names of the user's newest documents among what a choice stands for, each once."""
        own = self.own_collections()
        names = [name for name in self.searched(choice) or own if name in own]
        pages = [self.library.catalogue.page(name, limit=most).entries for name in reversed(names)]
        files = (entry for page in pages for entry in page if entry.kind == DOCUMENT and entry.source is not None)
        named = (PurePath(file.path.replace("\\", "/")).name or file.title for file in files)
        return list(dict.fromkeys(named))[:most]

    def statuses(self) -> list[CollectionStatus]:
        """The state of every collection."""
        return self.library.statuses()

    def add_starter_collections(self) -> None:
        """Gives an empty index something to be asked about."""
        if not self.store.collections():
            self._add_shipped(STARTER_COLLECTIONS)

    def add_chosen_collections(self, names: Sequence[str]) -> None:
        """Adds those of `names` that are shipped and not there yet; others have to come from their publisher."""
        there = self.collections()
        self._add_shipped([name for name in names if name not in there])

    def _add_shipped(self, names: Sequence[str]) -> None:
        for failure in enqueue(self.store, [name for name in names if name in STARTER_COLLECTIONS]).failed:
            log.warning("%s: %s", failure.place, failure.reason)

    def close(self) -> None:
        """Stops the answers being written and the training, which keeps a checkpoint, and closes the files."""
        self.jobs.close()
        self.sessions.close()
        self.generators.close()
        self.trials.close()
        self.votes.close()
        self.assistant.close()
        self.library.close()
        self.store.close()
