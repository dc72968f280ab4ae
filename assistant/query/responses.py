"""What a request (`assistant.query.requests`) is answered with.

A summary, a list of mentions, a comparison, more of the last answer, or a few words. Everything that is said of
documents is quoted and cited.
"""

from collections.abc import Callable, Sequence

from assistant.query import actions
from assistant.query.actions import Encode, Found
from assistant.query.follow_ups import last_answered, main_source
from assistant.query.overview import KINDS, overview
from assistant.query.replies import language_of_reply, reply
from assistant.query.requests import SMALL_TALK, Request
from assistant.schema import Answer, Mode, Sentence, Turn
from index.retrieval.hit import Hit
from index.storage.store import Store
from index.views import lookup

LISTED = 4  # collections that are named in a reply

Evidence = Callable[[str], tuple[Sequence[Sentence], Sequence[Hit]]]  # a name -> what the documents say of it


class Responder:
    """Answers requests from one index. `evidence` gives the sentences for a name and what they cite."""

    def __init__(self, store: Store, encode: Encode | None, evidence: Evidence):
        self._store, self._encode, self._evidence = store, encode, evidence

    def answer(
        self, wanted: Request, question: str, history: Sequence[Turn], collections: Sequence[str], mode: Mode
    ) -> Answer | None:
        """The answer to a request; None where it has to be answered as a question."""
        found = self._found(wanted, question, history, collections)
        if found is None:
            return None
        return Answer(question, False, 1.0, mode, "", found.sentences, found.sources)

    def _found(
        self, wanted: Request, question: str, history: Sequence[Turn], collections: Sequence[str]
    ) -> Found | None:
        if wanted.kind in SMALL_TALK:
            return self._said(wanted.kind, question, collections=self._names(collections))
        if wanted.kind == "overview":
            return self._overview(wanted.subjects[0], question, collections)
        if wanted.kind == "summary":
            return self._summary(wanted, history, collections)
        if wanted.kind == "mentions":
            (name,) = wanted.subjects
            found = actions.mentions(lookup.mentions(self._store, name, collections), name)
            return found if found.sentences else self._said("no_mentions", question, name=name)
        if wanted.kind == "compare":
            parts = [(name, *self._evidence(name)) for name in wanted.subjects]
            return actions.compared(parts) if all(sentences for _, sentences, _ in parts) else None
        last = last_answered(history)
        if last is None or last.answer is None:
            return None
        if wanted.kind == "language":  # what it can be said in stands below
            return Found((*self._said("language", question).sentences, *last.answer.sentences), last.answer.sources)
        if wanted.kind == "shorter":
            return actions.shorter(last.answer)
        if wanted.kind == "more":
            shown = [turn.answer for turn in history if turn.answer is not None]
            found = actions.more(last.answer, shown=shown)
            return found if found.sentences else self._said("nothing_more", question)
        return None  # "why?" is a question about the last answer

    def _summary(self, wanted: Request, history: Sequence[Turn], collections: Sequence[str]) -> Found | None:
        if self._encode is None:
            return None
        last = last_answered(history)
        if wanted.subjects:
            documents = lookup.named(self._store, wanted.subjects[0], collections)
        elif last is not None and last.answer is not None:
            documents = (main_source(last.answer).document_id,)
        elif len(collections) == 1:
            documents = lookup.named(self._store, collections[0], collections)
        else:
            documents = ()
        passages = lookup.passages_of(self._store, documents) if documents else ()
        return actions.summary(passages, self._encode) if passages else None

    def _overview(self, name: str, question: str, collections: Sequence[str]) -> Found | None:
        """The overview of one document of that name; it may stand outside the collections that questions go to."""
        documents = lookup.named(self._store, name, collections) or lookup.named(self._store, name)
        passages = lookup.passages_of(self._store, documents[:1])
        language = language_of_reply(question)
        found = overview(passages, [reply(language, f"overview_{kind}") for kind in KINDS])
        if found.sentences or not passages:
            return found if passages else None
        return self._said("overview_empty", question, name=name)

    def _said(self, key: str, question: str, **values: str) -> Found:
        return Found((Sentence(reply(language_of_reply(question), key, **values), True, 1.0),))

    def _names(self, collections: Sequence[str]) -> str:
        names = list(collections) or self._store.collections()
        return ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "")
