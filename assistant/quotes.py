"""Answers made of the passages' own sentences: "quotes only" mode, and what an unsupported draft falls back to."""

from collections.abc import Sequence

from assistant.grounding import Evidence
from assistant.schema import Sentence
from assistant.words import words_of
from index.hit import Hit

QUOTES = 4
PASSAGES = 3
SHORTEST, LONGEST = 20, 600  # characters of a sentence worth quoting: not a heading, not a whole table
LEAD = 0.3  # the first sentences of a passage answer its heading


def best_quotes(question: str, hits: Sequence[Hit], evidence: Evidence, language: str = "en") -> list[Sentence]:
    """The best sentences of the first passages, in reading order: those that hold the question's words, from passages
    that were found best, early ones first."""
    asked = words_of(question, language).content
    candidates = []
    for n, hit in enumerate(hits[:PASSAGES], 1):
        for place, (start, end) in enumerate(evidence.sentences(n)):
            text = hit.text[start:end].strip()
            if SHORTEST <= len(text) <= LONGEST:
                found = words_of(text, hit.language or language).content
                overlap = len(asked & found) / max(len(asked), 1)
                candidates.append((hit.score + 0.5 * overlap + LEAD / (1 + place), n, start, end))
    best = sorted(candidates, key=lambda item: -item[0])[:QUOTES]
    quotes, seen = [], set()
    for _, n, start, end in sorted(best, key=lambda item: item[1:]):
        quote = evidence.quote(n, start, end)
        if quote.text.lower() not in seen:
            seen.add(quote.text.lower())
            quotes.append(quote)
    return quotes
