"""Checking sentences against the passages they were written from, and citing them.

The generator never writes its own citations: small models get them wrong (kotaemon issue 541). Each sentence is
compared with every passage; what the best passage does not hold is not supported, whatever it sounds like.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.schema import Citation, Sentence
from assistant.words import Words, words_of
from corpus.sentences import spans, split
from index.hit import Hit

SUPPORTED = 0.6  # of the content words, with every number: the usual bar of an outside check
WINDOW = 3  # sentences of a passage that may support one sentence together
ALSO = 0.9  # another passage is cited too when it holds this much
# Of the neighbouring word pairs: the words of a passage in another order ("dog bites man") are another statement, and a
# small generator that loses its thread writes just that.
IN_ORDER = 0.5
LOOP = 4  # words


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
    """The passages of one answer, split and stemmed once."""

    def __init__(self, hits: Sequence[Hit]):
        self._passages = [_Passage(hit) for hit in hits]

    def check(self, text: str, language: str = "en") -> Sentence:
        """The sentence with its support and up to two citations."""
        claim = words_of(text, language)
        found = [passage.support(claim) for passage in self._passages]
        order = sorted(range(len(found)), key=lambda i: -found[i].score)
        if not order or found[order[0]].score < SUPPORTED:
            return Sentence(text, False, found[order[0]].score if order else 0.0)
        cited = [i for rank, i in enumerate(order[:2]) if rank == 0 or found[i].score >= ALSO]
        citations = tuple(Citation(i + 1, found[i].start, found[i].end) for i in sorted(cited))
        return Sentence(text, True, found[order[0]].score, citations)

    def quote(self, n: int, start: int, end: int) -> Sentence:
        """A sentence taken word for word from passage `n`: supported by itself."""
        text = " ".join(self._passages[n - 1].text[start:end].split())
        return Sentence(text, True, 1.0, (Citation(n, start, end),))

    def sentences(self, n: int) -> list[tuple[int, int]]:
        """Character spans of the sentences of passage `n`."""
        return [(start, end) for start, end, _ in self._passages[n - 1].sentences]


class _Passage:
    def __init__(self, hit: Hit):
        language = hit.language or "en"
        self.text = hit.text
        self.heading = words_of(f"{hit.title} {hit.heading}", language).content
        self.sentences = [
            (start, end, words_of(hit.text[start:end], language)) for start, end in spans(hit.text, language)
        ]

    def support(self, claim: Words) -> Support:
        """The best stretch of up to WINDOW neighbouring sentences, the shorter one when two are as good."""
        best = Support(0.0)
        for first in range(len(self.sentences)):
            for last in range(first, min(first + WINDOW, len(self.sentences))):
                score = _score(claim, self.heading, [words for _, _, words in self.sentences[first : last + 1]])
                found = Support(score, self.sentences[first][0], self.sentences[last][1])
                if score and (found.score, -found.length) > (best.score, -best.length):
                    best = found
        return best


def _score(claim: Words, heading: frozenset[str], stretch: Sequence[Words]) -> float:
    """Share of the claim's content words in a stretch of sentences or the heading.

    0 when a number is missing, when the sentence that says most of it says it with the other sign ("is", "is not"), or
    when the words stand in another order there.
    """
    if not claim.content and not claim.numbers:
        return 0.0
    if not claim.numbers <= frozenset().union(*(words.numbers for words in stretch)):
        return 0.0
    closest = max(stretch, key=lambda words: len(claim.content & words.content))
    if closest.negated != claim.negated:
        return 0.0
    known = {pair for words in stretch for pair in words.pairs}
    if sum(pair in known for pair in claim.pairs) < IN_ORDER * len(claim.pairs):
        return 0.0
    held = heading.union(*(words.content for words in stretch))
    return len(claim.content & held) / len(claim.content) if claim.content else 1.0


def checked(text: str, evidence: Evidence, language: str = "en") -> list[Sentence]:
    """The sentences of a draft, each checked; repetitions, loops and a half sentence at the end are left out."""
    sentences, seen = [], set()
    pieces = split(text.strip(), language)
    if len(pieces) > 1 and not pieces[-1].rstrip().endswith((".", "!", "?", ")", '"', "”", "»")):
        pieces.pop()  # cut off by the token limit
    for piece in pieces:
        key = " ".join(piece.lower().split())
        if key and key not in seen and not _loops(key):
            seen.add(key)
            sentences.append(evidence.check(" ".join(piece.split()), language))
    return sentences


def _loops(text: str) -> bool:
    """Whether a run of LOOP words comes twice."""
    words = text.split()
    runs = [tuple(words[i : i + LOOP]) for i in range(len(words) - LOOP + 1)]
    return len(set(runs)) < len(runs)
