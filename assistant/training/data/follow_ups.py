"""Follow-up questions, made from MedQuAD: a second question on the same topic, which leans on the first.

The chat completes such a question for the search only (`assistant.query.follow_ups`); the prompt holds the question as
the user typed it, after passages on the topic. So an example is an elliptic question with its right passage, beside the
passages on other aspects of the topic that the search brings along.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from assistant.training.data.example import Example
from assistant.training.data.split import held_out

A_TOPIC = 2  # follow-ups made of one topic, at most
BESIDE = 3
# How MedQuAD asks for an aspect, and how people ask for it once the topic is known.
ASPECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^what (is|are|is \(are\))\b(?! the)", ("What is it?", "And what is it exactly?")),
    (r"\bsymptoms\b", ("What are its symptoms?", "And the symptoms?", "What about symptoms?")),
    (r"\btreatments?\b", ("How is it treated?", "And the treatment?", "Can it be treated?")),
    (r"\binherited\b", ("Is it inherited?", "And is it hereditary?")),
    (r"\bhow many people\b", ("How common is it?", "And how many people have it?")),
    (r"\bgenetic changes\b", ("Which genes are involved in it?", "And the genes?")),
    (r"\bcauses\b", ("What causes it?", "And what causes it?", "What about the causes?")),
    (r"\bdiagnose", ("How is it diagnosed?", "And how is it diagnosed?")),
    (r"\bresearch\b", ("What research is being done on it?", "Is there any research on it?")),
    (r"\boutlook\b", ("What is its outlook?", "And the outlook?")),
    (r"\bat risk\b", ("Who is at risk for it?", "And who gets it?")),
    (r"\bprevent\b", ("Can it be prevented?", "And how do I prevent it?")),
    (r"\bstages\b", ("What are its stages?", "And the stages?")),
    (r"\bcomplications\b", ("What are its complications?", "And the complications?")),
    (r"^what to do\b", ("What should I do about it?", "And what can I do about it?")),
)
CHILDREN = ("And in children?", "What about children?")


def follow_ups(rows: Iterable[Example]) -> Iterator[Example]:
    """Follow-ups among the rows of each topic (`subject`), in its group; and from adults to children.

    Deterministic: which aspects are asked for and how hangs on the names alone.
    """
    topics: dict[str, list[Example]] = {}
    for row in rows:
        topics.setdefault(row.subject, []).append(row)
    for topic in topics.values():
        yield from _within(topic)
    for name, topic in topics.items():
        yield from _to_children(topic, topics.get(f"Childhood {name[6:]}", ()) if name[:6] == "Adult " else ())


def _within(topic: Sequence[Example]) -> Iterator[Example]:
    """The first question on a topic is the first in the file; the others follow it."""
    first = topic[0]
    asked = [(row, forms) for row in topic[1:] if (forms := _forms(row.question)) and forms != _forms(first.question)]
    for row, forms in sorted(asked, key=lambda pair: _chance(pair[0].question))[:A_TOPIC]:
        others = [other for other in topic if other.question not in (row.question, first.question)]
        yield _after(first, row, _chosen(forms, row.question), others)


def _to_children(adults: Sequence[Example], children: Sequence[Example]) -> Iterator[Example]:
    """The same aspect in children, where both topics stand on the same side of the split."""
    for first in adults:
        for row in children:
            if _forms(first.question) == _forms(row.question) != () and held_out(first.group) == held_out(row.group):
                yield _after(first, row, _chosen(CHILDREN, row.question), ())


def _after(first: Example, row: Example, question: str, others: Sequence[Example]) -> Example:
    beside = [example.right for example in chain([first], others) if example.right]
    return Example(question, row.answer, row.right, row.group, row.subject, tuple(beside[:BESIDE]), first.question)


def _forms(question: str) -> tuple[str, ...]:
    return next((forms for pattern, forms in ASPECTS if re.search(pattern, question, re.IGNORECASE)), ())


def _chosen(forms: Sequence[str], name: str) -> str:
    return forms[_chance(f"form/{name}") % len(forms)]


def _chance(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8], "big")
