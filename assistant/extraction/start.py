"""Where in a passage an answer begins.

An entry on what is asked about explains it in its own order, and is best read from its start
(`assistant.extraction.quotes`). A
passage of an ordinary document is on many things, and its title on none of them: there an answer begins at the sentence
nearest to the question, by the words they share, rare ones weighing more, and by meaning.
"""

from collections.abc import Sequence

from assistant.gate.gate import asked_words, holds_word, named_share
from assistant.text.words import words_of
from corpus.layout import is_heading, is_list_item
from corpus.sentences import spans
from index.retrieval.aspects import promises
from index.retrieval.hit import Hit
from index.retrieval.label import label_of
from index.retrieval.search import Search, Understood

NAMED = 0.34  # of a passage's topic: with more of it in the question, the passage is an entry on it
NEAR = 0.5  # sum of cosine and shared words; a sentence with less is no better a beginning than the passage's own
LEADS_ON = frozenset("it they this these that those he she such here il elle ils elles cela ces cette ce".split())


def beginnings(question: Understood, hits: Sequence[Hit], search: Search) -> tuple[int, ...]:
    """For each hit the character at which an answer from it begins; 0 where it is read from its start."""
    return tuple(_beginning(question, hit, search) for hit in hits)


def _beginning(question: Understood, hit: Hit, search: Search) -> int:
    if _is_entry(question, hit):
        return 0
    language = hit.language or "en"
    places = spans(hit.text, language)
    texts = [hit.text[start:end] for start, end in places]
    words = asked_words(question)
    if len(texts) < 2 or not words:
        return 0
    rarities = search.rarities(words)
    total = sum(rarities.values()) or 1.0
    scores = search.cosines(question.text, texts)
    for at, text in enumerate(texts):
        held = words_of(text, language)
        held = held.content | held.numbers
        scores[at] += sum(rarities[word] for word in words if holds_word(word, held, language)) / total
    best = max(range(len(texts)), key=lambda at: scores[at])
    if scores[best] < NEAR:
        return 0
    if is_heading(hit.text, *places[best]):  # what stands under it is meant
        return places[best][0]
    while best and (_leans(texts[best]) or is_list_item(hit.text, *places[best])):
        best -= 1
    return places[best][0]


def _is_entry(question: Understood, hit: Hit) -> bool:
    """Whether the passage stands under what is asked about: most of its name, or some of it and what is asked of it, as
    in "Who is at risk for toxocariasis (also known as roundworm infection)?"."""
    named = named_share(question, hit)
    return named >= NAMED or (named > 0 and promises(label_of(hit.title, hit.heading), question.text))


def _leans(text: str) -> bool:
    """Whether a sentence begins with a word that points back to the one before."""
    words = text.split(maxsplit=1)
    return bool(words) and words[0].lower().strip("\"'“«(") in LEADS_ON
