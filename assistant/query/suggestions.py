"""Questions that lead on from an answer, out of the documents themselves: titles and headings that are questions.

Nothing is made up: a document that asks nothing gives no suggestion.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from assistant.query.follow_ups import main_source, subject
from assistant.schema import Answer
from corpus.language import detect
from index.retrieval.hit import Hit

MOST = 3
LONGEST = 90  # characters of a suggestion
NEAR = 0.6  # of the best passage's score: what is further away is about something else
ALTERNATIVE = re.compile(r"\s*\(\w{1,4}\)(?=\s)")  # "What is (are) gout?"


def suggested(answer: Answer, search: Callable[[str], Sequence[Hit]]) -> tuple[str, ...]:
    """Up to three questions that the index can answer, none of them the one just asked; none after a refusal.

    `search` finds passages by words; it is asked for what the answer is about. Questions of the collection that the
    answer rests on come first.
    """
    if answer.refused or not answer.sources:
        return ()
    main = main_source(answer)
    topic = subject(main)
    language = detect(answer.question) or main.language
    best = answer.sources[0].score
    near = [hit for hit in answer.sources if hit.score >= NEAR * best]
    same_topic = [hit for hit in search(topic) if _key(subject(hit)) == _key(topic)] if topic else []
    hits = sorted((*same_topic, *near), key=lambda hit: hit.collection != main.collection)
    asked = {_key(answer.question), _key(answer.query), _key(main.title)}
    return tuple(_questions((hit for hit in hits if hit.language in ("", language)), asked))[:MOST]


def _questions(hits: Iterable[Hit], asked: set[str]) -> Iterator[str]:
    """Titles and headings that are questions, each once."""
    for hit in hits:
        for text in (hit.title, hit.heading):
            line = ALTERNATIVE.sub("", " ".join(text.split()))
            if line.endswith("?") and len(line) <= LONGEST and _key(line) not in asked:
                asked.add(_key(line))
                yield line


def _key(text: str) -> str:
    """What two ways of writing one question have in common."""
    return " ".join(re.findall(r"\w+", ALTERNATIVE.sub("", text).casefold()))
