"""Examples of the assistant's job from the data sets and the user's own documents: passages and question to answer."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from assistant.generation.prompt import clean
from assistant.training.data.example import Example
from assistant.training.data.split import held_out
from corpus.document import Document, Passage, ReadingError, Section
from corpus.sentences import spans

ANSWER_CHARACTERS = 700  # an answer is the first whole sentences within this
PASSAGE_CHARACTERS = 900
LONGEST_DOCUMENT = 200  # stretches of one document, so that no book outweighs all the rest
DISTRACTORS = 3
OWN_NAMES = ("follow-ups", "feedback", "manners")  # data that is no data set of its own
# Written for this project; the generator only has to keep its manners.
MANNERS = (
    ("Hello", "Hello! Ask me something about your documents."),
    ("Hi there!", "Hello! Ask me something about your documents."),
    ("Good morning", "Good morning! What would you like to know?"),
    ("Thank you", "You are welcome."),
    ("Thanks a lot!", "You are welcome. Is there anything else you would like to know?"),
    (
        "Who are you?",
        "I answer from your own documents and show where each sentence comes from.",
    ),
    (
        "What can you do?",
        "I look for passages in your documents and answer from them.",
    ),
    ("Goodbye", "Goodbye!"),
)
ASKING_ABOUT = ("What is {}?", "Tell me about {}.", "{}", "What do the documents say about {}?", "Explain {}.")


def collect(
    names: Sequence[str], datasets: Path, documents: Iterable[Document] = (), judged: Sequence = ()
) -> list[Example]:
    """Examples of the named data sets (in the folder `datasets`, one folder each) and of the user's documents.

    Beside data sets, a name is one of OWN_NAMES; `judged` are the `feedback.Judgement`s that "feedback" stands for.
    Raises ReadingError when a data set is not there, or when nothing at all comes out.
    """
    found: list[Example] = []
    read: dict[str, list[Example]] = {}
    for name in dict.fromkeys(names):
        if name == "manners":
            found += [Example(question, answer, None, f"manners/{question}") for question, answer in MANNERS]
        elif name == "follow-ups":
            from assistant.training.data.follow_ups import follow_ups

            found += follow_ups(read.get("medquad") or _read("medquad", datasets))
        elif name != "feedback":
            read[name] = _read(name, datasets)
            found += read[name]
    found += [example for document in documents for example in _from_document(document)]
    if "feedback" in names:
        from assistant.training.data import feedback

        own = feedback.examples(judged, found)  # last, since it takes the groups of all others
        if not own:
            raise ReadingError("There is no feedback to learn from yet: compare two generators and vote first.")
        found += own
    if not found:
        raise ReadingError("There is nothing to learn from: choose a data set, or add documents first.")
    return found


def _read(name: str, datasets: Path) -> list[Example]:
    from corpus import datasets as known

    data_set = known.get(name)
    make = MAKERS.get(data_set.folder, _from_document)
    if not data_set.find(Path(datasets) / data_set.folder):
        raise ReadingError(
            f"The data set {name} ({data_set.title}) is not in {datasets}: fetch it first, with "
            f"python -m scripts.fetch {name}."
        )
    items = data_set.documents(Path(datasets) / data_set.folder)
    made = [example for item in items if isinstance(item, Document) for example in make(item)]
    if not made:
        raise ReadingError(f"The data set {name} gives nothing to learn from.")
    return made


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """(train, held out) by group. Groups are the same whatever else is chosen, and the same as in pretraining."""
    train = [example for example in examples if not held_out(example.group)]
    valid = [example for example in examples if held_out(example.group)]
    if not valid and len(train) > 1:  # a handful of documents: the last group
        last = train[-1].group
        train, valid = [e for e in train if e.group != last], [e for e in train if e.group == last]
    learnt = {example.right.text for example in train if example.right}
    # MedQuAD gives some answers under several topics: one that is learnt cannot be held out as well.
    valid = [example for example in valid if not example.right or example.right.text not in learnt]
    if not train or not valid:
        raise ReadingError("There is too little to learn from: at least two different documents are needed.")
    return train, valid


class Distractors:
    """Other examples' passages to stand beside the right one: near ones (same subject) and any."""

    def __init__(self, examples: Sequence[Example]):
        self.all = [example for example in examples if example.right]
        self.near: dict[str, list[Example]] = {}
        for example in self.all:
            if example.subject:
                self.near.setdefault(example.subject, []).append(example)

    def draw(self, rng: np.random.Generator, example: Example, count: int) -> list[Passage]:
        """Up to `count` passages that do not answer the example's question."""
        found = []
        for _ in range(count if self.all else 0):
            near = self.near.get(example.subject, ())
            pool = near if len(near) > 1 and rng.random() < 0.4 else self.all
            other = pool[int(rng.integers(len(pool)))]
            if other.right and other.question != example.question and not _alike(other.right, example):
                found.append(other.right)
        return found


def _alike(passage: Passage, example: Example) -> bool:
    """Whether the passage may answer the example's question, too."""
    right = example.right
    same = right is not None and (passage.text == right.text or (passage.heading and passage.heading == right.heading))
    return bool(same) or passage.text == example.answer


def beginning(text: str, limit: int) -> str:
    """The first whole sentences within `limit` characters; the first one, cut at a word, when it is longer."""
    text = clean(text)
    ends = [end for _, end in spans(text) if end <= limit]
    return text[: ends[-1]] if ends else text[:limit].rsplit(" ", 1)[0]


def _from_medquad(document: Document) -> Iterator[Example]:
    area = document.metadata.get("focus_area") or document.title
    passage = Passage(beginning(document.text, PASSAGE_CHARACTERS), heading=document.title)
    answer = beginning(document.text, ANSWER_CHARACTERS)
    yield Example(document.title, answer, passage, f"medquad/{area}", area)


def _from_paper(document: Document) -> Iterator[Example]:
    abstract, *sections = document.sections
    text = next((section.text for section in sections if len(section.text) > 200), "")
    if text and abstract.text:
        passage = Passage(beginning(text, 3 * PASSAGE_CHARACTERS), heading=document.title)
        yield Example(
            "What is this article about?", beginning(abstract.text, ANSWER_CHARACTERS), passage, f"papers/{document.id}"
        )


def _labelled(question: str, key: str) -> Callable[[Document], Iterator[Example]]:
    def make(document: Document) -> Iterator[Example]:
        label = document.metadata.get(key, "")
        if label and ";" not in label:
            passage = Passage(beginning(document.text, PASSAGE_CHARACTERS))
            yield Example(question, f"{label[:1].upper()}{label[1:]}.", passage, f"{key}/{document.id}")

    return make


def _from_document(document: Document) -> Iterator[Example]:
    """For each stretch of each section a question and its first sentences.

    The first stretch is asked for by the section's heading (or the title), the others by words of their own.
    """
    form = ASKING_ABOUT[int(document.id[:6], 16) % len(ASKING_ABOUT)]
    stretches = (
        (number, section, first, text)
        for number, section in enumerate(document.sections)
        for first, text in _stretches(section)
    )
    for number, section, first, text in islice(stretches, LONGEST_DOCUMENT):
        subject = section.heading if section.heading and number else document.title or section.heading
        asked = subject if first else _own_words(text, subject)
        question = form.format(asked) if asked else "What is this about?"
        passage = Passage(text, heading=subject)
        group = f"document/{document.title or document.id}"
        yield Example(question, beginning(text, ANSWER_CHARACTERS), passage, group, document.id)


def _stretches(section: Section) -> Iterator[tuple[bool, str]]:
    """(whether it is the first, text): whole sentences of up to `PASSAGE_CHARACTERS`; crumbs are left out."""
    rest, first = clean(section.text), True
    while len(rest) >= 40:
        text = beginning(rest[: 2 * PASSAGE_CHARACTERS], PASSAGE_CHARACTERS).strip()
        if len(text) >= 40:
            yield first, text
            first = False
        rest = rest[max(1, len(text)) :].lstrip()


def _own_words(text: str, subject: str) -> str:
    """The two longest words of the first sentence that are not the subject's, as they stand."""
    first, known = text[: spans(text)[0][1]], subject.lower()
    words = dict.fromkeys(re.findall(r"[^\W\d_]{5,}", first))
    return " and ".join(sorted((w for w in words if w.lower() not in known), key=lambda word: -len(word))[:2])


def _from_summary(document: Document) -> Iterator[Example]:
    for example in _from_document(document):
        yield replace(example, group=f"wikipedia/{document.title}", subject="")


MAKERS: dict[str, Callable[[Document], Iterator[Example]]] = {
    "medquad": _from_medquad,
    "wikipedia": _from_summary,
    "scientific_papers": _from_paper,
    "financial_phrasebank": _labelled("What is the sentiment of this sentence?", "label"),
    "corona_tweets": _labelled("What is the sentiment of this message?", "sentiment"),
    "cancer_text": _labelled("Which cancer is this text about?", "label"),
}
