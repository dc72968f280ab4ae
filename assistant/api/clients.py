"""What chat programs send beside plain questions: templates around a question, and tasks of their own.

Open WebUI, LibreChat, LangChain and others put passages that they have found themselves around the user's question.
Here the question alone counts: the documents of this server answer it. The same programs ask the model for things that
they need themselves, such as a title for their list of conversations. Those are made from the conversation's own words.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assistant.pipeline import LONGEST_QUESTION
from assistant.storage.history import title_of
from index.retrieval.stopwords import STOPWORDS

# Pairs of tags that hold the question itself, and those behind which it stands.
ASKED_IN = ("user_query", "user_question", "user_message", "query", "question")
CONTEXTS = ("context", "documents", "sources", "search_results", "retrieved_context")
# How a line begins that bears the question of a template ("Question: ... / Helpful Answer:").
LABELS = ("question:", "user question:", "query:", "user query:", "question :", "requête :", "frage:", "pregunta:")
SHORTEST_TEMPLATE = 200  # characters: what is shorter is the user's own wording

TASK = "### Task:"
HISTORY = ("<chat_history>", "</chat_history>")
SPEAKERS = ("user:", "human:", "utilisateur :", "||>user:")
WORD = re.compile(r"[^\W\d_]{4,}")
TAGS = 3
OPENING = 600  # characters of a message that say what is wanted


def question_in(text: str) -> str:
    """The question in a message: the message itself, or what a template wraps."""
    if len(text) < SHORTEST_TEMPLATE:
        return text
    for tag in ASKED_IN:
        before, opening, rest = text.rpartition(f"<{tag}>")
        inside, closing, _ = rest.partition(f"</{tag}>")
        if before and opening and closing and inside.strip():
            return inside.strip()
    for tag in CONTEXTS:
        before, closing, after = text.rpartition(f"</{tag}>")
        if closing and f"<{tag}>" in before and after.strip():
            return _labelled(after) or after.strip()
    return _labelled(text) or (text if len(text) <= LONGEST_QUESTION else _last_paragraph(text))


def _labelled(text: str) -> str:
    """What follows the last label of a question, on its line or the next one; "" without any."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return ""
    for at in range(len(lines) - 1, -1, -1):
        for label in LABELS:
            if lines[at].lower().startswith(label):
                return lines[at][len(label) :].strip() or " ".join(lines[at + 1 : at + 2])
    return ""


def _last_paragraph(text: str) -> str:
    """The end of a message that is too long for a question: its last paragraph, else its last line, else all of it."""
    for separator in ("\n\n", "\n"):
        last = text.strip().rpartition(separator)[2].strip()
        if len(last) <= LONGEST_QUESTION:
            return last
    return text


@dataclass(frozen=True)
class ClientTask:
    """Something that a chat program asks for itself; `reply` is what it is told."""

    kind: str
    reply: str


def task_in(messages: Sequence[tuple[str, str]]) -> ClientTask | None:
    """The task that the last message is, from (role, text) pairs, oldest first; None for a question."""
    said = [(role, text) for role, text in messages if text.strip()]
    last = next((text for role, text in reversed(said) if role in ("user", "system", "developer")), "")
    if last.lstrip().startswith(TASK):
        kind = next((kind for kind in _REPLIES if f'"{kind}"' in last), "")
        if not kind and HISTORY[0] in last:
            kind = "title" if "title" in last[:OPENING].lower() else ""
        return ClientTask(kind, _REPLIES[kind](_first_question(last, said), f'"{kind}"' in last)) if kind else None
    instructions = [text for role, text in said if role in ("system", "developer") or text is last]
    if any(_wants_a_title(text) for text in instructions):
        wants_json = any('"title"' in text for text in instructions)
        return ClientTask("title", _title(_first_question(last, said), wants_json))
    return None


def _wants_a_title(text: str) -> bool:
    """Whether a message asks for the short title of a conversation, as LibreChat and others word it."""
    opening = text[:OPENING].lower()
    words = set(re.findall(r"[a-z]+", opening))
    about = any(f"{which} {what}" in opening for which in ("this", "the") for what in ("conversation", "chat"))
    return (
        ("title" in words or ("name" in words and about))
        and bool(words & {"conversation", "chat", "dialogue"})
        and bool(words & {"concise", "short", "brief", "word", "words", "characters", "summarizer"})
        and bool(words & {"generate", "provide", "write", "give", "create", "summarize", "summarise", "return"})
        and not opening.lstrip().partition("\n")[0].rstrip().endswith("?")
    )


def _first_question(last: str, said: Sequence[tuple[str, str]]) -> str:
    """The user's first words in the history that the task brings along, else in the messages before it."""
    _, opening, rest = last.partition(HISTORY[0])
    lines = rest.partition(HISTORY[1])[0].splitlines() if opening else last.splitlines()
    for line in lines:
        for speaker in SPEAKERS:
            text = line.strip()
            if text.lower().startswith(speaker) and text[len(speaker) :].strip():
                return text[len(speaker) :].strip()
    earlier = (question_in(text) for role, text in said if role == "user" and text is not last)
    plain = next((line.strip() for line in lines if line.strip()), "") if opening else ""
    if len(said) > 1 and said[-1][1] is last and not opening and not _wants_a_title(last):
        plain = last  # the instruction stands in the system message, the user's first words in this one
    return next(earlier, "") or plain


def _title(question: str, as_json: bool) -> str:
    title = title_of(question).rstrip(" ?.!") or "Chat"
    return json.dumps({"title": title}, ensure_ascii=False) if as_json else title


def _tags(question: str, as_json: bool) -> str:
    words = dict.fromkeys(word for word in WORD.findall(question) if word.lower() not in STOPWORDS)
    tags = [word[:1].upper() + word[1:] for word in words][:TAGS] or ["General"]
    return json.dumps({"tags": tags}, ensure_ascii=False) if as_json else ", ".join(tags)


def _nothing(key: str, value: object) -> Callable[[str, bool], str]:
    return lambda question, as_json: json.dumps({key: value})


# By the key of the JSON object that a task asks for; what would have to be made up is empty.
_REPLIES: Mapping[str, Callable[[str, bool], str]] = MappingProxyType(
    {
        "title": _title,
        "tags": _tags,
        "follow_ups": _nothing("follow_ups", []),
        "queries": _nothing("queries", []),
        "prompt": _nothing("prompt", ""),
        "text": _nothing("text", ""),
    }
)
