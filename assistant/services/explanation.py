"""Why a document or a sentence is not in an answer: where it is in the index, how far it came, where it fell out, and
what would bring it in.

The question is searched and read once more by the pipeline's own steps, and what is proposed is tried on them. Nothing
is worded here: stages and remedies are codes with values, and `assistant.ui.i18n.explanation` has their sentences.
"""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Literal

from assistant.extraction.quotes import NEARLY, SURE, leading
from assistant.gate.gate import probability
from assistant.pipeline import Assistant, Found
from assistant.schema import Answer, Turn
from assistant.verification.evidence import WORDING, Evidence
from corpus.errors import SourcierError
from corpus.language import detect
from index.ingestion.chunking_settings import chunking_of
from index.retrieval.candidates import keyword_stems, keywords
from index.retrieval.grouping import grouped
from index.retrieval.hit import Hit, Span
from index.retrieval.reading import READ, read
from index.retrieval.vocabulary import folded, stem
from index.storage.rows import StoreError, named
from index.storage.store import Store
from index.vectors.embedder import load_embedder
from index.views import lookup
from index.views.catalogue import DOCUMENT, Catalogue, Entry

LONGEST = 2000  # characters of what is asked for; the rest is left out
SENTENCE = 4  # words from which a text that names nothing is taken for a sentence
ALIKE = 0.8  # share of a sentence's words that its passage must hold where the wording differs
PARTLY = 0.3  # support from which a sentence counts as drafted from the sources, and dropped by the check
LOOKED_AT = 50  # documents of one name
LISTED = 5  # of them that are described
EVERY = 100_000  # candidates: more than both searches give
SUGGESTED = 3  # words that a question may want
LONGEST_TITLE = 8  # words of a title that is worth adding to a question
LOWEST = 0.1  # confidence to which a threshold can sensibly be lowered

Kind = Literal["document", "sentence", ""]
# Where it fell out, from the index to the answer; "answered" where it did not.
Stage = Literal[
    "unknown",  # nothing in the index is called so or holds the sentence
    "not_indexed",  # the file is known, and has no text in the index
    "request",  # "summarise ...", "thanks": no passages were ranked
    "other_collection",
    "other_document",  # the question names another file
    "no_candidate",  # neither search proposes it
    "below_line",  # a candidate, behind those that are read
    "unread",  # left unread, because a passage before it answers surely
    "reader",  # the reader finds no answer in it
    "repeated",  # says the same as another source
    "not_shown",  # read, but behind the sources that are shown
    "gate",  # the answer was refused
    "outranked",  # another sentence answers better
    "check",  # a sentence that the sources do not state
    "answered",
]
IN_SOURCES: tuple[Stage, ...] = ("reader", "gate", "outranked", "answered")


class ExplanationError(SourcierError):
    """`explanation.empty`: nothing was named."""


@dataclass(frozen=True)
class Ranks:
    """Places from 1 in the search by words, the search by meaning and the blend of both.

    `words` is None where the passage shares no word with the question, `meaning` where it has no vector, `blended`
    where it is none of the `candidates`. The first `read` candidates are looked at by the reader.
    """

    words: int | None
    meaning: int | None
    blended: int | None
    candidates: int
    read: int = READ


@dataclass(frozen=True)
class PassageReading:
    """What the reader gives the passage, and its best sentence (or the sentence asked for), as probabilities.

    `words` are those that answer, "" where they lie in another sentence. `place` is the passage's among all that were
    read. `then` is false where it was left unread when the question was asked, and was read for the explanation only.
    """

    probability: float
    sentence: str
    sentence_probability: float
    words: str
    place: int
    then: bool


@dataclass(frozen=True)
class Winner:
    """The source and the sentence that the answer leads with."""

    n: int
    title: str
    sentence: str
    probability: float


@dataclass(frozen=True)
class Remedy:
    """Something that may bring it in. Where it was tried: the confidence that the question then gets, and whether the
    answer then leads with what was asked for (`leads`). `works` is false where it does not, or is still refused."""

    code: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    confidence: float | None = None
    leads: bool = False
    works: bool = True


@dataclass(frozen=True)
class Explanation:
    """How far a document or a sentence came for one question.

    `entries` are the documents or files of that name, those in the asked collections first, and `more` counts the ones
    that are not listed. `title` and `collection` belong to the passage that is followed, `exact` says whether it holds
    the sentence word for word. `source` is the number n of the answer's source that it stands in. `confidence` is that
    of the question now; `changed` says that the same question finds other passages than it did for the answer.
    """

    target: str
    kind: Kind
    stage: Stage
    title: str = ""
    collection: str = ""
    page: int | None = None
    exact: bool = True
    entries: tuple[Entry, ...] = ()
    more: int = 0
    dropped: int = 0  # parts of its file that were left out
    query: str = ""  # what was searched for
    asked: tuple[str, ...] = ()  # collections; () is all
    ranks: Ranks | None = None
    reading: PassageReading | None = None
    source: int | None = None
    winner: Winner | None = None
    confidence: float = 0.0
    threshold: float = 0.0
    refused: bool = False
    support: float | None = None  # of a sentence that was checked against the sources
    changed: bool = False
    similar: tuple[str, ...] = ()  # names that may have been meant
    remedies: tuple[Remedy, ...] = ()


def explain(assistant: Assistant, answer: Answer, target: str, history: Sequence[Turn] = ()) -> Explanation:
    """Follows what `target` names (a document's title, file name or id, or a sentence) through the answer's question.

    `history` is the conversation before the answer, oldest first. Takes as long as the search and reading did, and as
    much again for each remedy that is tried. Raises SourcierError.
    """
    target = " ".join(target.replace("\0", "").split())[:LONGEST]
    if not target:
        raise ExplanationError("explanation.empty")
    return _Inquiry(assistant, answer, target, history).explanation()


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Plain values for JSON; reasons of failed files as {code, values}."""
    plain = replace(
        explanation, remedies=tuple(replace(remedy, values=dict(remedy.values)) for remedy in explanation.remedies)
    )
    record = asdict(plain)
    for entry in record["entries"]:
        entry["reason"] = json.loads(entry["reason"]) if entry["reason"].startswith("{") else entry["reason"]
    return record


@dataclass(frozen=True)
class _Target:
    """What was meant: entries of the catalogue, and the document's row number of each passage in question."""

    kind: Kind
    entries: tuple[Entry, ...] = ()
    passages: Mapping[int, int] = field(default_factory=dict)
    exact: bool = True


class _Inquiry:
    """One explanation. The index may change while it is made: what is gone meanwhile is left out."""

    def __init__(self, assistant: Assistant, answer: Answer, target: str, history: Sequence[Turn]):
        self._assistant = assistant
        self._answer = answer
        self._text = target
        self._history = history
        self._store: Store = assistant.resources.store
        embedder = load_embedder()
        self._catalogue = Catalogue(self._store, embedder.name, chunking_of(embedder))
        self._search = assistant.resources.search
        self._kind: Kind = ""

    def explanation(self) -> Explanation:
        """The whole of it."""
        target, answer = self._target(), self._answer
        self._kind = target.kind
        # Documents of the asked collections first, files without text last.
        entries = sorted(target.entries, key=lambda one: (one.kind != DOCUMENT, not self._asked(one.collection)))
        told = Explanation(
            self._text,
            target.kind,
            "unknown",
            title=entries[0].title if entries else "",
            collection=entries[0].collection if entries else "",
            exact=target.exact,
            entries=tuple(entries[:LISTED]),
            more=max(0, len(entries) - LISTED),
            dropped=sum(len(self._store.dropped(entry.source)) for entry in entries[:1] if entry.source is not None),
            query=answer.query or answer.question,
            asked=answer.collections,
            confidence=answer.confidence,
            threshold=answer.threshold,
            refused=answer.refused,
        )
        if not entries:
            return self._unknown(told)
        if not target.passages:
            return replace(told, stage="not_indexed", remedies=tuple(self._indexing(entries)))
        if answer.confidence == 1.0 and not answer.documents:  # no gate is ever so sure
            return replace(told, stage="request", remedies=(Remedy("as_question"),))
        rows = {entry.id for entry in entries if entry.kind == DOCUMENT and self._asked(entry.collection)}
        inside = {passage: row for passage, row in target.passages.items() if row in rows}
        if not inside:
            return self._elsewhere(told, list(target.passages))
        return self._followed(told, inside)

    # --- what is meant ----------------------------------------------------------------------------------------

    def _target(self) -> _Target:
        words = len(keywords(self._text))
        entries = self._named()
        if entries:
            return self._documents(entries)
        if words < SENTENCE and (entries := self._containing()):
            return self._documents(entries)
        if held := lookup.holding(self._store, self._text):
            return self._sentence(held)
        return (self._reworded() if words >= SENTENCE else None) or self._documents(self._containing())

    def _named(self) -> list[Entry]:
        """Documents and files whose id, title or file name this is."""
        ids = lookup.named(self._store, self._text)[:LOOKED_AT]
        rows = lookup.row_numbers(self._store, ids, LOOKED_AT) if ids else ()
        with contextlib.suppress(StoreError):  # no id
            rows = (*named(self._store.database.connection, self._text), *rows)
        found = [entry for row in dict.fromkeys(rows) if (entry := self._catalogue.document(row)) is not None]
        folded_name = self._text.casefold()
        files = [entry for entry in self._sources() if folded_name in _names(entry)]
        return [*found, *files]

    def _containing(self) -> list[Entry]:
        """Documents and files with this in their title or path."""
        page = self._catalogue.page(query=self._text, limit=LOOKED_AT)
        excluded = self._catalogue.page(query=self._text, state="excluded", limit=LOOKED_AT)
        return [*page.entries, *excluded.entries]

    def _sources(self) -> list[Entry]:
        """Files without any document, with this in their path."""
        states = ("working", "failed", "excluded")
        pages = (self._catalogue.page(query=self._text, state=state, limit=LOOKED_AT) for state in states)
        return [entry for page in pages for entry in page.entries if entry.kind != DOCUMENT]

    def _documents(self, entries: Sequence[Entry]) -> _Target:
        rows = [entry.id for entry in entries if entry.kind == DOCUMENT]
        passages = lookup.passages_of_rows(self._store, rows) if rows else {}
        return _Target("document" if entries else "", tuple(entries), passages)

    def _sentence(self, passages: Mapping[int, int], exact: bool = True) -> _Target:
        found = (self._catalogue.document(row) for row in dict.fromkeys(passages.values()))
        return _Target("sentence", tuple(entry for entry in found if entry is not None), passages, exact)

    def _reworded(self) -> _Target | None:
        """The passage that holds most words of the sentence: pasted text is often cut or mended."""
        if self._dropped_by_check() is not None:
            return None
        for hit in self._search.find(self._text, 1).hits:
            if _share(keyword_stems(self._text), keyword_stems(hit.text)) >= ALIKE:
                return self._sentence(lookup.document_rows(self._store, [hit.passage_id]), exact=False)
        return None

    # --- what never reached the search ------------------------------------------------------------------------

    def _unknown(self, told: Explanation) -> Explanation:
        support = self._dropped_by_check()
        if support is not None:
            remedies = (Remedy("quotes_only"),) if self._answer.mode != "quotes" else ()
            return replace(told, kind="sentence", stage="check", support=support, remedies=remedies)
        similar = lookup.similar_names(self._store, self._text) if len(keywords(self._text)) < 2 * SENTENCE else ()
        return replace(told, similar=similar, remedies=(Remedy("add"),))

    def _dropped_by_check(self) -> float | None:
        """How much of the sentence the sources state, where that is something and not enough."""
        answer = self._answer
        if answer.refused or not answer.sources or len(keywords(self._text)) < SENTENCE:
            return None
        evidence = Evidence(answer.sources, WORDING if answer.mode == "grounded" else 0.0)
        checked = evidence.check(self._text, detect(self._text) or "en")
        return checked.support if not checked.supported and checked.support >= PARTLY else None

    def _elsewhere(self, told: Explanation, passages: Sequence[int]) -> Explanation:
        where = next(entry for entry in told.entries if entry.kind == DOCUMENT)
        found = self._assistant.found(self._answer.question, self._history, (where.collection,))
        remedy = self._tried(Remedy("collection", {"collection": where.collection}), found, passages)
        told = replace(told, stage="other_collection", title=where.title, collection=where.collection)
        return replace(told, remedies=(remedy, *self._indexing(told.entries)))

    def _indexing(self, entries: Sequence[Entry]) -> list[Remedy]:
        """What the state of a document or file in the index asks for."""
        remedies = []
        for entry in entries[:1]:
            if entry.state in ("waiting", "reading", "changed", "keyword", "embedding") and self._store.paused:
                remedies.append(Remedy("resume"))
            elif entry.state in ("keyword", "embedding"):
                remedies.append(Remedy("wait_embedding", {"left": entry.passages - entry.embedded}))
            elif entry.state in ("waiting", "reading", "changed"):
                remedies.append(Remedy("wait_reading"))
            elif entry.state == "failed":
                remedies.append(Remedy("failed", {"reason": entry.reason}))
            elif entry.state in ("excluded", "requires_update"):
                remedies.append(Remedy(entry.state))
        return remedies

    # --- what reached it --------------------------------------------------------------------------------------

    def _followed(self, told: Explanation, inside: Mapping[int, int]) -> Explanation:
        """`inside` are the passages in the asked collections, with their documents' row numbers."""
        answer, search = self._answer, self._search
        passages = list(inside)
        found = self._assistant.found(answer.question, self._history, answer.collections)
        limits = lookup.named_in(self._store, answer.question, answer.collections)
        one_each = list({row: passage for passage, row in inside.items()}.values())
        documents = {hit.document_id for hit in lookup.passage_hits(self._store, one_each)}
        excluded = bool(limits) and documents.isdisjoint(limits)
        if excluded:  # its ranks are those that it would have without the limit
            limits = ()
        listed = search.find(found.candidate.text, EVERY, answer.collections, limits).hits
        hit = self._furthest(found, listed, passages)
        seen = hit.reader is not None
        standing = search.standing(found.result.question, [hit.passage_id], answer.collections)
        ranks = Ranks(
            words=hit.rank_keyword or standing.rank_keyword,
            meaning=hit.rank_dense or standing.rank_dense,
            blended=next((rank for rank, one in enumerate(listed, 1) if one.passage_id == hit.passage_id), None),
            candidates=len(listed),
        )
        shown = grouped(found.hits, self._assistant.settings.passages)
        confidence = probability(found.log_odds) if found.hits else 0.0
        told = replace(
            told,
            title=hit.title,
            collection=hit.collection,
            page=hit.page,
            query=found.result.question.text,
            ranks=ranks,
            reading=self._reading(found, hit, then=seen),
            source=_place(hit, answer.sources),
            winner=_winner(shown),
            confidence=confidence,
            refused=confidence < answer.threshold or not found.hits,
            changed=[one.passage_id for one in shown] != [one.passage_id for one in answer.sources],
        )
        told = replace(told, stage="other_document" if excluded else self._stage(told, hit, shown, seen))
        return replace(told, remedies=tuple(self._remedies(told, found, hit, passages)))

    def _furthest(self, found: Found, listed: Sequence[Hit], passages: Sequence[int]) -> Hit:
        """Of some passages the one that came furthest: the best that was read, else the best candidate, else the one
        that is nearest to the question."""
        own = set(passages)
        told = [hit for hit in found.hits if hit.passage_id in own and hit.reader is not None]
        proposed = [hit for hit in listed if hit.passage_id in own]
        if told or proposed:
            return max(told, key=lambda hit: hit.score) if told else proposed[0]
        standing = self._search.standing(found.result.question, passages, self._answer.collections)
        best = standing.dense or standing.keyword or passages[0]
        hits = lookup.passage_hits(self._store, [best])
        if not hits:
            raise StoreError("store.document_gone")
        return hits[0]

    def _reading(self, found: Found, hit: Hit, then: bool) -> PassageReading | None:
        reader = self._assistant.resources.reader
        if hit.reader is None and reader is not None:
            question, resources = found.result.question.text, self._assistant.resources
            rarities = resources.search.rarities_of(question)
            (hit,) = read(question, rarities, [hit], reader, resources.order, count=1)
        if hit.reader is None:
            return None
        sentence = self._located(hit)
        words = next((span for span in hit.evidence if _inside(span, sentence)), None)
        others = [one for one in found.hits if one.reader is not None and one.passage_id != hit.passage_id]
        return PassageReading(
            probability=hit.reader,
            sentence=_plain(hit, sentence),
            sentence_probability=sentence.probability if sentence else 0.0,
            words=_plain(hit, words),
            place=1 + sum(one.score > hit.score for one in others),
            then=then,
        )

    def _located(self, hit: Hit) -> Span | None:
        """The sentence of the passage that is asked for, else the likeliest one."""
        if self._kind != "sentence":
            return max(hit.sentences, key=lambda span: span.probability, default=None)
        wanted = keyword_stems(self._text)
        return max(hit.sentences, key=lambda span: _alike(wanted, keyword_stems(_plain(hit, span))), default=None)

    def _stage(self, told: Explanation, hit: Hit, shown: Sequence[Hit], seen: bool) -> Stage:
        """Where the passage fell out, the first of the steps that let it go."""
        rank = told.ranks.blended if told.ranks else None
        if rank is None:
            return "no_candidate"
        if not seen and (rank > READ or told.reading is not None):
            return "below_line" if rank > READ else "unread"
        if _place(hit, shown) is None:
            again = (other for other in shown if grouped([other, hit], 2) == [other])
            return "repeated" if next(again, None) is not None else "not_shown"
        chance = None
        if told.reading is not None:
            sentence = self._kind == "sentence"
            chance = told.reading.sentence_probability if sentence else told.reading.probability
        # The line under which no further sentence of an answer's own passage is quoted.
        line = min(SURE, NEARLY * told.winner.probability) if told.winner else SURE
        low = chance is not None and chance < line
        if told.refused:
            return "reader" if low else "gate"
        if self._cited(told.source, hit):
            return "answered"
        return "reader" if low else "outranked"

    def _cited(self, n: int | None, hit: Hit) -> bool:
        """Whether the answer cites the passage; of a sentence, whether it cites that sentence."""
        citations = [one for sentence in self._answer.sentences for one in sentence.citations if one.n == n]
        if n is None or self._kind != "sentence":
            return bool(citations)
        wanted, text = keyword_stems(self._text), self._answer.sources[n - 1].text
        return any(_share(wanted, keyword_stems(text[one.start : one.end])) >= ALIKE for one in citations)

    # --- what would bring it in -------------------------------------------------------------------------------

    def _remedies(self, told: Explanation, found: Found, hit: Hit, passages: Sequence[int]) -> list[Remedy]:
        if told.stage in ("answered", "repeated"):
            return []
        remedies = self._indexing([entry for entry in told.entries if entry.collection == hit.collection])
        if told.stage == "other_document":
            remedies.append(Remedy("without_name"))
        tried = [self._by_name(told, hit, passages), self._with_words(told, found, hit, passages)]
        if told.stage == "gate" and told.confidence >= LOWEST:
            remedies.append(Remedy("threshold", {"threshold": int(100 * told.confidence) / 100}))
        working = [one for one in tried if one is not None and one.works]
        return [*remedies, *(working or [one for one in tried if one is not None])]

    def _by_name(self, told: Explanation, hit: Hit, passages: Sequence[int]) -> Remedy | None:
        """Asking about the file by its name, which limits the search to it."""
        name = PurePath(hit.path.replace("\\", "/")).name
        if told.stage == "outranked" and told.winner and told.winner.n == told.source:
            return None  # another sentence of the same passage
        asked = f"{self._answer.question} ({name})"
        if not name or hit.document_id not in lookup.named_in(self._store, asked, self._answer.collections):
            return None
        found = self._assistant.found(asked, self._history, self._answer.collections)
        return self._tried(Remedy("name", {"name": name}), found, passages)

    def _with_words(self, told: Explanation, found: Found, hit: Hit, passages: Sequence[int]) -> Remedy | None:
        """Words of the passage that the question lacks, as few as bring it among those that are read."""
        own = set(passages)
        for words in self._suggested(told, hit) if told.stage != "other_document" else ():
            query = f"{found.candidate.text} {' '.join(words)}"
            near = self._search.find(query, READ, self._answer.collections).hits
            if any(one.passage_id in own for one in near):
                asked = f"{self._answer.question} {' '.join(words)}"
                again = self._assistant.found(asked, self._history, self._answer.collections)
                return self._tried(Remedy("words", {"words": words}), again, passages)
        return None

    def _suggested(self, told: Explanation, hit: Hit) -> list[tuple[str, ...]]:
        """The title where it is not named; then the rarest missing word of the sentence, the two and three rarest."""
        asked = keyword_stems(told.query)
        sentence = _missing(told.reading.sentence if told.reading else hit.text, asked)
        rarities = self._search.rarities(sentence)
        rare = sorted(sentence, key=lambda word: -rarities[word])[:SUGGESTED]
        tries = [(hit.title,)] if _missing(hit.title, asked) and len(hit.title.split()) <= LONGEST_TITLE else []
        return [*tries, *(tuple(rare[: count + 1]) for count in range(len(rare)))]

    def _tried(self, remedy: Remedy, found: Found, passages: Sequence[int]) -> Remedy:
        """The remedy with what the question then gets."""
        confidence = probability(found.log_odds) if found.hits else 0.0
        shown = grouped(found.hits, self._assistant.settings.passages)
        winner = _winner(shown)
        led = shown[winner.n - 1] if winner else None
        leads = led is not None and any(_place(hit, [led]) for hit in found.hits if hit.passage_id in set(passages))
        works = leads and confidence >= self._answer.threshold
        return replace(remedy, confidence=confidence, leads=leads, works=works)

    def _asked(self, collection: str) -> bool:
        return not self._answer.collections or collection in self._answer.collections


def _names(entry: Entry) -> tuple[str, ...]:
    """What an entry may be called, in small letters: its title, its file's name with and without the ending."""
    path = PurePath(entry.path.replace("\\", "/"))
    return tuple(name.casefold() for name in (entry.title, path.name, path.stem, entry.path) if name)


def _place(hit: Hit, hits: Sequence[Hit]) -> int | None:
    """The number, from 1, of the hit that is this passage or holds it with its neighbours."""
    for n, other in enumerate(hits, 1):
        if other.document == hit.document and other.ordinal <= hit.ordinal < other.ordinal + other.parts:
            return n
    return None


def _winner(shown: Sequence[Hit]) -> Winner | None:
    lead = leading(shown)
    if lead is None:  # nothing was read
        return Winner(1, shown[0].title, "", 0.0) if shown else None
    hit = shown[lead.n - 1]
    return Winner(lead.n, hit.title, " ".join(hit.text[lead.start : lead.end].split()), lead.probability)


def _plain(hit: Hit, span: Span | None) -> str:
    return " ".join(hit.text[span.start : span.end].split()) if span is not None else ""


def _inside(one: Span, other: Span | None) -> bool:
    return other is not None and other.start <= one.start and one.end <= other.end


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    """How much of what is wanted is held."""
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _missing(text: str, asked: frozenset[str]) -> list[str]:
    """The words of a text that a question lacks, as they are written there."""
    return [word for word in keywords(text) if len(word) > 2 and word.isalpha() and stem(folded(word)) not in asked]
