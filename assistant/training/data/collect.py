"""Examples of the assistant's job, made from the data sets and the user's own documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.storage.feedback_records import Judgement
from assistant.training.data import feedback
from assistant.training.data.example import Example
from assistant.training.data.follow_ups import follow_ups
from assistant.training.data.own import ANSWER_CHARACTERS, PASSAGE_CHARACTERS, beginning, from_document, learnable
from assistant.training.errors import TrainingError
from corpus import datasets as known
from corpus.document import Document, Dropped, Passage

OWN = "documents"  # the source of what is made from the user's own
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


def collect(
    names: Sequence[str],
    datasets: Path,
    documents: Iterable[Document | Dropped] = (),
    judged: Sequence[Judgement] = (),
    leave_out: Callable[[Dropped], None] = lambda _: None,
) -> list[Example]:
    """What `by_source` gives, all in one list."""
    return [example for found in by_source(names, datasets, documents, judged, leave_out).values() for example in found]


def by_source(
    names: Sequence[str],
    datasets: Path,
    documents: Iterable[Document | Dropped] = (),
    judged: Sequence[Judgement] = (),
    leave_out: Callable[[Dropped], None] = lambda _: None,
) -> dict[str, list[Example]]:
    """Examples of the named data sets (in the folder `datasets`, one folder each) by name, and under OWN those of what
    readers give of the user's documents; `leave_out` is told what of these gives no example.

    A name is that of a data set, or "follow-ups" (made from MedQuAD), "feedback" (made from `judged`) or "manners".
    Raises TrainingError when a data set is not there, or when there is nothing to learn from: the manners alone, beside
    documents that give no example, would look like a training and teach nothing.
    """
    found: dict[str, list[Example]] = {}
    for name in dict.fromkeys(names):
        if name == "manners":
            found[name] = [Example(question, answer, None, f"manners/{question}") for question, answer in MANNERS]
        elif name == "follow-ups":
            found[name] = list(follow_ups(found.get("medquad") or _read("medquad", datasets)))
        elif name != "feedback":
            found[name] = _read(name, datasets)
    brought, own = False, []
    for item in learnable(documents):
        brought = True
        if isinstance(item, Example):
            own.append(item)
        else:
            leave_out(item)
    if own:
        found[OWN] = own
    if "feedback" in names:  # last, since it takes the groups of all others
        found["feedback"] = feedback.examples(judged, [example for part in found.values() for example in part])
        if not found["feedback"]:
            raise TrainingError("training.no_feedback")
    if not found or (brought and set(found) == {"manners"}):
        raise TrainingError("training.nothing")
    return found


def _read(name: str, datasets: Path) -> list[Example]:
    data_set = known.get(name)
    make = MAKERS.get(data_set.folder, from_document)
    if not data_set.find(Path(datasets) / data_set.folder):
        raise TrainingError("training.data_set_missing", name=name, title=data_set.title, folder=datasets)
    items = data_set.documents(Path(datasets) / data_set.folder)
    made = [example for item in items if isinstance(item, Document) for example in make(item)]
    if not made:
        raise TrainingError("training.data_set_empty", name=name)
    return made


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


def _from_summary(document: Document) -> Iterator[Example]:
    for example in from_document(document):
        yield replace(example, group=f"wikipedia/{document.title}", subject="")


MAKERS: dict[str, Callable[[Document], Iterator[Example]]] = {
    "medquad": _from_medquad,
    "wikipedia": _from_summary,
    "scientific_papers": _from_paper,
    "financial_phrasebank": _labelled("What is the sentiment of this sentence?", "label"),
    "corona_tweets": _labelled("What is the sentiment of this message?", "sentiment"),
    "cancer_text": _labelled("Which cancer is this text about?", "label"),
}
