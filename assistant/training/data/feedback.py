"""What the user thought of answers, as examples: the better side of a comparison, liked answers, better ones typed in.

One record a judgement, a line of JSON in feedback.jsonl of the data folder (and, as it was learnt from, in the run's):

    {"question": "...", "answer": "...", "passages": [{"heading": "...", "text": "..."}], "verdict": "like"}

`verdict` is "like", "dislike", "wrong_source", "not_there" (not in the documents) or "better"; with "better", "better"
holds what the user would have answered. `turn` and `made` say of which answer and when, if that is known. Comparisons
stand in the store of votes; those with a clear winner are read from there as likes.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.generation.prompt import clean_line
from assistant.storage.feedback_records import FILE, VOTES, Judgement, read
from assistant.storage.votes import Votes, VotesError
from assistant.training.data.example import Example
from assistant.training.data.split import held_out
from corpus.document import Passage
from corpus.home import Home

log = logging.getLogger(__name__)

GROUNDED = 0.5  # of the answer's words must stand in one passage


def of_home(home: Home) -> list[Judgement]:
    """All judgements of a data folder, oldest first: votes, then feedback.jsonl. What cannot be read is left out."""
    return [*_votes(home.path / VOTES), *read(home.path / FILE)]


def examples(judgements: Sequence[Judgement], known: Sequence[Example] = ()) -> list[Example]:
    """Examples of the answers that the user wants, each once, the last verdict on a question and answer counting.

    An answer has to stand in one of its passages: one that does not would teach to make things up. Groups are those of
    `known` examples with the same question or passage, so that what is held out there is never learnt from here.
    """
    latest = {(clean_line(j.question), j.plain): j for j in judgements}
    groups = _groups(known)
    made = [_example(judgement, groups) for judgement in latest.values()]
    return list({(e.question, e.answer): e for e in made if e}.values())


def _example(judgement: Judgement, groups: Mapping[str, str]) -> Example | None:
    question, answer = clean_line(judgement.question), judgement.wanted
    passages = [p for p in judgement.passages if p.text.strip()]
    right = max(passages, key=lambda passage: _share(answer, passage.text), default=None)
    if not question or not answer or right is None or _share(answer, right.text) < GROUNDED:
        return None
    group = _group_of(right, groups) or groups.get(_name(question)) or f"feedback/{question}"
    others = (passage for passage in passages if passage is not right)
    beside = tuple(p for p in others if held_out(_group_of(p, groups) or group) == held_out(group))
    return Example(question, answer, right, group, beside=beside)


def _groups(known: Sequence[Example]) -> dict[str, str]:
    """The group of each right passage of the known examples, by its heading (MedQuAD's question) and by its text."""
    found: dict[str, str] = {}
    for example in known:
        for text in (example.right.heading, example.right.text) if example.right else ():
            if _name(text):
                found.setdefault(_name(text), example.group)
    return found


def _group_of(passage: Passage, groups: Mapping[str, str]) -> str | None:
    return groups.get(_name(passage.heading)) or groups.get(_name(passage.text))


def _share(answer: str, text: str) -> float:
    words, there = re.findall(r"\w+", answer.lower()), set(re.findall(r"\w+", text.lower()))
    return sum(word in there for word in words) / len(words) if words else 0.0


def _name(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _votes(path: Path) -> list[Judgement]:
    if not path.is_file():
        return []
    votes = Votes(path)
    try:
        return [
            Judgement(won.question, won.answer, tuple(Passage(text, heading) for heading, text in won.passages))
            for won in votes.won()
        ]
    except VotesError as error:
        log.warning("%s", error)
        return []
    finally:
        votes.close()
