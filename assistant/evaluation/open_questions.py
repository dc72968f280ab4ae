"""Collections of ordinary documents with questions that people wrote, for measuring whole answers.

Made from the open question-answering sets that the reader learns from, out of their held-out documents only
(`assistant.training.reader.examples.is_tenth`, `mixture.HELD_OUT`). Of each set half of the held-out documents are
indexed, among documents of the training part; the other half is left out, so that questions on them must be refused.
"""

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.training.reader import sets
from assistant.training.reader.examples import SPACES, has_answer, held_out, is_tenth, name_of, rank
from assistant.training.reader.mixture import HELD_OUT
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from corpus.readers import read
from index.storage.store import Store
from index.vectors.embedder import Embedder

ROOT = Path(__file__).resolve().parents[2]
WORKPLACE = Path(__file__).with_name("workplace")
HELD = "held"  # the kind of question whose document is in the index
INVENTED = "invented name"  # the kind whose name stands nowhere: nearly every word of it does
QUESTIONS = 100  # of each kind and collection at most
OTHERS = 100  # documents of the training part among which the held-out ones stand
LONG = ("covid-qa-deepset-en", 2)  # whole papers: few are many passages
# Questions on one privacy policy are answered by any other one, so that leaving it out proves nothing.
LEFT_OUT = ("policyqa-en",)
BATCH = 64  # passages embedded at once
NAME = re.compile(r"(?<=[\w,] )[A-ZÀ-Ý][\w’-]+(?: [A-ZÀ-Ý][\w’-]+){0,4}")  # the first word of a question is none
SYLLABLES = "ba bro cli dra du fen gor hel jin kra lom mur nex or pli quo ris sta tor ul vex wyn xan yor zeb".split()


@dataclass(frozen=True)
class Case:
    """A question and what the answer should hold: any of `answers`, or most words of `sentence`.

    `kind` is "held" (its document is in the index), "left out" (it is not), "invented name" (a held one that asks about
    a name which nobody bears), "unanswerable" (one that people wrote to look answerable from a document that is
    there), or one of `assistant.evaluation.refusals`.
    """

    question: str
    kind: str
    answerable: bool  # whether the collection holds the answer
    document: str = ""  # id of the document that it was asked about
    answers: tuple[str, ...] = ()
    sentence: str = ""

    def is_held_by(self, text: str) -> bool:
        """Whether a text holds the answer."""
        if self.answers:
            return has_answer(SPACES.sub(" ", text), [SPACES.sub(" ", answer) for answer in self.answers])
        return self.is_stated_by(text)

    def is_stated_by(self, text: str) -> bool:
        """Whether a text holds the very sentence that answers, or most of its words: a number may stand anywhere."""
        wanted, there = set(_words(self.sentence)), set(_words(text))
        return bool(wanted) and len(wanted & there) >= 0.7 * len(wanted)


@dataclass(frozen=True)
class Questions:
    """A collection to index and the cases to ask of it."""

    name: str
    language: str
    documents: tuple[Document, ...]
    cases: tuple[Case, ...]


def load(
    qa: Path, medquad: Path | None = None, names: Sequence[str] = (), seed: int = 7, count: int = QUESTIONS
) -> list[Questions]:
    """The collections, or those called `names`, with `count` questions of each kind at most. Raises OSError when a file
    cannot be read."""
    found = []
    for name in (*HELD_OUT, *sets.SPANS):
        if name not in LEFT_OUT and (not names or name in names):
            found.append(_of_set(qa, name, seed, count))
    if medquad is not None and (not names or "medquad" in names):
        found.append(_medquad(medquad, seed, count))
    return found


def workplace() -> list[Questions]:
    """Sixty questions each to a README, a French guide, notes of a personnel department and a contract, written for
    this: half of them absent, half of those in ordinary words of kind (policy, cause, treatment). For tests alone."""
    found = []
    for name, about in json.loads((WORKPLACE / "questions.json").read_text("utf-8")).items():
        items = [item for path in about["documents"] for item in read(ROOT / path)]
        documents = tuple(item for item in items if isinstance(item, Document))
        present = [Case(text, HELD, True, "", (answer,)) for text, answer in about["present"]]
        absent = [Case(text, "absent", False) for text in about["absent"]]
        found.append(Questions(name, about["language"], documents, (*present, *absent)))
    return found


def _of_set(qa: Path, name: str, seed: int, count: int) -> Questions:
    language = name.rsplit("-", 1)[-1]
    rows = list(sets.lines(qa / name / "corpus.jsonl"))
    texts = {row["_id"]: row["text"] for row in sets.lines(qa / name / "queries.jsonl")}
    articles: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        # squad2 and piaf have many paragraphs an article; elsewhere a row is a document of its own.
        key = row["title"] if name in HELD_OUT else row["_id"]
        articles.setdefault(key, []).append(row)
    group = {key: name_of(members[0]["title"] or members[0]["_id"]) for key, members in articles.items()}
    if name in HELD_OUT:
        excluded = held_out(group.values(), HELD_OUT[name])
        ours = [key for key in articles if group[key] in excluded]
    else:
        ours = [key for key in articles if is_tenth(group[key])]
    ours.sort(key=rank)
    inside, outside = ours[::2], ours[1::2]
    others = sorted((key for key in articles if key not in set(ours)), key=rank)
    others = others[: LONG[1] if name == LONG[0] else OTHERS]
    documents = tuple(_document(key, articles[key], language) for key in sorted((*inside, *others)))
    place = {row["_id"]: key for key, members in articles.items() for row in members}
    cases: list[Case] = []
    for row in sets.lines(qa / name / "answers.jsonl"):
        key = place[row["doc"]]
        if key in inside:
            kind = HELD if row["answers"] != [] else "unanswerable"
        elif key in outside and row["answers"] != []:
            kind = "left out"
        else:
            continue
        answers = tuple(row["answers"] or ())
        if name == "selqa-en":
            answers = ()  # whole sentences
        cases.append(Case(texts[row["_id"]], kind, kind == HELD, key, answers, row.get("sentence") or ""))
    drawn = _drawn(cases, seed, count)
    return Questions(name, language, documents, (*drawn, *renamed(drawn, seed)))


def renamed(cases: Sequence[Case], seed: int) -> list[Case]:
    """The held questions that hold a name, the last one of each with an invented one in its place."""
    choice = random.Random(seed)
    found = []
    for case in cases:
        names = list(NAME.finditer(case.question)) if case.kind == HELD else []
        if names:
            start, end = names[-1].span()
            name = "".join(choice.choices(SYLLABLES, k=3)).capitalize()
            found.append(Case(case.question[:start] + name + case.question[end:], INVENTED, False))
    return found


def _document(key: str, members: Sequence[dict[str, str]], language: str) -> Document:
    text = "\n\n".join(row["text"] for row in members)
    return Document(members[0]["title"], (Section(text),), external_id=key, language=language)


def _medquad(path: Path, seed: int, count: int) -> Questions:
    rows = sets.medquad_rows(path)
    topics: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        topics.setdefault(row["focus_area"], []).append(row)
    ours = sorted((topic for topic in topics if is_tenth(name_of(topic))), key=rank)[:120]
    inside = ours[::2]
    documents = tuple(
        Document(row["question"], (Section(row["answer"]),), external_id=f"{topic}-{number}", language="en")
        for topic in inside
        for number, row in enumerate(topics[topic])
    )
    cases = []
    for topic in ours:
        kind = HELD if topic in set(inside) else "left out"
        for number, row in enumerate(topics[topic]):
            question = SPACES.sub(" ", row["question"].replace(" (are)", "")).replace(" ?", "?").strip()
            gold = sets.first_sentences(row["answer"], "en", 1)
            if gold is not None:
                sentence = row["answer"][gold.start : gold.end]
                cases.append(Case(question, kind, kind == HELD, f"{topic}-{number}", (), sentence))
    return Questions("medquad", "en", documents, _drawn(cases, seed, count))


def _drawn(cases: Iterable[Case], seed: int, count: int) -> tuple[Case, ...]:
    kinds: dict[str, list[Case]] = {}
    for case in cases:
        kinds.setdefault(case.kind, []).append(case)
    choice = random.Random(seed)
    return tuple(case for some in kinds.values() for case in choice.sample(some, min(len(some), count)))


def fill(store: Store, embedder: Embedder, collections: Iterable[Questions]) -> None:
    """Puts the documents of each collection into a store and embeds them; what is there already stays."""
    known = set(store.collections())
    for collection in collections:
        if collection.name in known:
            continue
        source = store.add_source(collection.name, f"{collection.name}.jsonl", "file")
        scan = store.begin_scan(source.id)
        passages = chunk_many(collection.documents, embedder.count_tokens)
        store.put(source.id, scan, zip(collection.documents, passages, strict=True))
        store.end_scan(source.id, scan)
    store.use_embedder(embedder.name)
    while waiting := store.unembedded(BATCH):
        keys, texts = zip(*waiting, strict=True)
        store.put_vectors(embedder.name, keys, embedder.encode(texts))


def _words(text: str) -> list[str]:
    return [word for word in "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split() if word]
