"""Examples of the user's own documents: pairs of question and answer as they stand, and questions about texts.

What gives no example is named with its reason: nothing that the user brings is left out silently.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from assistant.generation.prompt import clean
from assistant.training.data.example import Example
from corpus.document import Document, Dropped, Passage, Section
from corpus.errors import Reason
from corpus.sentences import spans

ANSWER_CHARACTERS = 700  # an answer about a text is its first whole sentences within this
PASSAGE_CHARACTERS = 900
SHORTEST = 40  # characters of a text that is worth a question of ours; its own questions may have short answers
LONGEST_DOCUMENT = 200  # stretches of one document, so that no book outweighs all the rest
ASKING_ABOUT = ("What is {}?", "Tell me about {}.", "{}", "What do the documents say about {}?", "Explain {}.")
ASKS = ("?", "？", "؟")


def learnable(items: Iterable[Document | Dropped]) -> Iterator[Example | Dropped]:
    """Examples of what readers give of the user's files, and all that gives none."""
    known: set[tuple[str, str]] = set()
    for item in items:
        if isinstance(item, Dropped):
            yield item
        elif item.pair is not None:
            made = from_pair(item, *item.pair)
            if isinstance(made, Example) and (made.question, made.answer) in known:
                made = Dropped(item.path, Reason("training.pair_twice"))
            if isinstance(made, Example):
                known.add((made.question, made.answer))
            yield made
        else:
            yield from about(item)


def from_pair(document: Document, question: str, answer: str) -> Example | Dropped:
    """The pair, whole and as it stands; its row is the passage, as the search finds it."""
    if not question or not answer:
        missing = "training.pair_without_question" if answer else "training.pair_without_answer"
        return Dropped(document.path, Reason(missing))
    passage = Passage(clean(document.text), heading=document.title)
    return Example(question, clean(answer), passage, f"pair/{question}", document.path.rpartition(", row ")[0])


def about(document: Document) -> Iterator[Example | Dropped]:
    """`from_document`, or why there is nothing in it."""
    examples = list(from_document(document))
    yield from examples
    stretches = sum(1 for section in document.sections for _ in _stretches(section, SHORTEST))
    if not examples:
        yield Dropped(document.path or document.title, Reason("training.too_short", {"least": SHORTEST}))
    elif stretches > LONGEST_DOCUMENT:
        reason = Reason("training.long_document", {"most": LONGEST_DOCUMENT, "left_out": stretches - LONGEST_DOCUMENT})
        yield Dropped(document.path or document.title, reason)


def from_document(document: Document) -> Iterator[Example]:
    """For each stretch of each section a question and its first sentences.

    The first stretch is asked for by the section's heading (or the title), the others by words of their own. A heading
    that is a question is asked as it stands.
    """
    form = ASKING_ABOUT[int(document.id[:6], 16) % len(ASKING_ABOUT)]
    stretches = (
        (_subject(document, section, number), first, text)
        for number, section in enumerate(document.sections)
        for first, text in _stretches(section, 1 if _asks(_subject(document, section, number)) else SHORTEST)
    )
    for subject, first, text in islice(stretches, LONGEST_DOCUMENT):
        asked = subject if first else _own_words(text, subject)
        question = asked if first and _asks(asked) else form.format(asked) if asked else "What is this about?"
        passage = Passage(text, heading=subject)
        group = f"document/{document.title or document.id}"
        yield Example(question, beginning(text, ANSWER_CHARACTERS), passage, group, document.id)


def _subject(document: Document, section: Section, number: int) -> str:
    return section.heading if section.heading and number else document.title or section.heading


def _asks(text: str) -> bool:
    return text.rstrip().endswith(ASKS)


def _stretches(section: Section, shortest: int) -> Iterator[tuple[bool, str]]:
    """(whether it is the first, text): whole sentences of up to `PASSAGE_CHARACTERS`; crumbs are left out."""
    rest, first = clean(section.text), True
    while len(rest) >= (shortest if first else SHORTEST):
        text = beginning(rest[: 2 * PASSAGE_CHARACTERS], PASSAGE_CHARACTERS).strip()
        if len(text) >= (shortest if first else SHORTEST):
            yield first, text
            first = False
        rest = rest[max(1, len(text)) :].lstrip()


def beginning(text: str, limit: int) -> str:
    """The first whole sentences within `limit` characters; the first one, cut at a word, when it is longer."""
    text = clean(text)
    ends = [end for _, end in spans(text) if end <= limit]
    return text[: ends[-1]] if ends else text[:limit].rsplit(" ", 1)[0]


def _own_words(text: str, subject: str) -> str:
    """The two longest words of the first sentence that are not the subject's, as they stand."""
    first, known = text[: spans(text)[0][1]], subject.lower()
    words = dict.fromkeys(re.findall(r"[^\W\d_]{5,}", first))
    return " and ".join(sorted((w for w in words if w.lower() not in known), key=lambda word: -len(word))[:2])
