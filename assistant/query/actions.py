"""What requests are answered with: cited sentences out of passages, chosen and never written."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.schema import Answer, Citation, Sentence
from corpus.sentences import spans
from index.retrieval.hit import Hit

Encode = Callable[[Sequence[str]], NDArray[np.float32]]  # texts to unit vectors (texts, width)

MOST_SENTENCES = 240  # of a document are compared with each other: more are taken at even distances
SHORTEST, LONGEST = 5, 60  # words of a sentence that can stand in a summary: shorter ones are headings and cells
SUMMARY, MORE = 5, 3  # sentences
ALIKE = 0.5  # weight of likeness to what was chosen already, against centrality (maximal marginal relevance)
DAMPING = 0.85  # as in PageRank and LexRank
ROUNDS = 50
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """Sentences and what their [n] point to. `counts` are passages that mention something, one a source."""

    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Hit, ...] = ()
    counts: tuple[int, ...] = ()


def summary(passages: Sequence[Hit], encode: Encode, most: int = SUMMARY) -> Found:
    """The sentences that the others are nearest to, without those that say the same, in the passages' order.

    Centrality is LexRank's (Erkan & Radev 2004, continuous form) on sentence vectors, repetition is kept out by maximal
    marginal relevance (Carbonell & Goldstein 1998).
    """
    places = list(_distinct(passages))
    places = places[:: -(-len(places) // MOST_SENTENCES) or 1] if places else places
    if not places:
        return Found()
    vectors = np.asarray(encode([passages[at].text[start:end] for at, start, end in places]), np.float32)
    chosen = _marginal(vectors, centrality(vectors), most)
    return _cited(passages, [places[number] for number in sorted(chosen)])


def centrality(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """How near each of the unit vectors (n, width) is to the others: (n,), sums to one."""
    # Cosines of e5 lie between 0.7 and 1: what counts is how far two are nearer than any two are.
    likeness = vectors @ vectors.T
    likeness = np.maximum(likeness - np.quantile(likeness, 0.1), 0) + 1e-6
    np.fill_diagonal(likeness, 0)
    if len(vectors) == 1:
        return np.ones(1, np.float32)
    steps = likeness / likeness.sum(axis=1, keepdims=True)
    share = np.full(len(vectors), 1 / len(vectors), np.float32)
    for _ in range(ROUNDS):
        share = (1 - DAMPING) / len(vectors) + DAMPING * share @ steps
    return share


def _marginal(vectors: NDArray[np.float32], central: NDArray[np.float32], most: int) -> list[int]:
    likeness = vectors @ vectors.T
    low = float(likeness.min())
    likeness = (likeness - low) / max(1 - low, 1e-6)
    worth = central / central.max()
    chosen = [int(worth.argmax())]
    while len(chosen) < min(most, len(vectors)):
        gain = worth - ALIKE * likeness[:, chosen].max(axis=1)
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return chosen


def mentions(found: Sequence[tuple[Hit, int]], phrase: str) -> Found:
    """One sentence a document: the first that holds all words of the phrase, else most of them.

    `found` is what `index.views.lookup.mentions` gives.
    """
    wanted = {word.casefold() for word in WORD.findall(phrase)}
    places = []
    hits = [hit for hit, _ in found]
    for at, hit in enumerate(hits):
        held = [(_held(wanted, hit.text[start:end]), -start, end) for start, end in spans(hit.text, hit.language)]
        if held:
            _, start, end = max(held)
            places.append((at, -start, end))
    cited = _cited(hits, places)
    return replace(cited, counts=tuple(found[at][1] for at, _, _ in places))


def _held(wanted: set[str], text: str) -> int:
    """How many of the words stand in the text, in some form: six letters are enough."""
    words = [word.casefold() for word in WORD.findall(text)]
    return sum(any(word.startswith(one[:6]) for word in words) for one in wanted)


def compared(parts: Sequence[tuple[str, Sequence[Sentence], Sequence[Hit]]]) -> Found:
    """The evidence for each name, one after the other, each under its name as an item of a list.

    `parts` are (name, sentences, the sources that their citations number from 1).
    """
    sentences: list[Sentence] = []
    sources: list[Hit] = []
    for name, evidence, hits in parts:
        numbers: dict[int, int] = {}
        for sentence in evidence:
            for citation in sentence.citations:
                hit = hits[citation.n - 1]
                known = next((at for at, one in enumerate(sources) if one.passage_id == hit.passage_id), len(sources))
                if known == len(sources):
                    sources.append(hit)
                numbers[citation.n] = known + 1
        for at, sentence in enumerate(evidence):
            moved = tuple(replace(citation, n=numbers[citation.n]) for citation in sentence.citations)
            lead = f"- {name}: " if at == 0 else ""
            marks = tuple((start + len(lead), end + len(lead)) for start, end in sentence.highlight)
            sentences.append(replace(sentence, text=lead + sentence.text, citations=moved, highlight=marks))
    return Found(tuple(sentences), tuple(sources))


def shorter(last: Answer) -> Found:
    """The last answer's first sentence by itself."""
    lead = next((sentence for sentence in last.sentences if sentence.supported), None)
    return Found((lead,), last.sources) if lead is not None else Found()


def more(last: Answer, most: int = MORE, shown: Sequence[Answer] = ()) -> Found:
    """What the sources of the last answer say behind, then before, the sentences that it cites, without what this
    answer or `shown` said; empty when nothing is left."""
    said = {_key(sentence.text) for answer in (last, *shown) for sentence in answer.sentences}
    cited = {citation.n: citation.end for sentence in last.sentences for citation in sentence.citations}
    order = [*cited, *(n for n in range(1, len(last.sources) + 1) if n not in cited and _same(last, n, cited))]
    places = []
    for n in order:
        hit = last.sources[n - 1]
        found = [(n - 1, start, end) for start, end in spans(hit.text, hit.language)]
        after = [place for place in found if place[1] >= cited.get(n, 0)]
        before = [place for place in found if place[1] < cited.get(n, 0)]
        for at, start, end in (*after, *before):
            text = hit.text[start:end]
            if _key(text) not in said and _is_sentence(text):
                said.add(_key(text))
                places.append((at, start, end))
    return _cited(last.sources, places[:most], keep=True)


def _same(last: Answer, n: int, cited: dict[int, int]) -> bool:
    """Whether a source that is not cited belongs to a document that is."""
    documents = {last.sources[one - 1].document_id for one in cited}
    return last.sources[n - 1].document_id in documents


def why_query(question: str, last: Answer) -> str:
    """What "why?" asks: the reason for what the last answer said first."""
    lead = next((sentence.text for sentence in last.sentences if sentence.citations), "")
    return f"{question.rstrip(' ?!.')}: {lead or last.query or last.question}"


def _distinct(passages: Sequence[Hit]) -> Iterator[tuple[int, int, int]]:
    said: set[str] = set()
    for at, hit in enumerate(passages):
        for start, end in spans(hit.text, hit.language):
            text = hit.text[start:end]
            key = _key(text)
            if key not in said and _is_sentence(text):
                said.add(key)
                yield at, start, end


def _is_sentence(text: str) -> bool:
    return SHORTEST <= len(WORD.findall(text)) <= LONGEST


def _cited(passages: Sequence[Hit], places: Sequence[tuple[int, int, int]], keep: bool = False) -> Found:
    """The sentences at (passage, start, end), with the passages that they stand in numbered from 1; `keep` keeps all
    passages and their numbers."""
    used = list(range(len(passages))) if keep else list(dict.fromkeys(at for at, _, _ in places))
    number = {at: n for n, at in enumerate(used, 1)}
    sentences = tuple(
        Sentence(" ".join(passages[at].text[start:end].split()), True, 1.0, (Citation(number[at], start, end),))
        for at, start, end in places
    )
    return Found(sentences, tuple(passages[at] for at in used))


def _key(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
