"""Follow-up questions: what to search for when a question leans on the one before it.

Deterministic: a question that opens like a continuation, points back with a pronoun or is a mere fragment takes along
the content words of the last question that was answered.
"""

import re
from collections.abc import Sequence

from assistant.schema import Turn
from index.search import keywords
from index.stopwords import STOPWORDS

OPENING = re.compile(r"^\s*(and|or|but|what about|how about|et|ou|mais|qu'en est-il)\b", re.IGNORECASE)
BACKWARD = re.compile(
    r"\b(it|its|they|them|their|this|that|these|those|he|she|il|elle|ils|elles|ça|cela|celle-ci|celui-ci|en|y)\b",
    re.IGNORECASE,
)
FRAGMENT = 2  # content words or fewer do not stand alone after another question


def search_query(question: str, history: Sequence[Turn]) -> str:
    """The question, completed from the history when it is a follow-up."""
    earlier = next((turn for turn in reversed(history) if turn.answer is not None and not turn.answer.refused), None)
    if earlier is None or not is_follow_up(question):
        return question
    topic = [word for word in keywords(earlier.answer.query or earlier.question) if word not in STOPWORDS]
    own = set(keywords(question))
    return " ".join([question.strip(), *(word for word in topic if word not in own)])


def is_follow_up(question: str) -> bool:
    """Whether the question leans on the one before it."""
    content = [word for word in keywords(question) if word not in STOPWORDS]
    if OPENING.search(question) or not content:
        return True
    return len(content) <= FRAGMENT and bool(BACKWARD.search(question))
