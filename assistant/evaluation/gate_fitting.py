"""Data for the refusal gate, made from the collections themselves, and the fit.

Answerable questions are the collection's own in other words: reworded, mistyped, under other names, and as the long
and indirect letters that people really write (`assistant.evaluation.questions`); a question counts as answered when a
document of its topic is among the hits. Unanswerable ones ask about invented names in the same words, about titles of
another collection that this one never mentions, about other fields (our own lists), in gibberish and as injected
prompts. The halves of the evaluation's questions keep apart what is fitted on and what is tested on: other topics,
other wordings, other lists, other syllables; only the ends of invented names ("-itis", "syndrome") are the same.

Such questions name an entry's title, which nobody does who asks a folder of ordinary documents: a gate that knew
nothing else answered 9 to 62 of 100 questions on these. So questions on collections of plain documents, written by hand
(evaluation/plain_questions.json says what each is made of), are fitted on, too, each asked of the other collections
as a question that these do not answer.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.evaluation import runs
from assistant.evaluation.questions import entries, question_sets, wordings
from assistant.gate.gate import Features, Gate, Gates, features_of
from index.retrieval.hit import Hit
from index.retrieval.search import Search
from index.storage.store import Store

LISTS = Path(__file__).parent
TOP = 6
SYLLABLES = "ba bro cli dra du fen gor hel jin kra lom mur nex or pli quo ris sta tor ul vex wyn xan yor zeb".split()
ENDINGS = ("osis", "emia", "itis", "oma", "ia", " syndrome", " disease")
PLAIN = LISTS / "plain_questions.json"
PLAIN_SHARE = 0.5  # weight of the examples on plain documents, against those on entries
LETTERS = 4  # every so many questions on invented names is a letter


@dataclass(frozen=True)
class Example:
    """A question with its features; `answerable` says what the gate should have said."""

    question: str
    kind: str  # "reworded", "mistyped", "letters", "synonyms", "original"; "invented", "other field", "gibberish" ...
    answerable: bool
    features: Features
    plain: bool = False  # asked of ordinary documents, not of entries with a title


def examples(
    store: Store, search: Search, collection: str, other: str, count: int, half: str, seed: int = 7
) -> list[Example]:
    """About `count` examples of each kind, the same for the same collections, half ("dev" or "test") and seed.

    Raises ReadingError for a collection whose documents name no topic and kind of question.
    """
    rng = random.Random(f"{seed} {half}")
    sets = question_sets(entries(store, collection), count, half, seed)
    lists = json.loads((LISTS / f"foreign_{half}.json").read_text("utf-8"))
    asked = [
        *((query.text, name, query.topic) for name, queries in sets.items() for query in queries),
        *((text, "invented", "") for text in _invented(count, half, rng)),
        *((text, "other collection", "") for text in _of_other_collection(store, collection, other, count, half, rng)),
        *((text, "other field", "") for text in lists["short"]),
        *((text, "other field, letters", "") for text in lists["letters"]),
        *((text, "injected", "") for text in lists["injected"]),
        *((_gibberish(rng), "gibberish", "") for _ in range(count // 5)),
    ]
    made = []
    for question, kind, topic in asked:
        result = search.search(question, TOP, [collection])
        answerable = bool(topic) and any(_is_about(hit, topic) for hit in result.hits)
        if answerable or not topic:  # a question on a topic that was not found is no example of either kind
            made.append(Example(question, kind, answerable, features_of(result.question, result.hits, search)))
    return made


def plain_examples(store: Store, search: Search, half: str) -> list[Example]:
    """Questions on those collections of plain documents that are in the index, of one half: what each answers, what
    other collections answer, and other fields."""
    lists = json.loads((LISTS / f"foreign_{half}.json").read_text("utf-8"))
    sets = json.loads(PLAIN.read_text("utf-8"))
    made = []
    for name in plain_collections(store, half):
        own = sets[name]
        # What an encyclopaedia answers, other documents may answer as well.
        others = [
            other for other in sets.values() if other["subject"] != own["subject"] and "unanswerable" not in other
        ]
        asked = [(text, name, True) for text in own["questions"]]
        if "unanswerable" in own:
            asked += [(text, f"{name}, not in it", False) for text in own["unanswerable"]]
        else:
            asked += [(text, f"{name}, other documents", False) for other in others for text in other["questions"]]
            asked += [(text, f"{name}, other field", False) for text in (*lists["short"], *lists["letters"])]
        for question, kind, answerable in asked:
            result = search.search(question, TOP, [name])
            features = features_of(result.question, result.hits, search)
            made.append(Example(question, kind, answerable, features, plain=True))
    return made


def plain_collections(store: Store, half: str) -> list[str]:
    """Those of evaluation/plain_questions.json that are in the index."""
    sets, there = json.loads(PLAIN.read_text("utf-8")), store.collections()
    return [name for name, found in sets.items() if found["half"] == half and name in there]


def fit(data: Sequence[Example], embedder: str) -> Gates:
    """Two logistic regressions, with the cosine and with words alone. Questions that are answered and ones that are not
    weigh the same, those on plain documents `PLAIN_SHARE` of the others."""
    words = [name for name in Features.__dataclass_fields__ if name != "cosine"]
    gates = {embedder: _regression(data, ["cosine", *words]), "": _regression(data, words)}
    return Gates(gates, sha256(data))


def sha256(data: Sequence[Example]) -> str:
    """Of the examples, questions and features."""
    return runs.sha256([asdict(example) for example in data])


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
    groups = Counter((example.plain, example.answerable) for example in data)
    shares = [PLAIN_SHARE if example.plain else 1.0 for example in data]
    weights = [
        share * len(data) / len(groups) / groups[example.plain, example.answerable]
        for example, share in zip(data, shares, strict=True)
    ]
    model = LogisticRegression(C=10.0, max_iter=5000)
    model.fit(rows, [example.answerable for example in data], sample_weight=weights)
    found = {name: round(float(value), 4) for name, value in zip(names, model.coef_[0], strict=True)}
    return Gate(found, round(float(model.intercept_[0]), 4))


def _invented(count: int, half: str, rng: random.Random) -> Iterator[str]:
    ways = [way for group in wordings(half, "wordings").values() for way in group]
    letters = [way for group in wordings(half, "letters").values() for way in group]
    syllables = SYLLABLES[half == "test" :: 2]
    for n in range(count):
        name = "".join(rng.choices(syllables, k=rng.randint(2, 3))) + rng.choice(ENDINGS)
        way = rng.choice(letters if n % LETTERS == 0 else ways)
        yield way.replace("{topic}", name).replace("{person}", "mother").replace("{age}", str(rng.randint(20, 70)))


def _of_other_collection(
    store: Store, collection: str, other: str, count: int, half: str, rng: random.Random
) -> list[str]:
    """Questions on titles of `other` whose words `collection` does not hold side by side."""
    scope = store.collection_id(collection)
    ways = wordings(half, "wordings")["information"]
    found = []
    for row in store.documents(other, limit=40 * count)[half == "test" :: 14]:
        words = "".join(letter if letter.isalnum() else " " for letter in row.title).strip()
        if not words:
            continue
        phrase = store.database.connection.execute(
            """SELECT 1 FROM passages_fts f JOIN passages p ON p.id = f.rowid JOIN documents d ON d.id = p.document_id
               WHERE passages_fts MATCH ? AND d.collection_id = ? LIMIT 1""",
            (f'"{words}"', scope),
        ).fetchone()
        if phrase is None:
            found.append(rng.choice(ways).replace("{topic}", row.title))
        if len(found) == count:
            break
    return found


def _gibberish(rng: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(rng.randint(1, 6)))


def _is_about(hit: Hit, topic: str) -> bool:
    return hit.metadata.get("focus_area", hit.title).lower() == topic.lower() or topic.lower() in hit.title.lower()
