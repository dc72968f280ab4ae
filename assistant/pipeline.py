"""The pipeline from a question to a checked answer: search, read, gate, draft, check.

Each step is code that can be looked at: the reader points at the words that answer, the generator only drafts, and
only when the gate lets it.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace

from assistant.extraction.quotes import highlighted, leading, quotes
from assistant.extraction.windows import windows
from assistant.gate.gate import probability
from assistant.query import operations
from assistant.query.follow_ups import Candidate, candidates
from assistant.query.requests import Request, request
from assistant.query.responses import Responder
from assistant.query.table_answers import Outcome, over_tables
from assistant.resources import Resources
from assistant.schema import MODES, Answer, Answered, Drafted, Event, Mode, Searched, Sentence, Timings, Turn
from assistant.settings import Settings
from assistant.verification.evidence import WORDING, Evidence, Settling, checked
from corpus.errors import SourcierError
from corpus.home import Home
from corpus.language import detect
from index.retrieval.grouping import grouped
from index.retrieval.hit import Hit
from index.retrieval.reading import FIRST, READ, read
from index.retrieval.search import SearchResult
from index.views.lookup import named_in

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2000  # characters
MOST = 2 / 3  # of a draft's sentences must have passed
INCOMPLETE, QUOTED, STOPPED = "index_incomplete", "quoted", "stopped"
STOPPED_QUOTED = "stopped_quoted"
OTHER_LANGUAGE = "quoted_in_other_language"
FRENCH = "generator_writes_english"


class AskError(SourcierError):
    """A question that cannot be answered as asked."""


@dataclass(frozen=True)
class Found:
    """One way to ask the question, with its passages as the reader orders them."""

    candidate: Candidate
    result: SearchResult
    hits: tuple[Hit, ...]
    log_odds: float  # that the passages hold an answer


class Assistant:
    """Answers questions from one data folder. One a process; safe to use from several threads."""

    def __init__(self, home: Home, settings: Settings | None = None):
        self.home = home
        self.resources = Resources(home)
        self._settings = settings
        self.observers: list[Callable[[Answer], None]] = []  # are told each answer

    @property
    def settings(self) -> Settings:
        """The choices given, else those of the data folder as they are now."""
        return self._settings or Settings.load(self.home.settings)

    def choose(self, **changes) -> None:
        """Keeps choices of `Settings` in the data folder; they hold for the next question."""
        chosen = replace(self.settings, **changes)
        if self._settings is not None:
            self._settings = chosen
        chosen.save(self.home.settings)

    def under(self, settings: Settings) -> "Assistant":
        """An assistant that works with the same models under other settings, which are kept nowhere."""
        other = copy(self)
        other._settings = settings
        return other

    @property
    def loading(self) -> tuple[str, ...]:
        """What is not ready yet: "index", "embedder", "generator"."""
        return self.resources.loading

    def warm_up(self) -> None:
        """Loads everything that a first question needs. Blocking: several seconds."""
        self.resources.warm_up(self.settings.model)

    def models(self) -> list[str]:
        """Names of the generators on this machine."""
        return self.resources.models()

    def close(self) -> None:
        """Closes the index."""
        self.resources.close()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        collections: Sequence[str] = (),
        mode: Mode = "grounded",
        model: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Yields Searched, then Drafted any number of times, then Answered once.

        `history` is the conversation so far, oldest first; without `collections` all are searched. Setting `stop`
        ends the drafting; what was drafted is checked and answered. Raises SourcierError.
        """
        question = _valid(question, mode)
        settings = self.settings  # once: the threshold that is shown is the one that decided
        clock = _Clock()
        wanted = request(question, history)
        response = self._response(wanted, question, history, collections, mode, clock) if wanted else None
        if response is not None:
            yield Searched(response.sources, 1.0, clock.search_s, response.documents)
            yield self._answered(replace(response, timings=clock.timings()))
            return
        outcome = self._computed(question, history, collections, clock)
        if outcome is not None and outcome.found is not None:
            rows = outcome.found
            computed = Answer(
                question, False, 1.0, mode, "", rows.sentences, rows.sources, collections=tuple(collections)
            )
            yield Searched(rows.sources, 1.0, clock.search_s, computed.documents)
            yield self._answered(replace(computed, timings=clock.timings()))
            return
        found = self._found(question, history, collections, clock)
        hits = tuple(grouped(found.hits, settings.passages))
        confidence = probability(found.log_odds) if hits else 0.0
        yield Searched(hits, confidence, clock.search_s, found.result.documents)
        searched = found.result.question.text
        answer = Answer(
            question=question,
            refused=confidence < settings.threshold or not hits,
            confidence=confidence,
            mode=mode,
            model="",
            sources=hits,
            threshold=settings.threshold,
            query=searched if searched != question else "",
            documents=found.result.documents,
            notices=() if found.result.complete else (INCOMPLETE,),
            collections=tuple(collections),
        )
        if not answer.refused:
            chosen = replace(settings, model=model or settings.model)
            answer = yield from self._written(answer, chosen, clock, stop)
            if outcome is not None and (lead := leading(hits)) and outcome.is_on(hits[lead.n - 1], lead.start):
                answer = replace(answer, notices=(outcome.notice, *answer.notices))
        elif outcome is not None and hits and outcome.holds(hits[0]):
            answer = replace(answer, notices=(outcome.notice, *answer.notices))
        yield self._answered(replace(answer, timings=clock.timings()))

    def _answered(self, answer: Answer) -> Answered:
        for observe in self.observers:
            observe(answer)
        return Answered(answer)

    def answer(self, question: str, **options) -> Answer:
        """The last event's answer, for callers that do not stream."""
        for event in self.ask(question, **options):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("ask ends with Answered")

    def found(self, question: str, history: Sequence[Turn] = (), collections: Sequence[str] = ()) -> Found:
        """What `ask` finds and reads for a question, without answering it. Raises SourcierError."""
        return self._found(_valid(question, "quotes"), history, collections, _Clock())

    def _response(
        self,
        wanted: Request,
        question: str,
        history: Sequence[Turn],
        collections: Sequence[str],
        mode: Mode,
        clock: "_Clock",
    ) -> Answer | None:
        """The answer to a request such as "summarise report.pdf"; None where it is answered as a question."""

        def evidence(name: str) -> tuple[list[Sentence], Sequence[Hit]]:
            found = self._looked(Candidate(name, "asked", 0.0), collections, (), READ, clock)
            return quotes(found.hits), found.hits

        embedder = self.resources.search.embedder
        responder = Responder(self.resources.store, embedder.encode if embedder else None, evidence)
        return responder.answer(wanted, question, history, collections, mode)

    def _computed(
        self, question: str, history: Sequence[Turn], collections: Sequence[str], clock: "_Clock"
    ) -> Outcome | None:
        """What a question that asks for a count, a total, a mean, the least or the greatest comes to over a table."""
        asked = operations.operation(question)
        if asked is None:
            return None
        with clock.searching():
            documents = named_in(self.resources.store, question, collections)
            hits = self.resources.search.find(question, READ, collections, documents).hits
            embedder = self.resources.search.embedder
            encode = embedder.encode if embedder else None
            return over_tables(question, asked, hits, self.resources.store, encode, leaning=bool(history))

    def _found(self, question: str, history: Sequence[Turn], collections: Sequence[str], clock: "_Clock") -> Found:
        """Searches and reads each way to understand the question; the one that is answered most surely."""
        ways = candidates(question, history)
        documents = named_in(self.resources.store, question, collections)  # "what does report.pdf say about ..."
        count = FIRST if len(ways) > 1 else READ
        looked = [self._looked(way, collections, documents, count, clock) for way in ways]
        best = max(looked, key=lambda found: found.log_odds + found.candidate.prior)
        return self._read(best, READ, clock) if len(ways) > 1 else best

    def _looked(
        self,
        candidate: Candidate,
        collections: Sequence[str],
        documents: Sequence[str],
        count: int,
        clock: "_Clock",
    ) -> Found:
        with clock.searching():
            result = self.resources.search.find(candidate.text, READ, collections, documents)
        return self._read(Found(candidate, result, result.hits, 0.0), count, clock)

    def _read(self, found: Found, count: int, clock: "_Clock") -> Found:
        """The same with its first `count` passages read, and what the gate says to that."""
        with clock.reading():
            reader, asked = self.resources.reader, found.result.question
            search, hits = self.resources.search, list(found.hits)
            if reader is not None:
                hits = read(asked.text, search.rarities_of(asked.text), hits, reader, self.resources.order, count)
            log_odds = self.resources.gates.log_odds(asked, hits, search)
        return replace(found, hits=tuple(hits), log_odds=log_odds)

    def _written(
        self, answer: Answer, settings: Settings, clock: "_Clock", stop: threading.Event | None
    ) -> Generator[Event, None, Answer]:
        """The answer with its sentences: the quotes, or a draft that leads with the same evidence and passes."""
        quoted = quotes(answer.sources)
        answer = replace(answer, sentences=tuple(quoted))
        if _language(answer) not in ("", detect(answer.question) or "en"):
            answer = replace(answer, notices=(*answer.notices, OTHER_LANGUAGE))
        if answer.mode == "quotes" or (answer.mode == "grounded" and _language(answer) == "fr"):
            return answer
        evidence = Evidence(answer.sources, WORDING if answer.mode == "grounded" else 0.0)
        draft = yield from self._drafted(answer, settings, evidence, clock, stop)
        stopped = stop is not None and stop.is_set()
        sentences = checked(draft, evidence, stopped=stopped)
        notices, ending = answer.notices, (STOPPED,) if stopped else ()
        if answer.mode == "grounded":
            sentences, whole = shown(sentences, answer)
            ending = ending if whole else (STOPPED_QUOTED,) if stopped else (QUOTED,)
        elif _language(answer) == "fr":
            notices += (FRENCH,)
        return replace(answer, sentences=tuple(sentences), model=settings.model, notices=(*notices, *ending))

    def _drafted(
        self,
        answer: Answer,
        settings: Settings,
        evidence: Evidence,
        clock: "_Clock",
        stop: threading.Event | None,
    ) -> Generator[Event, None, str]:
        from assistant.generation.prompt import RESERVE, pack
        from assistant.generation.sampling import decoding

        generator = self.resources.generator(settings.model)
        prompt = pack(
            answer.question,
            windows(answer.sources, settings.prompt_passages),
            generator.count_tokens,
            window=generator.window,
            reserve=min(max(RESERVE, settings.max_new_tokens), generator.window // 2),
        )
        # Free mode is the plain model: what it says by itself is what one wants to see there.
        options = decoding(generator, prompt.used if answer.mode == "grounded" else (), settings)
        draft, settling = "", Settling(evidence)
        for piece in generator.stream(prompt.text, stop=stop, **options):
            clock.token()
            draft += piece
            yield Drafted(draft.strip(), *settling.of(draft))
        clock.new_tokens = generator.count_tokens(draft)
        return draft


class _Clock:
    """Seconds since the question, and of its steps."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.search_s = 0.0
        self.read_s = 0.0
        self.first_token_s: float | None = None
        self.new_tokens = 0

    @contextmanager
    def searching(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.search_s += time.perf_counter() - started

    @contextmanager
    def reading(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.read_s += time.perf_counter() - started

    def token(self) -> None:
        if self.first_token_s is None:
            self.first_token_s = time.perf_counter() - self._start

    def timings(self) -> Timings:
        total = time.perf_counter() - self._start
        return Timings(self.search_s, self.read_s, self.first_token_s, total, self.new_tokens)


def _valid(question: str, mode: str) -> str:
    question = question.replace("\0", "").strip()
    if not question:
        raise AskError("question.empty")
    if len(question) > LONGEST_QUESTION:
        raise AskError("question.too_long", most=LONGEST_QUESTION)
    if mode not in MODES:
        raise AskError("question.unknown_mode", mode=mode, known=", ".join(MODES))
    return question


def shown(drafted: Sequence[Sentence], answer: Answer) -> tuple[list[Sentence], bool]:
    """What grounded mode shows of a checked draft, and whether that is the draft: else it is the quotes."""
    supported = list(_distinct(sentence for sentence in drafted if sentence.supported))
    whole = enough(supported, drafted) and leads_with_evidence(supported, answer.sources)
    marked = [highlighted(sentence, answer.sources) for sentence in supported]
    return (marked if whole else list(answer.sentences)), whole


def enough(supported: Sequence[Sentence], drafted: Sequence[Sentence]) -> bool:
    """Whether what is left of a draft is an answer: it has its beginning, and most of what was written."""
    return bool(supported) and drafted[0].supported and len(supported) >= MOST * len(drafted)


def leads_with_evidence(sentences: Sequence[Sentence], hits: Sequence[Hit]) -> bool:
    """Whether the first sentence rests on the place that the reader takes for the answer."""
    lead = leading(hits)
    if lead is None:
        return True
    return any(
        citation.n == lead.n and citation.start < lead.end and lead.start < citation.end
        for citation in sentences[0].citations
    )


def _distinct(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Without a sentence that was said before: pages begin with key points that they say again."""
    said: set[str] = set()
    for sentence in sentences:
        words = " ".join(re.findall(r"\w+", sentence.text.lower()))
        if words not in said:
            yield sentence
        said.add(words)


def _language(answer: Answer) -> str:
    """The language of the passage that the answer leads with."""
    lead = leading(answer.sources)
    return answer.sources[lead.n - 1 if lead else 0].language if answer.sources else ""
