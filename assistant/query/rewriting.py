"""Follow-up questions: what to search for when a question leans on the ones before it.

Deterministic, English and French. A conversation has a thread: the last completed question, and the topic in it. Each
new question either stands alone (and begins a new thread), keeps the topic ("is it hereditary?", "and in children?"),
or puts another topic into the last question ("what about COPD?"). What is left of a question when the words of
`assistant.query.rewriting_words` are taken out is its topic.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.query import rewriting_words as known
from assistant.schema import Turn
from index.retrieval.stopwords import STOPWORDS

TOKEN = re.compile(r"[^\W_]+(?:['’]s\b)?")
ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Thread:
    """What a conversation is about: the last question as it was searched for, and its topic as it stands in there."""

    query: str
    topic: str
    base: str = ""  # the question into which another topic is put, where it is not the last one: before a "why?"


def search_query(question: str, history: Sequence[Turn]) -> str:
    """The question, completed from the history when it is a follow-up.

    Turns without an answer and refused ones give no topic; greetings and thanks keep the one there is.
    """
    thread = None
    for turn in history:
        if turn.answer is not None and not turn.answer.refused:
            thread = _continued(turn.question, thread)
    if thread is None or is_small_talk(question):
        return question
    return _continued(question, thread).query


def is_follow_up(question: str) -> bool:
    """Whether the question leans on the one before it."""
    thread = Thread("\0", "\0")
    return not is_small_talk(question) and "\0" in _continued(question, thread).query


def is_small_talk(question: str) -> bool:
    """Whether nothing is asked: "thanks!", "bonjour"."""
    words = [token.lower() for token in TOKEN.findall(question)]
    return bool(words) and all(word in known.SMALL_TALK for word in words)


def _continued(question: str, thread: Thread | None) -> Thread | None:
    if is_small_talk(question):
        return thread
    text = known.POLITE.sub("", question.strip()).strip()
    if thread is None:
        return Thread(question.strip(), _topic(text))
    corrected = known.CORRECTION.match(text)
    if corrected:
        return _switched(text[corrected.end() :], thread)
    opened = known.OPENING.match(text)
    rest = text[opened.end() :].strip() if opened else text
    own = _own(rest)
    if known.RETURN.match(rest):
        rest = known.RETURN.sub("", rest, count=1)
        return Thread(rest, _topic(rest))
    if not own or _is_detail(rest, own):
        return _asked(rest, thread)
    if known.POINTING.search(rest) and not known.TOPIC_FIRST.match(rest):
        return _asked(rest, thread)
    if _is_whole(rest):
        return Thread(question.strip() if not opened else rest, _topic(rest))
    if opened and known.CIRCUMSTANCE.match(rest):
        return _asked(rest, thread)
    return _switched(rest, thread)


def _asked(rest: str, thread: Thread) -> Thread:
    """Something else about the same topic."""
    rest = rest.strip()
    pointing = known.POINTING.search(rest)
    if pointing:
        return Thread(f"{rest[: pointing.start()]}{thread.topic}{rest[pointing.end() :]}", thread.topic)
    said = _said(rest)
    if not said:
        return thread  # "tell me more": the same question, read on
    longer = f"{_unasked(thread.query)} {_unasked(rest)}"
    if all(word in known.ASKING for word in said):
        return replace(thread, query=longer, base=thread.base or thread.query)  # "why?"
    if _is_circumstance(rest):
        return Thread(longer, thread.topic)  # "in children"
    return Thread(f"{thread.topic}: {rest}", thread.topic)


def _switched(rest: str, thread: Thread) -> Thread:
    """The last question about another topic: "what about COPD?", "I meant type 2"."""
    rest = _unasked(known.ARTICLE.sub("", rest.strip(" ,:;"), count=1))
    number = known.NUMBERED.fullmatch(rest)
    if number:
        topic = known.NUMBERED.sub(rest, thread.topic) if known.NUMBERED.search(thread.topic) else ""
        return _with_topic(topic or f"{rest} {thread.topic}", thread)
    if not _own(rest):
        return _asked(rest, thread)
    return _with_topic(rest, thread)


def _with_topic(topic: str, thread: Thread) -> Thread:
    before = thread.base or thread.query
    query = before.replace(thread.topic, topic) if thread.topic in before else topic
    return Thread(query, topic)


# --- words -----------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[tuple[str, int, int]]:
    """Lower-case words with their places, elided articles left out."""
    elided = {place for match in ELIDED.finditer(text) for place in range(match.start(), match.end())}
    return [
        (match[0].lower().replace("’", "'"), match.start(), match.end())
        for match in TOKEN.finditer(text)
        if match.start() not in elided
    ]


def _own(text: str) -> list[str]:
    """The words that name a new topic: no function word, no aspect of any topic, no verb, nothing definite."""
    words = [word for word, _, _ in _tokens(text)]
    own, definite = [], False
    for at, word in enumerate(words):
        if _names(words, at):
            if (not definite or word in known.WITH_ARTICLE) and not _is_verb(words, at):
                own.append(word)
        elif word in STOPWORDS:
            # "the flu" is a disease, "the rash" one of its signs; in French every disease has its article.
            definite = word in known.DEFINITES
    return own


def _is_verb(words: Sequence[str], at: int) -> bool:
    """Behind a pronoun, or behind "can" and the like where these do not open the question: "problems can arise"."""
    before = words[at - 1] if at else ""
    if before in known.SUBJECTS:
        return True
    return before in known.MODALS and at > 1 and words[at - 2] not in known.WH


def _names(words: Sequence[str], at: int) -> bool:
    word = words[at]
    if word in STOPWORDS or word in known.FILLERS or word in known.QUALIFIERS or known.is_aspect(word):
        return False
    if word in known.GENERIC or word in known.DETAILS or word.isdigit():
        return False
    if len(word) == 1:
        return at > 0 and _names(words, at - 1)  # hepatitis B
    return True


def _said(text: str) -> list[str]:
    """The words that ask for something in particular."""
    words = [word for word, _, _ in _tokens(text)]
    return [word for word in words if word not in known.FILLERS and (word not in STOPWORDS or word in known.ASKING)]


def _is_circumstance(text: str) -> bool:
    """ "in children", "with insulin": no question of its own."""
    words = [word for word, _, _ in _tokens(text)]
    return not any(known.is_aspect(word) or word in known.ASKING for word in words) and not _is_whole(text)


def _is_detail(text: str, own: Sequence[str]) -> bool:
    """ "the wet type", "do inhalers help": one word, asked about within a topic."""
    return len(own) == 1 and bool(known.KIND.search(text) or known.HELPS.search(text))


def _is_whole(text: str) -> bool:
    return bool(known.WHOLE.match(text))


def _unasked(text: str) -> str:
    return text.strip().rstrip("?!. ").strip()


def _topic(question: str) -> str:
    """The stretch of the question that names its topic: the longest run of words of its own, the last of equal ones.

    What is always written with it belongs to it: "Lyme disease", "sleep apnea", "type 1 diabetes".
    """
    tokens = _tokens(question)
    words = [word for word, _, _ in tokens]
    runs: list[list[int]] = []
    for at in range(len(words)):
        if _names(words, at):
            bridge = words[runs[-1][-1] + 1 : at] if runs else None
            if bridge is not None and all(word in known.BRIDGES or word in known.GENERIC for word in bridge):
                runs[-1].append(at)
            else:
                runs.append([at])
    if not runs:
        rest = [at for at, word in enumerate(words) if word not in STOPWORDS and word not in known.FILLERS]
        runs = [rest[-2:]] if rest else []
    if not runs:
        return _unasked(question)
    best = max(reversed(runs), key=len)
    first, last = best[0], best[-1]
    while first and (words[first - 1] in known.DETAILS | known.MODIFIERS or _numbered(words, first)):
        first -= 1
    while last + 1 < len(words) and _belongs(words, last + 1):
        last += 1
    return question[tokens[first][1] : tokens[last][2]]


def _numbered(words: Sequence[str], first: int) -> bool:
    """Whether "type 1" or its number stands before."""
    before = words[first - 1]
    return before in known.NUMBERED_NOUNS or (
        first > 1 and words[first - 2] in known.NUMBERED_NOUNS and len(before) < 3
    )


def _belongs(words: Sequence[str], at: int) -> bool:
    """Whether the word behind a topic belongs to it: "disease", "type 2", "de type 2"."""
    word, after = words[at], words[at + 1] if at + 1 < len(words) else ""
    if word in known.NUMBERED_NOUNS:
        return len(after) < 3 and after not in STOPWORDS
    if word == "de":
        return after in known.NUMBERED_NOUNS
    return word in known.GENERIC or word in known.DETAILS or word.isdigit()
