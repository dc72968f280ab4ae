"""Examples of questions that stand alone and of questions that lean on the ones before, made from open sets.

A question that contains a stretch of its article's title stands alone. The same question with a pronoun in place of
the stretch, or with nothing there, leans on the topic; so do its first words by themselves ("In what year?"). A title
behind "and" or "what about" leans on the last question with another topic. The sets are split by article.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.query.classifier import TOKEN, Classifier, fit, stem
from assistant.query.follow_ups import KINDS, Kind, longest_run
from assistant.training.reader.examples import held_out, name_of, rank
from assistant.training.reader.mixture import HELD_OUT
from index.retrieval.stopwords import STOPWORDS

SETS = ("squad2-dev-en", "piaf-fr", "afriqa-en", "afriqa-fr", "selqa-en")
TENTHS = 2  # of the articles are held out, besides those that the reader holds out
MOST = 1500  # questions of one set: squad2 asks hundreds on one article
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Example:
    """A question, whether it leans on earlier ones and how, and whether its article is held out."""

    text: str
    kind: Kind
    language: str
    group: str
    held_out: bool


@dataclass(frozen=True)
class Asked:
    """A question as people asked it, and the title of the article that it was asked on."""

    text: str
    title: str
    language: str
    held_out: bool


OPENERS = {"en": ("And", "But", "OK, and", "So", "Then"), "fr": ("Et", "Mais", "Et alors", "Donc", "D'accord, et")}
SUBJECTS = {
    "en": ("it", "he", "she", "they", "this", "that one", "this country", "this person", "the former"),
    "fr": ("il", "elle", "ils", "elles", "celui-ci", "celle-ci", "cela", "ce pays", "cette personne", "ce dernier"),
}
OBJECTS = {
    "en": ("it", "him", "her", "them", "this", "that", "this place"),
    "fr": ("lui", "elle", "eux", "cela", "celui-ci", "celle-ci", "cet endroit"),
}
OWNERS = {"en": ("its", "his", "her", "their"), "fr": ("son", "sa", "ses", "leur", "leurs")}
OTHERS = {
    "en": (
        "And {}?",
        "and {}?",
        "What about {}?",
        "How about {}?",
        "And in {}?",
        "And for {}?",
        "And what about {}?",
        "Same question for {}",
        "And of {}?",
        "I meant {}",
        "No, {}",
        "And the same for {}?",
    ),
    "fr": (
        "Et {} ?",
        "et {} ?",
        "Et pour {} ?",
        "Et en {} ?",
        "Et au {} ?",
        "Et celle de {} ?",
        "Et celui de {} ?",
        "Qu'en est-il de {} ?",
        "Et la {} ?",
        "Et le {} ?",
        "Et l'{} ?",
        "Je voulais dire {}",
        "Non, {}",
        "Même question pour {}",
        "Et à {} ?",
    ),
}
# Questions that name their subject and nothing else, which annotators of an article hardly ever ask.
WHOLE = {
    "en": (
        "Who is {}?", "Who was {}?", "What is {}?", "What was {}?", "Where is {}?", "Tell me about {}", "Explain {}",
        "What does {} mean?", "Who is responsible for {}?", "How does {} work?", "How much is {}?", "When is {}?",
    ),
    "fr": (
        "Qui est {} ?", "Qui était {} ?", "Qu'est-ce que {} ?", "C'est quoi {} ?", "Où est {} ?", "Où se trouve {} ?",
        "Parle-moi de {}", "Explique {}", "Que signifie {} ?", "Qui a inventé {} ?", "Combien coûte {} ?",
        "Comment fonctionne {} ?",
    ),
}  # fmt: skip
DETAILS = {
    "en": ("And the {}?", "What about the {}?", "And its {}?", "His {}?", "the {}?", "and her {}?"),
    "fr": ("Et la {} ?", "Et le {} ?", "Et sa {} ?", "Et son {} ?", "la {} ?", "Et ses {} ?"),
}
ARTICLE = {
    "en": re.compile(r"\b(?:the|an?)\s+$", re.IGNORECASE),
    "fr": re.compile(r"\b(?:l[ea]s?\s+|l['’]\s*)$", re.IGNORECASE),
}
OF = {
    "en": re.compile(r"\bthe (\w+) of (?:the )?$", re.IGNORECASE),
    "fr": re.compile(r"\b(?:l[ea]s? |l['’])(\w+) (?:de la |de l['’]|des? |du |d['’])$", re.IGNORECASE),
}
VERB = re.compile(r"\b((?:est|sont|était|étaient|fut) (?:l[ea]s? |l['’])\w+) (?:de la |de l['’]|des? |du |d['’])$")
TAKES = re.compile(r"\b[Qq]ui ((?:a |ont )?[^\W\d_]+) $")


def asked(folder: Path) -> Iterator[Asked]:
    """The questions of the sets in `folder`. Raises OSError when one cannot be read."""
    for name in SETS:
        rows = lines(folder / name / "corpus.jsonl")
        titles = {row["_id"]: _plain(row["title"]) for row in rows}
        texts = {row["_id"]: row["text"] for row in lines(folder / name / "queries.jsonl")}
        found = [
            (texts[row["_id"]], titles[row["doc"]])
            for row in lines(folder / name / "answers.jsonl")
            if row["answers"] and row["_id"] in texts
        ]
        kept_out = held_out([name_of(title) for _, title in found], HELD_OUT[name]) if name in HELD_OUT else frozenset()
        for text, title in sorted(found, key=lambda pair: rank(pair[0]))[:MOST]:
            group = name_of(title)
            out = group in kept_out or int(rank(group)[:8], 16) % 10 < TENTHS
            yield Asked(" ".join(text.split()), title, name.rsplit("-", 1)[-1], out)


def examples(folder: Path, seed: int = 0) -> list[Example]:
    """Every question as asked, and what was made of it. The same on every machine."""
    questions = list(asked(folder))
    names: dict[str, list[str]] = defaultdict(list)
    for one in questions:
        if len(one.title.split()) <= 3 and one.title not in names[one.language]:
            names[one.language].append(one.title)
    found = {}
    for one in questions:
        choice = random.Random(f"{seed} {one.text}")
        for text, kind in _made(one, names[one.language], choice):
            text = _varied(text, choice)
            found[text] = Example(text, kind, one.language, name_of(one.title), one.held_out)
    return list(found.values())


def _made(one: Asked, names: Sequence[str], choice: random.Random) -> Iterator[tuple[str, Kind]]:
    place = stretch(one.text, one.title)
    words = WORD.findall(one.text)
    content = [word for word in words if word.lower() not in STOPWORDS]
    if place or len(content) >= 3:
        yield one.text, "asked"
        if choice.random() < 0.15:
            yield f"{choice.choice(OPENERS[one.language])} {one.text[0].lower()}{one.text[1:]}", "asked"
    if place:
        leaning = list(_leaning(one, place, choice))
        for text in choice.sample(leaning, min(2, len(leaning))):
            if choice.random() < 0.25:
                text = f"{choice.choice(OPENERS[one.language])} {text[0].lower()}{text[1:]}"
            yield text, "topic"
        noun = OF[one.language].search(one.text[: place[0]])
        if noun:
            yield choice.choice(DETAILS[one.language]).format(noun[1]), "topic"
    if choice.random() < 0.3:
        head = _head(one.text)
        if head:
            yield f"{head}?", "topic"
    if choice.random() < 0.2:
        yield choice.choice(WHOLE[one.language]).format(choice.choice(names)), "asked"
    if choice.random() < 0.4:
        yield choice.choice(OTHERS[one.language]).format(choice.choice(names)), "swapped"


def _leaning(one: Asked, place: tuple[int, int], choice: random.Random) -> Iterator[str]:
    """The question without its topic."""
    before, after = one.text[: place[0]], one.text[place[1] :]
    noun = OF[one.language].search(before)
    if noun:
        owner = choice.choice(OWNERS[one.language])
        yield _capital(f"{before[: noun.start()]}{owner} {noun[1]}{after}")
        asked = VERB.search(one.text[: place[0]]) if one.language == "fr" else None
        if asked:  # « Quelle en est la capitale ? »
            yield f"{one.text[: asked.start()]}en {asked[1]}{after}"
    owned = re.match(r"['’]s?\s+(?=\w)", after)
    before = ARTICLE[one.language].sub("", before)
    if owned:
        yield _capital(f"{before}{choice.choice(OWNERS[one.language])} {after[owned.end() :]}")
        return
    ending = not WORD.search(after)
    if one.language == "fr" and re.match(r"\s+[^?]{1,12}-(?:t-)?(?:il|elle)s?\b", after):
        yield _capital(f"{before}{after.lstrip()}")  # « Quand X est-il né ? »: the verb has its own pronoun
        return
    object_of = TAKES.search(before) if one.language == "fr" and ending else None
    if object_of:  # « Qui l'a fondée ? »
        clitic = "l'" if object_of[1][0] in "aeiouéê" else choice.choice(("le ", "la ", "les "))
        yield f"{before[: object_of.start(1)]}{clitic}{object_of[1]}{after}"
    pronouns = (OBJECTS if ending else SUBJECTS)[one.language]
    yield _capital(f"{before}{choice.choice(pronouns)}{after}")
    yield _capital(f"{before}{choice.choice(pronouns)}{after}")


def stretch(question: str, title: str) -> tuple[int, int] | None:
    """Characters of the longest run of the question's words that stand in the title; None without a content word."""
    known = {stem(word) for word in WORD.findall(title)}
    place = longest_run(question, lambda word: stem(word) in known)
    return place if place is not None and place[1] - place[0] >= 3 else None


def _head(question: str) -> str:
    """The first words up to a content word: "In what year", « Dans quelle salle »; "" where they are most of it."""
    words = question.rstrip(" ?.").split()
    for at, word in enumerate(words[:4]):
        if word.lower() not in STOPWORDS and at > 0:
            return " ".join(words[: at + 1]) if word.isalpha() and word.islower() and at + 3 < len(words) else ""
    return ""


def _varied(text: str, choice: random.Random) -> str:
    """Now and then as people type: in lower case, without a question mark."""
    if choice.random() < 0.25:
        text = text.lower()
    if choice.random() < 0.2:
        text = text.rstrip(" ?.")
    return " ".join(text.split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(title: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", title.replace("_", " ").split(" - ")[0]).strip()


def lines(path: Path) -> list[dict]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as rows:
        return [json.loads(line) for line in rows]


# --- fitting ---------------------------------------------------------------------------------------------------

ARTICLES = 25  # a word that stands in questions on fewer articles belongs to the subject


@dataclass(frozen=True)
class Report:
    """On held-out articles: examples, and the share that is told right, by language. `three` are the kinds, `two`
    whether the question stands alone."""

    fitted_on: int
    held_out: int
    three: dict[str, float]
    two: dict[str, float]


def fitted(folder: Path, seed: int = 0) -> tuple[Classifier, Report]:
    """The classifier, fitted on all articles that are not held out, and its measures. Takes about a minute.

    Raises OSError when the sets in `folder` cannot be read.
    """
    made = examples(folder, seed)
    known, unseen = ([one for one in made if one.held_out is out] for out in (False, True))
    words = common_words((one.text, one.group) for one in known)
    classifier = fit([one.text for one in known], [one.kind for one in known], words, seed=seed)
    three: dict[str, list[bool]] = defaultdict(list)
    two: dict[str, list[bool]] = defaultdict(list)
    for one in unseen:
        likely = classifier.probabilities(one.text)
        best = max(KINDS, key=lambda kind: likely[kind])
        three[one.language].append(best == one.kind)
        two[one.language].append((likely["asked"] >= 0.5) == (one.kind == "asked"))
    return classifier, Report(len(known), len(unseen), _shares(three), _shares(two))


def common_words(texts: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Stems of the words in questions on at least `ARTICLES` articles; `texts` are questions with their article."""
    groups: dict[str, set[str]] = defaultdict(set)
    for text, group in texts:
        for word in TOKEN.findall(text):
            groups[stem(word)].add(group)
    return frozenset(word for word, found in groups.items() if len(found) >= ARTICLES)


def _shares(found: dict[str, list[bool]]) -> dict[str, float]:
    every = [right for rows in found.values() for right in rows]
    return {name: sum(rows) / len(rows) for name, rows in (("all", every), *sorted(found.items())) if rows}
