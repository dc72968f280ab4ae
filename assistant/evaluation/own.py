"""Questions made from any collection's own titles and headings, and how whole answers do on them.

Made questions are easier than real ones, since they use the documents' own words: they show what breaks (a document
that is never found, a threshold that is too strict), and how two settings differ, not how good the app is.
"""

import json
import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.outside_check import independent_support
from assistant.evaluation.questions import HERE, Query
from assistant.evaluation.runs import Table, table
from assistant.schema import Answer
from assistant.text.words import words_of
from index.storage.store import Store
from index.views.documents import documents_of, has_words, headings_of, ids_of

DEPTH = 10  # documents looked through for the right one
READ = 6  # documents read for each question that is wanted: some have no usable title
OUTSIDE, FEWEST_OUTSIDE = 0.3, 3  # questions of other fields beside each of the collection's own
LONGEST_TITLE = 150  # characters
NAMED, ASKED, HEADED = "title", "question", "heading"  # what a question was made from
GENERIC = re.compile(
    r"(?i)^(?:untitled|unnamed|document|page|chapter|section|sheet|slide|part|table|figure|introduction|abstract|"
    r"summary|conclusions?|references|bibliography|contents|index|appendix|notes|sans titre|feuille|chapitre|partie|"
    r"annexes?|r[ée]sum[ée]|sommaire|r[ée]f[ée]rences)[\s\d.:]*$"
)
ASKING = re.compile(
    r"(?i)^(?:what|how|who|why|when|where|which|is|are|do|does|can|should|comment|pourquoi|quels?|quelles?|qui|que|"
    r"qu['’]est|o[uù]|quand|combien|est-ce|peut-on|faut-il)\b"
)
FILE_NAME = re.compile(r"^[\w .()-]+\.[A-Za-z0-9]{1,5}$")
WAYS = {
    "en": {NAMED: "What is known about {title}?", HEADED: "What does “{title}” say about {heading}?"},
    "fr": {NAMED: "Que sait-on de {title} ?", HEADED: "Que dit « {title} » au sujet de {heading} ?"},
}


@dataclass(frozen=True)
class Outcome:
    """What became of one question. `rank` is that of the right document among the DEPTH best, None when it was not
    there; `relevant` is empty for a question of another field, which is to be refused."""

    question: str
    kind: str
    wanted: str  # title of the right document
    relevant: tuple[str, ...]
    rank: int | None
    refused: bool
    confidence: float
    answer: str = ""
    cited: bool = False  # a passage of the right document
    sentences: int = 0
    supported: int = 0
    unsupported: tuple[str, ...] = ()
    found: tuple[str, ...] = ()  # titles, best first
    seconds: float = 0.0

    @property
    def outside(self) -> bool:
        """Whether the collection is not expected to answer it."""
        return not self.relevant

    @property
    def failures(self) -> tuple[str, ...]:
        """Keys of what went wrong, none when all is well."""
        if self.outside:
            return () if self.refused else ("answered",)
        wrong = {
            "not_found": self.rank is None,
            "refused": self.refused,
            "wrong_source": not self.refused and bool(self.sentences) and not self.cited,
            "unsupported": self.supported < self.sentences,
        }
        return tuple(key for key, is_wrong in wrong.items() if is_wrong)


@dataclass(frozen=True)
class QuestionSet:
    """Questions of the collection and ones of other fields; `titles` names the document that each query wants."""

    inside: tuple[Query, ...]
    outside: tuple[Query, ...]
    titles: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.inside) + len(self.outside)


# --- questions ------------------------------------------------------------------------------------------------


def question_set(store: Store, collection: str, count: int, seed: int = 0) -> QuestionSet:
    """At most `count` questions, the same for the same collection and seed.

    Raises StoreError for an unknown collection, EvaluationError when nothing in it can be asked for.
    """
    rows = documents_of(store, collection, count * READ, seed % 16)
    rng = random.Random(seed)
    queries: dict[str, Query] = {}
    titles: dict[str, str] = {}
    for row in rows:
        made = _question(row.title, headings_of(store, row.row), row.language, rng)
        if made is None or made[1] in queries:
            continue
        kind, text = made
        relevant = ids_of(store, collection, row.title)  # every document of that title answers it
        query = Query(f"own-{len(queries) + 1}", text, relevant, kind=kind)
        queries[text], titles[query.id] = query, row.title
        if len(queries) == count:
            break
    if not queries:
        raise EvaluationError("evaluation.no_titles", collection=collection)
    others = max(FEWEST_OUTSIDE, round(OUTSIDE * len(queries)))
    return QuestionSet(tuple(queries.values()), _foreign(store, collection, others, rng), titles)


def _question(title: str, headings: Sequence[str], language: str, rng: random.Random) -> tuple[str, str] | None:
    """What a question is made from, and its text; None when neither title nor headings say anything."""
    title = " ".join(title.split())
    asked = [text for text in (title, *headings) if text.rstrip().endswith("?") and len(text) <= LONGEST_TITLE]
    if not asked and ASKING.match(title) and len(title.split()) > 3:
        asked = [f"{title}?"]
    if asked:
        return ASKED, " ".join(asked[0].split())
    if not usable(title):
        return None
    ways = WAYS.get(language, WAYS["en"])
    others = [text for text in map(str.strip, headings) if usable(text) and text.lower() not in title.lower()]
    if len(others) > 1:  # a single one is no chapter but says what the document is
        return HEADED, ways[HEADED].format(title=title, heading=_last(rng.choice(others)))
    return NAMED, ways[NAMED].format(title=title)


def usable(title: str) -> bool:
    """Whether somebody could ask for it: words, and no file's name or "Page 3"."""
    letters = sum(letter.isalpha() for letter in title)
    return letters >= 3 and len(title) <= LONGEST_TITLE and not GENERIC.match(title) and not FILE_NAME.match(title)


def _last(heading: str) -> str:
    """The last part of a heading that carries those above it: "Lighthouse > Lamp"."""
    return re.split(r"\s[>›/]\s", heading)[-1].strip()


def _foreign(store: Store, collection: str, count: int, rng: random.Random) -> tuple[Query, ...]:
    """Questions of everyday life whose words no passage of the collection holds together."""
    known = json.loads((HERE / "foreign_dev.json").read_text("utf-8"))["short"]
    drawn = (text for text in rng.sample(known, len(known)) if not _together(store, collection, text))
    return tuple(Query(f"other-{n}", text, frozenset()) for n, text in zip(range(1, count + 1), drawn, strict=False))


def _together(store: Store, collection: str, text: str) -> bool:
    words = sorted(words_of(text).content)
    return not words or has_words(store, collection, words)


# --- answers --------------------------------------------------------------------------------------------------


def outcomes(assistant, questions: QuestionSet, collection: str, stop: threading.Event, **options) -> Iterator[Outcome]:
    """Asks every question until `stop` is set; `options` go to `Assistant.answer` (mode, model). Raises AskError."""
    for query in (*questions.inside, *questions.outside):
        if stop.is_set():
            return
        started = time.perf_counter()
        best = assistant.resources.search.search_documents(query.text, DEPTH, [collection])
        answer = assistant.answer(query.text, collections=[collection], stop=stop, **options)
        if stop.is_set():  # cut short: it says nothing of the settings
            return
        ids = [hit.document_id for hit in best]
        rank = next((place for place, name in enumerate(ids, 1) if name in query.relevant), None)
        seconds = time.perf_counter() - started
        yield _outcome(query, questions.titles.get(query.id, ""), answer, rank, [hit.title for hit in best], seconds)


def _outcome(query: Query, wanted: str, answer: Answer, rank: int | None, found: Sequence[str], seconds) -> Outcome:
    said = [sentence for sentence in answer.sentences if any(letter.isalnum() for letter in sentence.text)]
    cited = {answer.sources[citation.n - 1].document_id for sentence in said for citation in sentence.citations}
    doubtful = [sentence.text for sentence in said if not independent_support(sentence.text, _texts(answer, sentence))]
    return Outcome(
        question=query.text,
        kind=query.kind,
        wanted=wanted,
        relevant=tuple(sorted(query.relevant)),
        rank=rank,
        refused=answer.refused,
        confidence=answer.confidence,
        answer="" if answer.refused else answer.text,
        cited=bool(cited & query.relevant),
        sentences=len(said),
        supported=len(said) - len(doubtful),
        unsupported=tuple(doubtful),
        found=tuple(found),
        seconds=seconds,
    )


def _texts(answer: Answer, sentence) -> list[str]:
    hits = (answer.sources[citation.n - 1] for citation in sentence.citations)
    return [f"{hit.heading} {hit.text}" for hit in hits]


def tables(found: Sequence[Outcome]) -> list[Table]:
    """What `runs` keeps: a table over the collection's own questions, and one over those of other fields."""
    own, other = ([each for each in found if each.outside is outside] for outside in (False, True))
    made = []
    if own:
        sentences = sum(each.sentences for each in own)
        values = {f"recall@{k}": [each.rank is not None and each.rank <= k for each in own] for k in (1, 3, DEPTH)}
        values["answered"] = [not each.refused for each in own]
        values["right_source"] = [each.cited for each in own]
        values["supported"] = [bool(each.sentences) and each.supported == each.sentences for each in own]
        supported = sum(each.supported for each in own) / max(sentences, 1)
        seconds = sorted(each.seconds for each in own)[len(own) // 2]
        facts = {"sentences": float(sentences), "supported": supported, "median_s": seconds}
        made.append(table("own", [[each.question, each.relevant] for each in own], values, shares=True, facts=facts))
    if other:
        refused = {"refused": [each.refused for each in other]}
        made.append(table("other", [[each.question] for each in other], refused, shares=True))
    return made
