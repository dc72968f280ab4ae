"""OpenAI's chat format: messages to a question with its history, an answer to a completion and its chunks."""

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.api.clients import ClientTask, question_in, task_in
from assistant.api.models import MOST_EARLIER, Message
from assistant.pipeline import LONGEST_QUESTION, AskError
from assistant.schema import Answer, Searched, Sentence, Turn
from assistant.serialization import REFUSAL, contract, source

NOTHING = Answer("", refused=False, confidence=0.0, mode="grounded", model="")


def asked(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]]:
    """The question of the last user message, and the last turns before it, oldest first.

    Raises AskError when no user says anything.
    """
    spoken = [message for message in messages if message.role in ("user", "assistant") and message.text.strip()]
    last = max((at for at, message in enumerate(spoken) if message.role == "user"), default=None)
    if last is None:
        raise AskError("api.no_user_message")
    turns: list[Turn] = []
    for message in spoken[max(0, last - MOST_EARLIER) : last]:
        if message.role == "user":
            turns.append(Turn(question_in(message.text)[:LONGEST_QUESTION]))
        elif turns:
            turns[-1] = earlier(turns[-1].question, message.text.strip().startswith(REFUSAL))
    return question_in(spoken[last].text), tuple(turns)


def client_task(messages: Sequence[Message]) -> ClientTask | None:
    """What a chat program asks for itself; None for a question."""
    return task_in([(message.role, message.text) for message in messages[-MOST_EARLIER:]])


def earlier(question: str, refused: bool) -> Turn:
    """A turn of which only the question and whether it was refused are known: all that a follow-up needs."""
    return Turn(question, Answer(question, refused, confidence=0.0, mode="grounded", model=""))


@dataclass(frozen=True)
class Completion:
    """One completion; every piece of it bears the same id, time and model."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer) -> dict:
        """The answer in one piece."""
        found = contract(answer)
        message = {"role": "assistant", "content": found["answer"], "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion", [choice]), "usage": usage(answer), **_extras(found)}

    def chunk(self, finish: str | None = None, extras: dict | None = None, **delta: str) -> dict:
        """One piece of a stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk", [choice]), **(extras or {})}

    def replied(self, task: ClientTask) -> dict:
        """What a chat program asked for itself, in one piece."""
        message = {"role": "assistant", "content": task.reply, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion", [choice]), "usage": usage(NOTHING), **_task(task)}

    def replied_chunks(self, task: ClientTask, usage_wanted: bool) -> Iterator[dict]:
        """The same as a stream."""
        yield self.chunk(role="assistant", content="")
        yield self.chunk(content=task.reply)
        yield self.chunk("stop", _task(task))
        if usage_wanted:
            yield self.used(NOTHING)

    def searched(self, event: Searched) -> dict:
        """The passages, as soon as they are found: before a word is written."""
        sources = [source(n, hit) for n, hit in enumerate(event.hits, 1)]
        about = {"confidence": round(event.confidence, 4), "documents": event.documents}
        return self.chunk(extras={"sources": sources, "sourcier": about})

    def answered(self, answer: Answer, said: int = 0) -> Iterator[dict]:
        """The checked answer but for its first `said` sentences, a sentence a chunk, and the end."""
        for piece in [REFUSAL] if answer.refused else pieces(answer.sentences)[said:]:
            yield self.chunk(content=piece)
        yield self.chunk("stop", _extras(contract(answer)))

    def used(self, answer: Answer) -> dict:
        """OpenAI's last chunk, for those who ask for it."""
        return {**self._head("chat.completion.chunk", []), "usage": usage(answer)}

    def _head(self, kind: str, choices: list) -> dict:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices}


def pieces(sentences: Sequence[Sentence]) -> list[str]:
    """The sentences with their [n] as a client shows them one after the other; joined they are `Answer.text`."""
    found: list[str] = []
    for count in range(1, len(sentences) + 1):
        text = replace(NOTHING, sentences=tuple(sentences[:count])).text
        found.append(text[sum(map(len, found)) :])
    return found


def usage(answer: Answer) -> dict[str, int]:
    """Tokens that were written; those that were read are not counted."""
    written = answer.timings.new_tokens
    return {"prompt_tokens": 0, "completion_tokens": written, "total_tokens": written}


def _extras(found: dict) -> dict:
    rest = {key: value for key, value in found.items() if key not in ("question", "answer", "sources")}
    return {"sources": found["sources"], "sourcier": rest}


def _task(task: ClientTask) -> dict:
    return {"sources": [], "sourcier": {"task": task.kind}}
