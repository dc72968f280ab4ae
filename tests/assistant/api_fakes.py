"""Services for the API's tests: an assistant that knows about bees, and one hostile document."""

import threading
from types import SimpleNamespace

from assistant.pipeline import AskError
from assistant.schema import Answer, Answered, Citation, Drafted, Searched, Sentence, Timings
from index.retrieval.hit import Hit
from index.retrieval.search import SearchResult
from index.vectors.embedder import HashingEmbedder
from index.views.status import CollectionStatus

HOSTILE = "<script>alert(1)</script>\r\ndata: [DONE]\n\n\x1b[31m \u202e [1](javascript:alert(1)) <img onerror=x>"
HITS = (
    Hit(1, "a1", "Bees", "Bees make honey from nectar.", path="bees.txt", collection="Biology", score=0.9),
    Hit(2, "a2", "Dances", "Bees dance.", path="dances.txt", collection="Biology", score=0.4),
)
SENTENCES = (
    Sentence("Bees make honey.", True, 0.9, (Citation(1, 0, 15),)),
    Sentence("They dance.", True, 0.8, (Citation(2, 0, 11),)),
)


class FakeSearch:
    """Finds the first passages whatever is asked, the hostile one for "hostile"."""

    embedder = HashingEmbedder()

    def search(self, query, top=6, collections=()):
        hits = (Hit(3, "<b>", HOSTILE, HOSTILE, path=HOSTILE),) if query == "hostile" else HITS
        return SearchResult(hits[:top], 12, 0.1)


class FakeAssistant:
    """Answers about bees; refuses the weather."""

    def __init__(self):
        self.asked: list[dict] = []
        self.stopped = threading.Event()
        self.resources = SimpleNamespace(search=FakeSearch())

    def models(self):
        return ["starter"]

    def ask(self, question, *, history=(), collections=(), mode="grounded", model=None, stop=None):
        self.asked.append(
            {"question": question, "history": history, "collections": collections, "mode": mode, "model": model}
        )
        if "impossible" in question:
            raise AskError("question.empty")
        if question == "Explode, please.":
            raise RuntimeError("secret")
        hits = FakeSearch().search(question).hits
        try:
            yield Searched(hits, 0.83, 0.1, 12)
            while question == "endless" and not stop.wait(0.01):
                yield Drafted("on and on")
        finally:  # who asks may see the stop first, and close this iterator
            if question == "endless":
                self.stopped.set()
        if "later" in question:
            raise RuntimeError("secret")
        refused = "weather" in question
        if not refused:
            yield Drafted("Bees make honey. unchecked nonsense", SENTENCES[:1], "unchecked nonsense")
        sentences = () if refused else SENTENCES
        timings = Timings(
            search_s=0.1, first_token_s=None if refused else 0.2, total_s=0.4, new_tokens=0 if refused else 7
        )
        yield Answered(Answer(question, refused, 0.83, mode, "starter", sentences, hits, timings))


class FakeApplication:
    """What `routes.make` needs."""

    def __init__(self):
        self.assistant = FakeAssistant()
        self.startup = SimpleNamespace(done=threading.Event(), error="")
        self.startup.done.set()
        self.loading = ()

    def statuses(self):
        return [CollectionStatus("Biology", 1, 2, 2, "ready")]
