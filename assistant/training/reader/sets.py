"""Examples from the folders of open question-answering sets, MedQuAD and the Wikipedia summaries.

A folder of a set holds `corpus.jsonl` (`_id, title, text`), `queries.jsonl` (`_id, text`) and `answers.jsonl`
(`_id, answers, doc, sentence`; `answers` is empty for an unanswerable question, null where no words are marked).
"""

import csv
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.training.errors import TrainingError
from assistant.training.reader.examples import SPACES, Example, Gold, located, name_of, rank
from corpus.sentences import spans

SQUAD2, SQUAD1, PIAF = "squad2-dev-en", "squad1-train-sentences-en", "piaf-fr"
SPANS = ("afriqa-en", "afriqa-fr", "policyqa-en", "covid-qa-deepset-en", "selqa-en", "service-public-fr")
MEDQUAD_COLUMNS = ("question", "answer", "focus_area", "question_type")
WINDOW = 900  # characters of a passage cut out of a long document
BLOCK = 150  # sentences of squad1 that count as one article: the set has no titles


@dataclass(frozen=True)
class Paragraph:
    """A passage of a set, for mining: `group` is its article."""

    text: str
    title: str
    group: str
    source: str
    language: str


@dataclass(frozen=True)
class Loaded:
    """The questions of a set and its passages."""

    examples: tuple[Example, ...]
    paragraphs: tuple[Paragraph, ...]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file. Raises OSError when it cannot be read."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def load(folder: Path, name: str) -> Loaded:
    """All examples of one set. Raises OSError when its files cannot be read."""
    if name == SQUAD1:
        return _sentences(folder / name)
    documents = {row["_id"]: row for row in lines(folder / name / "corpus.jsonl")}
    questions = {row["_id"]: row["text"] for row in lines(folder / name / "queries.jsonl")}
    language = name.rsplit("-", 1)[-1]
    examples, paragraphs = [], []
    for row in documents.values():
        group = name_of(row["title"] or row["_id"])
        for start, end in pieces(row["text"], language):
            text = row["text"][start:end]
            paragraphs.append(Paragraph(text, row["title"], group, name, language))
    for row in lines(folder / name / "answers.jsonl"):
        example = _example(name, language, questions[row["_id"]], row, documents[row["doc"]])
        if example is not None:
            examples.append(example)
    return Loaded(tuple(examples), tuple(paragraphs))


def _example(name: str, language: str, question: str, row: dict[str, Any], document: dict[str, Any]) -> Example | None:
    text, title, group = document["text"], document["title"], name_of(document["title"] or document["_id"])
    if row["answers"] is None:
        return None  # a document without a marked place teaches nothing about places
    answers = tuple(answer.strip() for answer in row["answers"])
    gold = located(text, answers, row.get("sentence", ""))
    if answers and not gold:
        return None
    kind = "answer" if answers else "unanswerable"
    if name == "selqa-en":
        gold = tuple(Gold(place.start, place.end, exact=False) for place in gold)
    if len(text) > 2 * WINDOW and gold:
        text, gold = _around(text, gold, language, int(rank(question)[:8], 16))
    return Example(question, text, gold, name, kind, language, group, title, answers)


def pieces(text: str, language: str, size: int = WINDOW) -> list[tuple[int, int]]:
    """Characters of the stretches of whole sentences that a long document is cut into."""
    if len(text) <= 2 * size:
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    begin: int | None = None
    stop = 0
    for start, end in spans(text, language):
        if begin is not None and end - begin > size:
            found.append((begin, stop))
            begin = None
        begin = start if begin is None else begin
        stop = end
    if begin is not None:
        found.append((begin, stop))
    return found


def _around(text: str, gold: tuple[Gold, ...], language: str, choice: int) -> tuple[str, tuple[Gold, ...]]:
    """Whole sentences around the first gold place, which stands anywhere among them."""
    first = gold[0]
    near = max(first.start - 3 * WINDOW, 0)
    limits = [(near + start, near + end) for start, end in spans(text[near : first.end + 3 * WINDOW], language)]
    begin = first.start - choice % max(WINDOW - (first.end - first.start), 1)
    start = min([limit[0] for limit in limits if limit[0] >= begin] + [first.start])
    end = max([limit[1] for limit in limits if limit[1] <= start + WINDOW] + [first.end])
    kept = tuple(
        Gold(place.start - start, place.end - start, place.exact)
        for place in gold
        if place.start >= start and place.end <= end
    )
    return text[start:end], kept


def _sentences(folder: Path) -> Loaded:
    """Each question on several neighbouring sentences, of which one is known to hold the answer."""
    sentences = [row["text"] for row in lines(folder / "corpus.jsonl")]
    place = {row["_id"]: number for number, row in enumerate(lines(folder / "corpus.jsonl"))}
    questions = {row["_id"]: row["text"] for row in lines(folder / "queries.jsonl")}
    examples, paragraphs = [], []
    for number in range(0, len(sentences), 5):
        text = " ".join(sentences[number : number + 5])
        paragraphs.append(Paragraph(text, "", f"block {number // BLOCK}", SQUAD1, "en"))
    for row in lines(folder / "answers.jsonl"):
        at = place[row["doc"]]
        choice = random.Random(row["_id"])
        begin = max(at - choice.randint(0, 4), 0)
        near = sentences[begin : max(begin + choice.randint(3, 7), at + 1)]
        start = sum(len(sentence) + 1 for sentence in near[: at - begin])
        gold = Gold(start, start + len(sentences[at]), exact=False)
        group = f"block {at // BLOCK}"
        examples.append(Example(questions[row["_id"]], " ".join(near), (gold,), SQUAD1, "answer", "en", group))
    return Loaded(tuple(examples), tuple(paragraphs))


def first_sentences(text: str, language: str, number: int, least: int = 40) -> Gold | None:
    """The first sentences that say something: no heading, nothing that only leads to a list."""
    found = [
        (start, end)
        for start, end in spans(text, language)
        if end - start >= least and not text[start:end].endswith((":", "?"))
    ]
    return Gold(found[0][0], found[min(number, len(found)) - 1][1], exact=False) if found else None


def medquad_rows(path: Path) -> list[dict[str, str]]:
    """MedQuAD's rows that have an answer and a topic. Raises TrainingError where a column is missing."""
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        lacking = [name for name in MEDQUAD_COLUMNS if name not in (table.fieldnames or ())]
        if lacking:
            raise TrainingError("reader.columns_missing", path=str(path), columns=", ".join(lacking))
        return [row for row in table if row["answer"] and row["focus_area"]]


def medquad(path: Path) -> tuple[list[Example], list[Example]]:
    """MedQuAD's questions on their answers; and on other answers about the same topic, which do not answer them."""
    rows = medquad_rows(path)
    topics: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        row["text"] = _opening(row["answer"])
        topics.setdefault(row["focus_area"], []).append(row)
    right, wrong = [], []
    for row in rows:
        question = SPACES.sub(" ", row["question"].replace(" (are)", "")).replace(" ?", "?").strip()
        gold = first_sentences(row["text"], "en", 2)
        topic = row["focus_area"]
        if gold is None:
            continue
        example = Example(
            question, row["text"], (gold,), "medquad", "answer", "en", name_of(topic), topic, (row["question_type"],)
        )
        right.append(example)
        others = [
            other
            for other in topics[topic]
            if other["question_type"] not in (row["question_type"], "information") and other["text"] != row["text"]
        ]
        if others:
            other = others[int(rank(question)[:8], 16) % len(others)]
            wrong.append(example.without(other["text"], "same topic", topic))
    return right, wrong


def _opening(text: str) -> str:
    text = SPACES.sub(" ", text.replace("Key Points", "")).strip(" -")
    if len(text) <= WINDOW:
        return text
    cut = text.rfind(". ", 0, WINDOW)
    return text[: cut + 1] if cut > WINDOW // 3 else text[:WINDOW]


BORN = {"en": re.compile(r"\(.{0,80}?born "), "fr": re.compile(r"\b[Nn]ée? (?:le|en|à|vers)\b")}
DIED = {
    "en": re.compile(r"\([^)]{0,120}\d{3,4}[^)]{0,30}[–-][^)]{0,40}\d{3,4}[^)]*\)[^.]{0,40}\bwas\b"),
    "fr": re.compile(r"\b(?:morte?|décédée?)\b"),
}


def summaries(pages: dict[str, list[tuple[str, str]]], cross: bool = True) -> list[Example]:
    """ "Who was X?" and "What is X?" on the first sentence of summaries; `pages` are (title, text) by language.

    With `cross`, titles that both languages share are also asked in the other language.
    """
    found = []
    texts = {language: dict(entries) for language, entries in pages.items()}
    for language, entries in pages.items():
        for title, text in entries:
            gold = first_sentences(text, language, 1)
            if gold is None or gold.end > WINDOW:
                continue
            start = text[:400]
            died, born = bool(DIED[language].search(start)), bool(BORN[language].search(start))
            passage = text[: max(WINDOW, gold.end)]
            for asked in texts if cross else (language,):
                if asked != language and title not in texts[asked]:
                    continue
                question = _asked(title, asked, died, born)
                source = f"wikipedia-{language}" if asked == language else "wikipedia-cross"
                found.append(Example(question, passage, (gold,), source, "answer", asked, name_of(title), title))
    return found


def _asked(title: str, language: str, died: bool, born: bool) -> str:
    name = re.sub(r"\s*\([^)]*\)", "", title)
    variant = int(rank(title)[:8], 16) % 3
    if language == "fr":
        if died or born:
            return f"Qui {'était' if died else 'est'} {name} ?"
        return (f"Qu'est-ce que {name} ?", f"C'est quoi, {name} ?", f"{name} : de quoi s'agit-il ?")[variant]
    if died or born:
        return f"Who {'was' if died else 'is'} {name}?"
    return (f"What is {name}?", f"what is meant by {name}?", f"Tell me about {name}.")[variant]
