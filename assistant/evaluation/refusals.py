"""Questions to collections that are in the index already: what they answer in many wordings, and what none does.

A question-answer collection (MedQuAD) is asked its own questions in other words (`assistant.evaluation.questions`),
invented names in the same words, titles of another collection that it never mentions, other fields, gibberish and
injected prompts. Collections of plain documents are asked what people wrote by hand (plain_questions.json says what
each is made of), and each what the others answer. Halves keep apart what is chosen by and what is reported.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.open_questions import HELD, SYLLABLES, Case, Questions
from assistant.evaluation.questions import entries, question_sets, wordings
from index.storage.store import Store
from index.views.documents import has_words

LISTS = Path(__file__).parent
PLAIN = LISTS / "plain_questions.json"
ENDINGS = ("osis", "emia", "itis", "oma", "ia", " syndrome", " disease")
LETTERS = 4  # every so many questions on invented names is a letter


def reworded(store: Store, collection: str, other: str, count: int, half: str, seed: int = 7) -> list[Questions]:
    """About `count` questions of each kind to a question-answer collection, the same for the same half ("dev" or
    "test") and seed: one set for each way to ask what it answers, and one for what it cannot.

    Raises EvaluationError for a collection whose documents name no topic and kind of question.
    """
    rng = random.Random(f"{seed} {half}")
    found = []
    for name, queries in question_sets(entries(store, collection), count, half, seed).items():
        cases = [Case(query.text, name, True, document) for query in queries for document in sorted(query.relevant)[:1]]
        found.append(Questions(name, "en", (), tuple(cases)))
    lists = json.loads((LISTS / f"foreign_{half}.json").read_text("utf-8"))
    foreign = [
        *(Case(text, "invented", False) for text in _invented(count, half, rng)),
        *(Case(text, "other collection", False) for text in _of_other(store, collection, other, count, half, rng)),
        *(Case(text, "other field", False) for text in lists["short"]),
        *(Case(text, "other field, letters", False) for text in lists["letters"]),
        *(Case(text, "injected", False) for text in lists["injected"]),
        *(Case(_gibberish(rng), "gibberish", False) for _ in range(count // 5)),
    ]
    return [*found, Questions("foreign", "en", (), tuple(foreign))]


def plain(store: Store, half: str = "") -> list[Questions]:
    """Questions on those collections of plain documents that are in the index, of one half or both: what each answers,
    what the others answer, and other fields."""
    sets, there = json.loads(PLAIN.read_text("utf-8")), store.collections()
    made = []
    for name, own in sets.items():
        if name not in there or half not in ("", own["half"]):
            continue
        lists = json.loads((LISTS / f"foreign_{own['half']}.json").read_text("utf-8"))
        cases = [Case(text, HELD, True) for text in own["questions"]]
        if "unanswerable" in own:
            cases += [Case(text, "not in it", False) for text in own["unanswerable"]]
        else:
            # What an encyclopaedia answers, other documents may answer as well.
            others = [one for one in sets.values() if one["subject"] != own["subject"] and "unanswerable" not in one]
            cases += [Case(text, "other documents", False) for one in others for text in one["questions"]]
            cases += [Case(text, "other field", False) for text in (*lists["short"], *lists["letters"])]
        made.append(Questions(name, own["language"], (), tuple(cases)))
    return made


def _invented(count: int, half: str, rng: random.Random) -> Iterator[str]:
    ways = [way for group in wordings(half, "wordings").values() for way in group]
    letters = [way for group in wordings(half, "letters").values() for way in group]
    syllables = SYLLABLES[half == "test" :: 2]
    for n in range(count):
        name = "".join(rng.choices(syllables, k=rng.randint(2, 3))) + rng.choice(ENDINGS)
        way = rng.choice(letters if n % LETTERS == 0 else ways)
        yield way.replace("{topic}", name).replace("{person}", "mother").replace("{age}", str(rng.randint(20, 70)))


def _of_other(store: Store, collection: str, other: str, count: int, half: str, rng: random.Random) -> list[str]:
    """Questions on titles of `other` whose words `collection` does not hold side by side."""
    ways = wordings(half, "wordings")["information"]
    found: list[str] = []
    for row in store.documents(other, limit=40 * count)[half == "test" :: 14]:
        words = "".join(letter if letter.isalnum() else " " for letter in row.title).strip()
        if words and not has_words(store, collection, [words]):
            found.append(rng.choice(ways).replace("{topic}", row.title))
        if len(found) == count:
            break
    return found


def _gibberish(rng: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(rng.randint(1, 6)))
