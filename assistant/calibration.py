"""Data for the refusal gate, made from the collections themselves, and the fit.

Answerable questions are the collection's own, reworded by templates; a question counts as answered when a document of
its topic is among the hits. Unanswerable ones ask about invented names in the same words, about titles of another
collection that this one never mentions, about other fields (our own list) and in gibberish.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.confidence import Features, Gate, Gates, features_of
from index.hit import Hit
from index.search import Search
from index.store import Store

FOREIGN = Path(__file__).with_name("foreign_questions.txt")
TOP = 6
SYLLABLES = "ba bro cli dra du fen gor hel jin kra lom mur nex or pli quo ris sta tor ul vex wyn xan yor zeb".split()
ENDINGS = ("osis", "emia", "itis", "oma", "ia", " syndrome", " disease")
TOPIC = "{topic}"
# Ways in which people ask, by MedQuAD's kinds of question; {topic} is the disease. "" serves every other collection.
TEMPLATES = {
    "information": ("what is {topic}", "can you explain {topic} to me", "{topic} meaning", "my aunt has {topic}"),
    "symptoms": ("how do i know if i have {topic}", "signs of {topic}", "what does {topic} feel like"),
    "treatment": ("how is {topic} treated", "what helps against {topic}", "{topic} therapy", "medicine for {topic}"),
    "causes": ("why do people get {topic}", "what brings on {topic}", "reason for {topic}"),
    "inheritance": ("can {topic} run in families", "will my children get {topic}", "is {topic} hereditary"),
    "frequency": ("how many people have {topic}", "how common is {topic}"),
    "genetic changes": ("which gene is behind {topic}", "mutations in {topic}"),
    "exams and tests": ("how do doctors find {topic}", "test for {topic}", "how is {topic} diagnosed"),
    "outlook": ("what is the prognosis of {topic}", "life expectancy with {topic}"),
    "prevention": ("how can i avoid {topic}", "protect yourself from {topic}"),
    "susceptibility": ("who gets {topic}", "am i at risk of {topic}"),
    "": ("what is {topic}", "tell me about {topic}", "{topic}"),
}


@dataclass(frozen=True)
class Example:
    """A question with its features; `answerable` says what the gate should have said."""

    question: str
    kind: str  # "reworded", "invented", "other collection", "other field", "gibberish"
    answerable: bool
    features: Features
    topic: str = ""


def examples(store: Store, search: Search, collection: str, other: str, count: int, seed: int = 7) -> list[Example]:
    """About `count` examples of each kind, the same for the same collections and seed."""
    rng = random.Random(seed)
    asked = [
        *_reworded(store, collection, count, rng),
        *((text, "invented", topic) for text, topic in _invented(count, rng)),
        *((text, "other collection", "") for text in _of_other_collection(store, search, collection, other, count)),
        *((line, "other field", "") for line in FOREIGN.read_text("utf-8").splitlines() if line),
        *((_gibberish(rng), "gibberish", "") for _ in range(count // 5)),
    ]
    made = []
    for question, kind, topic in asked:
        hits = search.search(question, TOP, [collection]).hits
        answerable = kind == "reworded" and any(_is_about(hit, topic) for hit in hits)
        made.append(Example(question, kind, answerable, features_of(question, hits, search), topic))
    return made


def held_out(data: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Two halves that share no topic and no question: to fit on, and to test on."""
    halves: tuple[list[Example], list[Example]] = ([], [])
    for example in data:
        digest = hashlib.sha256((example.topic or example.question).lower().encode()).digest()
        halves[digest[0] % 2].append(example)
    return halves


def fit(data: Sequence[Example], embedder: str) -> Gates:
    """Two logistic regressions, both kinds of question weighing the same: with the cosine, and with words alone."""
    words = [name for name in Features.__dataclass_fields__ if name != "cosine"]
    gates = {embedder: _regression(data, ["cosine", *words]), "": _regression(data, words)}
    return Gates(gates, sha256(data))


def sha256(data: Sequence[Example]) -> str:
    """Of the examples, questions and features."""
    return hashlib.sha256(json.dumps([asdict(example) for example in data]).encode()).hexdigest()


def quality(data: Sequence[Example], gate: Gate, threshold: float) -> dict[str, float]:
    """Share decided rightly of each kind, and the area under the ROC curve, of examples not used in the fit."""
    from sklearn.metrics import roc_auc_score

    scores = [gate.probability(example.features) for example in data]
    right: dict[str, list[bool]] = {}
    for example, score in zip(data, scores, strict=True):
        right.setdefault(example.kind, []).append((score >= threshold) == example.answerable)
    shares = {kind: sum(values) / len(values) for kind, values in right.items()}
    return {**shares, "roc_auc": roc_auc_score([example.answerable for example in data], scores)}


def _regression(data: Sequence[Example], names: Sequence[str]) -> Gate:
    from sklearn.linear_model import LogisticRegression

    rows = [[getattr(example.features, name) for name in names] for example in data]
    model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=1000)
    model.fit(rows, [example.answerable for example in data])
    weights = {name: round(float(value), 4) for name, value in zip(names, model.coef_[0], strict=True)}
    return Gate(weights, round(float(model.intercept_[0]), 4))


def _reworded(store: Store, collection: str, count: int, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    rows = store.database.connection.execute(
        """SELECT d.title, d.metadata FROM documents d JOIN collections c ON c.id = d.collection_id
           WHERE c.name = ? ORDER BY d.sha256""",
        (collection,),
    ).fetchall()
    for row in rng.sample(rows, min(count, len(rows))):
        metadata = json.loads(row["metadata"])
        topic = metadata.get("focus_area") or row["title"]
        templates = TEMPLATES.get(metadata.get("question_type", ""), TEMPLATES[""])
        yield rng.choice(templates).replace(TOPIC, topic.lower()), "reworded", topic


def _invented(count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    templates = [template for group in TEMPLATES.values() for template in group]
    for _ in range(count):
        name = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))) + rng.choice(ENDINGS)
        yield rng.choice(templates).replace(TOPIC, name), name


def _of_other_collection(store: Store, search: Search, collection: str, other: str, count: int) -> list[str]:
    """Questions on titles of `other` whose words `collection` does not hold side by side."""
    scope = store.collection_id(collection)
    found = []
    for row in store.documents(other, limit=20 * count)[::7]:
        words = "".join(letter if letter.isalnum() else " " for letter in row.title).strip()
        phrase = store.database.connection.execute(
            """SELECT 1 FROM passages_fts f JOIN passages p ON p.id = f.rowid JOIN documents d ON d.id = p.document_id
               WHERE passages_fts MATCH ? AND d.collection_id = ? LIMIT 1""",
            (f'"{words}"', scope),
        ).fetchone()
        if words and phrase is None:
            found.append(f"What is {row.title}?")
        if len(found) == count:
            break
    return found


def _gibberish(rng: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(rng.randint(1, 6)))


def _is_about(hit: Hit, topic: str) -> bool:
    return hit.metadata.get("focus_area", hit.title).lower() == topic.lower() or topic.lower() in hit.title.lower()
