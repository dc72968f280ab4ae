"""Development questions for search, gate and answers, made from a question-answer collection itself (MedQuAD).

Every set asks for something that a document of the collection answers; only the wording changes. Topics are split in
halves by their name, so that what is tuned on "dev" can be reported on "test".
"""

import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.evaluation.errors import EvaluationError
from assistant.text.words import words_of
from index.storage.store import Store
from index.views.documents import documents_of

HERE = Path(__file__).parent
HALVES = ("dev", "test")
PERSONS = ("mother", "father", "sister", "son", "daughter", "uncle", "grandmother", "husband", "neighbour")
NEIGHBOURS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "qs vn xv sf wr dg fh gj uo hk jl kp nk bm ip ol wa et ad ry yi cb qe zc tu xs".split(),
        strict=True,
    )
)
# How people write what they have only heard; each applies where its left side occurs.
HEARD = (
    ("ph", "f"), ("ae", "e"), ("rrh", "rr"), ("th", "t"), ("y", "i"), ("ll", "l"), ("ss", "s"),
    ("tion", "sion"), ("ch", "k"), ("ie", "ei"), ("rh", "r"), ("mm", "m"), ("nn", "n"), ("eous", "ious"),
)  # fmt: skip
SIBLINGS = 3  # names a concept may have; "Disease" itself and chromosome deletions have dozens
IN_COMMON = 0.5  # of the content words two names of one thing may share, to be more than a spelling of each other
NAME_IN_PARENTHESES = re.compile(r"^(?P<long>[^()]{4,}?)\s*\((?:also known as )?(?P<short>[A-Z][^()]{1,40})\)$")


@dataclass(frozen=True)
class Query:
    """A question, its topic (a disease), its kind (treatment, symptoms ...) and the ids of the documents to find."""

    id: str
    text: str
    relevant: frozenset[str]
    topic: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Entry:
    """A document of the collection as a question and its answer."""

    id: str
    question: str
    topic: str
    kind: str
    concept: str  # UMLS identifier, "" when unknown


def entries(store: Store, collection: str) -> list[Entry]:
    """All documents of a collection that name their topic and the kind of their question, in a fixed order.

    Raises EvaluationError when there is none: such a collection has no questions to be reworded.
    """
    found = []
    for row in documents_of(store, collection):
        about = row.metadata
        if about.get("focus_area") and about.get("question_type"):
            found.append(
                Entry(row.id, row.title, about["focus_area"], about["question_type"], about.get("umls_cui", ""))
            )
    if not found:
        raise EvaluationError("evaluation.no_topics", collection=collection)
    return found


def question_sets(data: Sequence[Entry], count: int, half: str, seed: int = 11) -> dict[str, list[Query]]:
    """`count` questions of each kind of wording, on the topics of one half; the same for the same arguments."""
    chosen = [entry for entry in data if half_of(entry.topic) == half]
    answers = _Answers(data)
    makers: dict[str, Callable[[Entry, random.Random], str | None]] = {
        "original": lambda entry, rng: entry.question,
        "reworded": lambda entry, rng: _worded(entry, rng, half, "wordings"),
        "mistyped": lambda entry, rng: mistyped(entry.question, entry.topic, rng),
        "letters": lambda entry, rng: _worded(entry, rng, half, "letters"),
    }
    sets = {}
    for name, make in makers.items():
        rng = random.Random(f"{seed} {name} {half}")
        drawn = rng.sample(chosen, len(chosen))
        sets[name] = _first(count, ((entry, make(entry, rng), answers.of(entry)) for entry in drawn), name)
    rng = random.Random(f"{seed} synonyms {half}")
    sets["synonyms"] = _first(count, _renamed(chosen, answers, rng, half), "synonyms")
    return sets


def half_of(topic: str) -> str:
    """ "dev" or "test", by the topic's name."""
    return HALVES[hashlib.sha256(topic.lower().encode()).digest()[0] % 2]


def mistyped(question: str, topic: str, rng: random.Random) -> str | None:
    """The question with one slip in the longest word of its topic and mostly another elsewhere; None without words."""
    words = question.split(" ")
    inside = {word.lower() for word in re.findall(r"\w{5,}", topic)}
    places = [i for i, word in enumerate(words) if _letters(word) in inside]
    others = [i for i, word in enumerate(words) if len(_letters(word)) >= 5 and i not in places]
    if not places:
        return None
    slips = [max(places, key=lambda i: len(words[i]))]
    if others and rng.random() < 0.7:
        slips.append(rng.choice(others))
    for i in slips:
        words[i] = _slip(words[i], rng)
    text = " ".join(words)
    return text.lower() if rng.random() < 0.5 else text


def _slip(word: str, rng: random.Random) -> str:
    heard = [(left, right) for left, right in HEARD if left in word[1:].lower()]
    if heard and rng.random() < 0.4:
        left, right = rng.choice(heard)
        at = word.lower().index(left, 1)
        return word[:at] + right + word[at + len(left) :]
    at = rng.randrange(1, max(2, len(word) - 2))
    kind = rng.choice(("drop", "swap", "double", "neighbour"))
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1 :]


def _worded(entry: Entry, rng: random.Random, half: str, style: str) -> str | None:
    ways = wordings(half, style).get(entry.kind)
    if not ways:
        return None
    text = rng.choice(ways)
    return (
        text.replace("{person}", rng.choice(PERSONS))
        .replace("{age}", str(rng.randint(19, 78)))
        .replace("{topic}", spoken(entry.topic))
    )


def spoken(topic: str) -> str:
    """A topic as people say it: "Adult Acute Myeloid Leukemia" is "acute myeloid leukemia in adults"."""
    name = re.sub(r"\s*\([^)]*\)", "", topic).strip().lower()
    for start, end in (("adult ", " in adults"), ("childhood ", " in children")):
        if name.startswith(start):
            return name.removeprefix(start) + end
    return re.sub(r"^(?:parasites - |what i need to know about )", "", name)


def _renamed(data: Sequence[Entry], answers: "_Answers", rng: random.Random, half: str) -> Iterable[tuple]:
    """Entries asked for under another name of their topic: the concept's other names, names in parentheses."""
    drawn = rng.sample(list(data), len(data))
    for entry in drawn:
        names = [name for name in answers.names_of(entry) if (name, entry.kind) not in answers.kinds]
        ways = wordings(half, "wordings").get(entry.kind)
        if names and ways:
            other = Entry(entry.id, "", rng.choice(names), entry.kind, entry.concept)
            yield other, rng.choice(ways).replace("{topic}", spoken(other.topic)), answers.of_concept(entry)


class _Answers:
    """Which documents answer the same question: the same words, or the same topic and kind.

    Equal answers are not enough: MedQuAD gives one stock answer to hundreds of questions on different diseases.
    """

    def __init__(self, data: Sequence[Entry]):
        self._groups = defaultdict(set)
        self._concepts = defaultdict(set)
        self.kinds = {(entry.topic.lower(), entry.kind) for entry in data}
        for entry in data:
            for key in self._keys(entry):
                self._groups[key].add(entry.id)
            if entry.concept:
                self._concepts[entry.concept].add(entry.topic.lower())
                self._groups["concept", entry.concept, entry.kind].add(entry.id)

    def of(self, entry: Entry) -> frozenset[str]:
        return frozenset().union(*(self._groups[key] for key in self._keys(entry)))

    def of_concept(self, entry: Entry) -> frozenset[str]:
        return self.of(entry) | self._groups["concept", entry.concept, entry.kind]

    def names_of(self, entry: Entry) -> list[str]:
        """Other names of the entry's topic that no document of its kind bears, in a fixed order."""
        own = entry.topic.lower()
        names = set()
        if entry.concept and len(self._concepts[entry.concept]) <= SIBLINGS:
            names |= {name for name in self._concepts[entry.concept] - {own} if _differ(name, own)}
        if match := NAME_IN_PARENTHESES.match(entry.topic):
            names.add(match["short"].lower())
        return sorted(names)

    @staticmethod
    def _keys(entry: Entry) -> tuple:
        question = " ".join(re.findall(r"\w+", entry.question.lower()))
        return ("question", question), ("topic", entry.topic.lower(), entry.kind)


def _differ(first: str, second: str) -> bool:
    a, b = (words.content | words.numbers for words in (words_of(first), words_of(second)))
    return bool(a) and bool(b) and len(a & b) <= IN_COMMON * min(len(a), len(b))


def _first(count: int, made: Iterable[tuple], name: str) -> list[Query]:
    queries: dict[str, Query] = {}
    for entry, text, relevant in made:
        if text and text not in queries:
            queries[text] = Query(f"{name}-{len(queries) + 1}", text, relevant, entry.topic, entry.kind)
        if len(queries) == count:
            break
    return list(queries.values())


@cache
def wordings(half: str, style: str) -> dict[str, list[str]]:
    """Ways of asking by kind of question, "wordings" or "letters". Those of the test half were written by somebody who
    had not seen the others."""
    return json.loads((HERE / f"wordings_{half}.json").read_text("utf-8"))[style]


def _letters(word: str) -> str:
    return re.sub(r"\W", "", word).lower()


# --- folders --------------------------------------------------------------------------------------------------


def save(queries: Sequence[Query], folder: Path) -> None:
    """Writes `queries.jsonl` and `qrels/test.tsv` as BEIR has them; the collection is the corpus."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    lines = (
        json.dumps({"_id": q.id, "text": q.text, "metadata": {"topic": q.topic, "kind": q.kind}}, ensure_ascii=False)
        for q in queries
    )
    (folder / "queries.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")
    judged = [f"{q.id}\t{document}\t1\n" for q in queries for document in sorted(q.relevant)]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged), "utf-8")


def load(folder: Path, split: str = "test") -> list[Query]:
    """The judged queries of a BEIR folder. Raises EvaluationError when it is none, OSError when it cannot be read."""
    judgements, file = folder / "qrels" / f"{split}.tsv", folder / "queries.jsonl"
    for needed in (file, judgements):
        if not needed.is_file():
            missing = needed.relative_to(folder).as_posix()
            raise EvaluationError("beir.incomplete", folder=folder, missing=missing)
    relevant: dict[str, set[str]] = defaultdict(set)
    try:
        for line in judgements.read_text("utf-8-sig").splitlines()[1:]:
            query, document, score = line.split("\t")
            if int(score) > 0:
                relevant[query].add(document)
        records = [json.loads(line) for line in file.read_text("utf-8-sig").splitlines() if line.strip()]
        return [_query(record, relevant) for record in records if str(record["_id"]) in relevant]
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError("beir.damaged", folder=folder, reason=str(error)) from error


def _query(record: dict, relevant: dict[str, set[str]]) -> Query:
    about = record.get("metadata") or {}
    key = str(record["_id"])
    return Query(key, record["text"], frozenset(relevant[key]), about.get("topic", ""), about.get("kind", ""))
