"""The pipeline from a question to a checked answer: search, gate, draft, check.

Each step is code that can be looked at: the generator only drafts, and only when the gate lets it.
"""

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace

from assistant.extraction.quotes import PASSAGES, best_quotes, readable
from assistant.extraction.start import beginnings
from assistant.generation.presets import ModelError
from assistant.query.answer_type import expected, gives
from assistant.query.rewriting import search_query
from assistant.resources import Resources
from assistant.schema import MODES, Answer, Answered, Drafted, Event, Mode, Searched, Sentence, Timings, Turn
from assistant.settings import Settings
from assistant.verification.evidence import WORDING, Evidence, Settling, checked
from corpus.home import Home
from index.retrieval.candidates import keywords
from index.retrieval.hit import Hit
from index.retrieval.search import SearchResult
from index.storage.store import StoreError
from index.vectors.embedder import EmbedderError

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2000  # characters
SHORTEST_ANSWER = 8  # words that passed the check; with fewer, the passages are quoted
LONG_ENOUGH = 40  # words; shorter drafts must have half as many as the quotes
MOST = 2 / 3  # of a draft's sentences must have passed
INCOMPLETE, QUOTED, STOPPED = "index_incomplete", "quoted", "stopped"
DATE_IN_TITLE = "date_in_title"
UNDRAFTED = "undrafted"  # a table or a list of names, of which nothing can be drafted, is quoted as it is
FRENCH, FRENCH_QUOTED = "generator_writes_english", "quoted_as_generator_writes_english"


class AskError(Exception):
    """A question that cannot be answered as asked; the message is one sentence for the user."""


class Assistant:
    """Answers questions from one data folder. One a process; safe to use from several threads."""

    def __init__(self, home: Home, settings: Settings | None = None):
        self.home = home
        self.resources = Resources(home)
        self._settings = settings

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
        ends the drafting; what was drafted is checked and answered. Raises AskError.
        """
        question = _valid(question, mode)
        settings = self.settings  # once: the threshold that is shown is the one that decided
        clock = _Clock()
        try:
            query = search_query(question, history)
            search = self.resources.search
            result = search.search(query, settings.passages, collections)
            confidence = self.resources.gates.confidence(result.question, result.hits, search)
            clock.searched()
            yield Searched(result.hits, confidence, clock.search_s, result.documents)
            answer = Answer(
                question=question,
                refused=confidence < settings.threshold or not result.hits,
                confidence=confidence,
                mode=mode,
                model="",
                sources=result.hits,
                threshold=settings.threshold,
                query=searched if (searched := result.question.text) != question else "",
                documents=result.documents,
                notices=() if result.complete else (INCOMPLETE,),
            )
            if not answer.refused:
                chosen = replace(settings, model=model or settings.model)
                answer = yield from self._written(answer, result, chosen, clock, stop)
                answer = replace(answer, notices=answer.notices + missing(answer))
            yield Answered(replace(answer, timings=clock.timings()))
        except (StoreError, EmbedderError, ModelError) as error:
            raise AskError(str(error)) from error

    def answer(self, question: str, **options) -> Answer:
        """The last event's answer, for callers that do not stream."""
        for event in self.ask(question, **options):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("ask ends with Answered")

    def _written(
        self, answer: Answer, result: SearchResult, settings: Settings, clock: "_Clock", stop: threading.Event | None
    ) -> Iterator[Event]:
        evidence = Evidence(result.hits, WORDING if answer.mode == "grounded" else 0.0)
        begins = beginnings(result.question, result.hits[:PASSAGES], self.resources.search)
        quotes = best_quotes(result.hits, evidence, begins)
        if answer.mode == "quotes":
            return replace(answer, sentences=tuple(quotes))
        if answer.mode == "grounded" and _language(result) == "fr":  # the generator would write English
            return replace(answer, sentences=tuple(quotes), notices=(*answer.notices, FRENCH_QUOTED))
        passages = readable(answer.sources, evidence, begins) if answer.mode == "grounded" else answer.sources
        if not passages:
            return replace(answer, sentences=tuple(quotes), notices=(*answer.notices, UNDRAFTED))
        draft = yield from self._drafted(answer, passages, settings, evidence, clock, stop)
        sentences = checked(draft, evidence)
        notices = answer.notices
        if stop is not None and stop.is_set():
            notices += (STOPPED,)
        if _language(result) == "fr":
            notices += (FRENCH,)
        if answer.mode == "grounded":
            sentences, whole = shown(sentences, quotes)
            notices = notices if whole else (*notices, QUOTED)
        return replace(answer, sentences=tuple(sentences), model=settings.model, notices=notices)

    def _drafted(
        self,
        answer: Answer,
        passages: Sequence[Hit],
        settings: Settings,
        evidence: Evidence,
        clock: "_Clock",
        stop: threading.Event | None,
    ) -> Iterator[Event]:
        from assistant.generation.prompt import RESERVE, pack
        from assistant.generation.sampling import decoding

        generator = self.resources.generator(settings.model)
        prompt = pack(
            answer.question,
            passages[: settings.prompt_passages],
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
    """Seconds since the question."""

    def __init__(self):
        self._start = time.perf_counter()
        self.search_s = 0.0
        self.first_token_s: float | None = None
        self.new_tokens = 0

    def searched(self) -> None:
        self.search_s = time.perf_counter() - self._start

    def token(self) -> None:
        if self.first_token_s is None:
            self.first_token_s = time.perf_counter() - self._start

    def timings(self) -> Timings:
        return Timings(self.search_s, self.first_token_s, time.perf_counter() - self._start, self.new_tokens)


def _valid(question: str, mode: str) -> str:
    question = question.replace("\0", "").strip()
    if not question:
        raise AskError("The question is empty.")
    if len(question) > LONGEST_QUESTION:
        raise AskError(f"The question is longer than {LONGEST_QUESTION} characters; please shorten it.")
    if mode not in MODES:
        raise AskError(f"There is no mode '{mode}' (there is: {', '.join(MODES)}).")
    return question


def shown(drafted: Sequence[Sentence], quotes: Sequence[Sentence]) -> tuple[list[Sentence], bool]:
    """What grounded mode shows of a checked draft, and whether that is the draft: else it is the quotes."""
    supported = list(_distinct(sentence for sentence in drafted if sentence.supported))
    whole = enough(supported, drafted, quotes)
    return (supported if whole else list(quotes)), whole


def missing(answer: Answer) -> tuple[str, ...]:
    """The notice "no_date" or the like, where the question asks for one and the answer gives none: the passages are on
    its subject, but may not say it. "Marie Curie (1867–1934)" over a passage is no sentence, but is pointed to."""
    question = answer.question
    kind = expected(question)
    if not kind or any(gives(sentence.text, kind, question) for sentence in answer.sentences):
        return ()
    asked = set(keywords(answer.query or question))
    titles = [hit.heading or hit.title for hit in answer.sources]
    if kind == "date" and any(gives(title, kind, question) and asked & set(keywords(title)) for title in titles):
        return (DATE_IN_TITLE,)
    return (f"no_{kind}",)


def _distinct(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Without a sentence that was said before: pages begin with key points that they say again."""
    said: set[str] = set()
    for sentence in sentences:
        words = " ".join(re.findall(r"\w+", sentence.text.lower()))
        if words not in said:
            yield sentence
        said.add(words)


def enough(supported: Sequence[Sentence], drafted: Sequence[Sentence], quotes: Sequence[Sentence] = ()) -> bool:
    """Whether what is left of a draft is an answer: it has its beginning, most of what was written, and is no fragment
    beside what the passages say."""
    if not supported or not drafted[0].supported or len(supported) < MOST * len(drafted):
        return False
    words, quoted = (sum(len(sentence.text.split()) for sentence in some) for some in (supported, quotes))
    return words >= max(SHORTEST_ANSWER, min(LONG_ENOUGH, quoted / 2))


def _language(result: SearchResult) -> str:
    return result.hits[0].language if result.hits else ""
