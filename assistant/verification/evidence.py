"""Checking sentences against the passages they were written from, and citing them.

The generator never writes its own citations: small models get them wrong (kotaemon issue 541). Each sentence is
compared with every passage; what no passage states is not supported, however plausible it sounds.
`assistant.verification.statement` says what is compared, `assistant.verification.entailment` how; `python -m
scripts.evaluate grounding` measures how well.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from assistant.schema import Citation, Sentence
from assistant.verification.entailment import changes_number, contradicts, coverage
from assistant.verification.parser import statement
from assistant.verification.statement import Statement
from corpus.layout import is_list_item
from corpus.sentences import spans, split
from index.retrieval.hit import Hit

SUPPORTED = 1.0  # of the content words: with one word changed, a sentence states something else
UNSUPPORTED = 0.59  # shown at most for what is not supported
WINDOW = 3  # sentences of a passage that may support one sentence together
ITEMS = 20  # of a list that are read as one sentence with its lead
LOOP = 4  # words
WORDING = 0.95  # of neighbouring words: a small generator that leaves its passage's wording stitches sentences together


@dataclass(frozen=True)
class Support:
    """How much of a sentence the characters [start, end) of a passage hold, from 0 to 1."""

    score: float
    start: int = 0
    end: int = 0

    @property
    def length(self) -> int:
        """Characters."""
        return self.end - self.start


class Evidence:
    """The passages of one answer, split and read once.

    With `wording` above 0 a sentence is supported only if that share of its neighbouring words stands side by side in
    the passage, too: "de novo mutations are caused by a parent" is made of a passage's words, but not said there.
    """

    def __init__(self, hits: Sequence[Hit], wording: float = 0.0):
        self._passages = [_Passage(hit) for hit in hits]
        self._wording = wording
        self._known: dict[tuple[str, str], Sentence] = {}  # a sentence is checked when it settles, and at the end

    def check(self, text: str, language: str = "en") -> Sentence:
        """The sentence with its support and up to two citations.

        `language` is assumed for passages without one.
        """
        if (text, language) not in self._known:
            self._known[text, language] = self._check(text, language)
        return self._known[text, language]

    def _check(self, text: str, language: str) -> Sentence:
        claims = {name: statement(text, name) for name in {passage.language or language for passage in self._passages}}
        found = [passage.support(claims[passage.language or language]) for passage in self._passages]
        order = sorted(range(len(found)), key=lambda i: -found[i].score)
        if not order or found[order[0]].score < SUPPORTED:
            return Sentence(text, False, found[order[0]].score if order else 0.0)
        if self._wording and max(self._passages[i].wording(text) for i in order[:2]) < self._wording:
            return Sentence(text, False, UNSUPPORTED)
        cited = [i for i in order[:2] if found[i].score >= SUPPORTED]
        citations = tuple(Citation(i + 1, found[i].start, found[i].end) for i in sorted(cited))
        return Sentence(text, True, found[order[0]].score, citations)

    def says(self, text: str) -> bool:
        """Whether a text stands in a passage word for word, whatever its case."""
        return any(_plain(text) in passage.plain for passage in self._passages)


@dataclass(frozen=True)
class _Unit:
    """A sentence, a clause of one, or a list with its lead; `first` and `last` number the sentences it stands in."""

    statement: Statement
    first: int
    last: int
    before: frozenset[str] = frozenset()  # subjects that its pronouns may stand for
    whole: bool = False  # has clauses that stand as units of their own: supports nothing but its own wording


class _Passage:
    def __init__(self, hit: Hit):
        self.language = hit.language
        self.text = hit.text
        self._title = f"{hit.title}\n{hit.heading}"
        self._all = f"{hit.title} {hit.indexed_text}"
        self.spans = spans(hit.text, hit.language or "en")

    @cached_property
    def heading(self) -> frozenset[str]:
        return statement(self._title, self.language or "en").keys

    @cached_property
    def plain(self) -> str:
        return _plain(self.text)

    @cached_property
    def units(self) -> list[_Unit]:
        return list(_units(self.text, self.spans, self.language or "en"))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Neighbouring words anywhere in the passage: "the eye drops" may be "the drops" in a later sentence."""
        return frozenset().union(*(unit.statement.pairs for unit in self.units))

    @cached_property
    def _neighbours(self) -> set[tuple[str, str]]:
        return _neighbours(self._all)

    def wording(self, text: str) -> float:
        """The share of the text's neighbouring words that stand side by side in the passage or over it."""
        pairs = _neighbours(text)
        return len(pairs & self._neighbours) / len(pairs) if pairs else 1.0

    def support(self, claim: Statement) -> Support:
        """The shortest stretch that states the claim, else the one that holds most of its words."""
        best = Support(0.0)
        for unit in self.units:
            score = self._score(claim, unit)
            if score:
                best = max(best, self._support(score, unit, unit), key=lambda found: (found.score, -found.length))
        if 0 < best.score < SUPPORTED:
            best = self._together(claim) or Support(min(best.score, UNSUPPORTED))
        return best

    def _score(self, claim: Statement, unit: _Unit) -> float:
        source = unit.statement
        if claim.needed.isdisjoint(source.keys) or (unit.whole and claim.line != source.line):
            return 0.0
        known = self.heading | (unit.before if source.points_back else frozenset())
        if not claim.needed <= source.keys | known:
            known |= {one for one, two in claim.pairs & self.pairs if two in source.keys}
        score = coverage(claim, source, known)
        if score >= SUPPORTED and contradicts(claim, source):
            return UNSUPPORTED
        return score

    def _together(self, claim: Statement) -> Support | None:
        """Two clauses of the claim, each stated by another sentence near by."""
        if any(self._differs_in_a_number(claim, unit) for unit in self.units):
            return None
        for first, second in claim.parts():
            ones = [unit for unit in self.units if self._part_score(first, unit, claim) >= SUPPORTED]
            twos = [unit for unit in self.units if self._part_score(second, unit, claim) >= SUPPORTED] if ones else []
            for one in ones:
                for two in twos:
                    if one is not two and max(one.last, two.last) - min(one.first, two.first) < WINDOW:
                        return self._support(1.0, one, two)
        return None

    def _differs_in_a_number(self, claim: Statement, unit: _Unit) -> bool:
        """Whether a sentence says the same with another number: then no two others can be taken for it."""
        if not claim.numbers or unit.whole or not changes_number(claim, unit.statement):
            return False
        return claim.needed <= unit.statement.keys | self.heading

    def _part_score(self, part: Statement, unit: _Unit, claim: Statement) -> float:
        """As for a whole claim; what the sentence is about must be what the claim is about."""
        score = self._score(part, unit)
        if score < SUPPORTED:
            return 0.0
        for token in unit.statement.tokens:
            if token.kind == "word" and token.key in part.keys:
                break
            if token.kind == "word" and not token.light and token.key not in claim.keys | self.heading:
                return 0.0
        return score

    def _support(self, score: float, one: _Unit, two: _Unit) -> Support:
        return Support(score, self.spans[min(one.first, two.first)][0], self.spans[max(one.last, two.last)][1])


def _neighbours(text: str) -> set[tuple[str, str]]:
    return set(pairwise(re.findall(r"\w+", text.lower())))


def _units(text: str, places: Sequence[tuple[int, int]], language: str) -> Iterator[_Unit]:
    read = [statement(text[start:end], language) for start, end in places]
    before: frozenset[str] = frozenset()
    for at, one in enumerate(read):
        subjects = before
        clauses = one.clauses()
        if clauses[0] is not one:
            yield _Unit(one, at, at, before, whole=True)
        for clause in clauses:
            yield _Unit(clause, at, at, subjects)
            subjects |= clause.subject
        yield from _list(text, places, read, at)
        before = one.subject | (before if one.points_back else frozenset())


def _list(text: str, places: Sequence[tuple[int, int]], read: Sequence[Statement], at: int) -> Iterator[_Unit]:
    """The list that follows sentence `at`, item after item, read as one sentence with it."""
    last, whole = at, read[at]
    if is_list_item(text, *places[at]) or text[places[at][1] - 1] in ".!?":
        return
    while last + 1 < len(read) and last - at < ITEMS and is_list_item(text, *places[last + 1]):
        last += 1
        if read[last].has_verb:  # stands for itself
            return
        if read[last].numbers:  # belong to this item and no other
            yield _Unit(read[at].joined(read[last]), at, last)
        else:
            whole = whole.joined(read[last])
            yield _Unit(whole, at, last)


class Settling:
    """Checks a draft sentence by sentence while it grows."""

    def __init__(self, evidence: Evidence):
        self._evidence = evidence
        self._sentences: list[Sentence] = []
        self._done = 0  # characters
        self._seen: set[str] = set()

    def of(self, draft: str) -> tuple[tuple[Sentence, ...], str]:
        """The sentences that are finished, checked, and the rest. `draft` must begin with the one before."""
        tail = draft[self._done :]
        finished = spans(tail)[:-1]  # the last one may go on
        for start, end in finished:
            if is_new(tail[start:end], self._seen, self._evidence):
                self._sentences.append(self._evidence.check(" ".join(tail[start:end].split())))
        if finished:
            self._done += finished[-1][1]
        return tuple(self._sentences), draft[self._done :].strip()


def checked(text: str, evidence: Evidence, language: str = "en", *, stopped: bool = False) -> list[Sentence]:
    """The sentences of a draft, each checked; repetitions, loops and a half sentence at the end are left out.

    A draft of one half sentence is kept, unless the user has `stopped` it.
    """
    sentences: list[Sentence] = []
    seen: set[str] = set()
    pieces = split(text.strip(), language)
    if (
        pieces
        and (stopped or len(pieces) > 1)
        and not pieces[-1].rstrip().endswith((".", "!", "?", ")", '"', "”", "»"))
    ):
        pieces.pop()  # cut off by the token limit
    for piece in pieces:
        if is_new(piece, seen, evidence):
            sentences.append(evidence.check(" ".join(piece.split()), language))
    return sentences


def is_new(sentence: str, seen: set[str], evidence: Evidence) -> bool:
    """Whether the sentence says something, for the first time and not in circles; notes it in `seen`.

    What stands in a passage may go in circles: "large doses of vitamin E, as well as large doses of vitamin K".
    """
    key = _plain(sentence)
    if not key or key in seen or (_loops(key) and not evidence.says(sentence)):
        return False
    seen.add(key)
    return True


def _plain(text: str) -> str:
    """In lower case, words apart by one space."""
    return " ".join(text.lower().split())


def _loops(text: str) -> bool:
    """Whether a run of LOOP words comes twice."""
    words = text.split()
    runs = [tuple(words[i : i + LOOP]) for i in range(len(words) - LOOP + 1)]
    return len(set(runs)) < len(runs)
