"""Conversations, kept on this machine in a SQLite file of their own."""

import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.schema import Answer, Mode, Turn
from assistant.serialization import dump, load
from assistant.storage.history_schema import folded, migrate, said
from corpus.errors import Reason, SourcierError
from corpus.files import parsed
from index.storage.backend import Backend, Connection, Row
from index.storage.database import Database

TITLE_LENGTH = 60
LONGEST_TITLE = 200
LONGEST_ANSWER_S = 900.0  # after which a turn that another program writes counts as interrupted
FOREVER = 1e12  # later than any time
UNDO_S = 600.0  # a deleted conversation can be brought back for so long


@dataclass(frozen=True)
class Conversation:
    """A conversation with the choices made for it; `created` and `updated` in seconds since 1970."""

    id: int
    title: str
    collection: str
    mode: Mode
    model: str
    created: float
    updated: float
    pinned: bool = False


@dataclass(frozen=True)
class StoredTurn:
    """A turn as kept. `state` is writing, done, stopped (by the user), failed or interrupted (by a restart).

    Of an answer that was not finished, `answer` holds what had been found and checked, `draft` the rest. `versions`
    are the ids of all turns that were asked at this place, itself included.
    """

    id: int
    question: str
    answer: Answer | None
    state: str
    draft: str = ""
    error: str = ""
    asked: float = 0.0
    follow_ups: tuple[str, ...] = ()  # questions that lead on
    versions: tuple[int, ...] = ()

    @property
    def turn(self) -> Turn:
        """What the pipeline needs of it."""
        return Turn(self.question, self.answer)


@dataclass(frozen=True)
class Found:
    """A conversation that holds what was searched for. `said` are the words of the first turn that does, as they were
    written, "" where only the title does."""

    conversation: Conversation
    said: str = ""


class HistoryError(SourcierError):
    """A history that cannot be opened, or a conversation that is gone."""


class History:
    """All conversations of one data folder. Safe to share between threads."""

    database: Backend

    def __init__(self, place: Path | Backend, *, interrupt: bool = True):
        """`place` is a file, or the database of a server that other programs write in, too.

        With `interrupt`, turns that were being written when the program ended are marked so, and what was deleted
        is purged; on a server those whose writer must be gone, since others are being written now.
        """
        if not isinstance(place, Path):
            self.database = place
            if interrupt:
                self._interrupt(before=time.time() - LONGEST_ANSWER_S, deleted=time.time() - UNDO_S)
            return
        path = place
        try:
            self.database = Database(path, migrate)
        except SourcierError as error:
            raise HistoryError("history.not_opened", path=str(path), reason=error.reason) from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise HistoryError("history.not_opened", path=str(path), reason=str(error)) from error
        if interrupt:
            self._interrupt(before=FOREVER, deleted=FOREVER)

    def _interrupt(self, before: float, deleted: float) -> None:
        with self.database.write() as connection:
            connection.execute(
                "UPDATE turns SET state = 'interrupted' WHERE state = 'writing' AND asked < ?", (before,)
            )
            connection.execute("DELETE FROM conversations WHERE deleted < ?", (deleted,))

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()

    # --- conversations --------------------------------------------------------------------------------------

    def conversations(self, query: str = "") -> list[Conversation]:
        """Conversations, pinned ones first, then the latest; with `query`, those that hold its words."""
        return [found.conversation for found in self.search(query)]

    def search(self, query: str = "") -> list[Found]:
        """Conversations whose title, or one of whose turns, holds every word of `query`, whatever case and accents."""
        order = "ORDER BY pinned DESC, updated DESC, id DESC"
        rows = self._all(f"SELECT * FROM conversations WHERE deleted IS NULL {order}")
        words = folded(query).split()
        if not words:
            return [Found(_conversation(row)) for row in rows]
        holding = self._turns_with(words)
        found = []
        for row in rows:
            title = folded(row["title"])
            if row["id"] in holding:
                found.append(Found(_conversation(row), self._said(holding[row["id"]])))
            elif all(word in title for word in words):
                found.append(Found(_conversation(row)))
        return found

    def _turns_with(self, words: Sequence[str]) -> dict[int, int]:
        """The first turn with all `words` of each conversation."""
        condition = " AND ".join("instr(words, ?) > 0" for _ in words)
        sql = f"SELECT conversation_id, MIN(id) AS turn FROM turns WHERE {condition} GROUP BY conversation_id"
        return {row["conversation_id"]: row["turn"] for row in self._all(sql, words)}

    def _said(self, turn_id: int) -> str:
        row = self._all("SELECT question, answer FROM turns WHERE id = ?", (turn_id,))[0]
        return said(row["question"], _stored_text(row["answer"]))

    def conversation(self, conversation_id: int) -> Conversation:
        """Raises HistoryError when it is gone."""
        rows = self._all("SELECT * FROM conversations WHERE id = ? AND deleted IS NULL", (conversation_id,))
        if not rows:
            raise HistoryError("history.conversation_gone")
        return _conversation(rows[0])

    def knows(self, conversation_id: int) -> bool:
        """Whether the conversation is there."""
        return bool(self._all("SELECT 1 FROM conversations WHERE id = ? AND deleted IS NULL", (conversation_id,)))

    def create(self, title: str = "", collection: str = "", mode: Mode = "grounded", model: str = "") -> Conversation:
        """A new conversation; without a title it takes that of its first question."""
        now = time.time()
        with self.database.write() as connection:
            made = _insert_conversation(connection, Conversation(0, title, collection, mode, model, now, now))
        return self.conversation(made)

    def rename_collection(self, name: str, new: str) -> None:
        """Conversations that search in the collection `name` go on doing so under its new name."""
        with self.database.write() as connection:
            connection.execute("UPDATE conversations SET collection = ? WHERE collection = ?", (new, name))

    def choose(self, conversation_id: int, *, collection: str, mode: Mode, model: str) -> None:
        """Keeps what the user chose for a conversation."""
        self._change(
            "UPDATE conversations SET collection = ?, mode = ?, model = ? WHERE id = ?",
            (collection, mode, model, conversation_id),
        )

    def rename(self, conversation_id: int, title: str) -> None:
        """Gives a conversation another title; an empty one is not taken."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        if not title:
            raise HistoryError("history.no_title")
        self._change("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))

    def pin(self, conversation_id: int, pinned: bool) -> None:
        """Keeps a conversation above all that are not pinned, or no longer does."""
        self._change("UPDATE conversations SET pinned = ? WHERE id = ?", (int(pinned), conversation_id))

    def delete(self, conversation_id: int) -> None:
        """Deletes a conversation with its turns. It can be restored for `UNDO_S` seconds, then it is purged."""
        now = time.time()
        with self.database.write() as connection:
            connection.execute("DELETE FROM conversations WHERE deleted < ?", (now - UNDO_S,))
            connection.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (now, conversation_id))

    def restore(self, conversation_id: int) -> bool:
        """Brings a deleted conversation back; False when it was purged."""
        with self.database.write() as connection:
            return bool(
                connection.execute(
                    "UPDATE conversations SET deleted = NULL WHERE id = ? AND deleted IS NOT NULL", (conversation_id,)
                ).rowcount
            )

    def import_conversation(self, conversation: Conversation, turns: Sequence[StoredTurn]) -> int | None:
        """Adds a conversation from a file under new ids and gives its id; None when the history has it already."""
        first = turns[0].question if turns else ""
        known = self._all("SELECT id FROM conversations WHERE created = ?", (conversation.created,))
        for row in known:
            asked = self._all("SELECT question FROM turns WHERE conversation_id = ? ORDER BY id LIMIT 1", (row["id"],))
            if (asked[0]["question"] if asked else "") == first and self.knows(row["id"]):
                return None
        with self.database.write() as connection:
            made, tip = _insert_conversation(connection, conversation), None
            for turn in turns:
                tip = connection.insert(
                    """INSERT INTO turns (conversation_id, question, answer, state, asked, parent, draft, error, words)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    (
                        *(made, turn.question, dump(turn.answer) if turn.answer else None, turn.state, turn.asked, tip),
                        *(turn.draft, turn.error, _words(turn.question, turn.answer)),
                    ),
                )
            connection.execute("UPDATE conversations SET tip = ? WHERE id = ?", (tip, made))
        return made

    # --- turns ----------------------------------------------------------------------------------------------

    def turns(self, conversation_id: int) -> list[StoredTurn]:
        """The turns of the version of a conversation that is shown, in order."""
        rows = self._all(
            """SELECT t.*, c.tip FROM turns t JOIN conversations c ON c.id = t.conversation_id
               WHERE c.id = ? AND c.deleted IS NULL ORDER BY t.id""",
            (conversation_id,),
        )
        known = {row["id"]: row for row in rows}
        siblings: dict[int | None, list[int]] = {}
        for row in rows:
            siblings.setdefault(row["parent"], []).append(row["id"])
        path, at = [], rows[0]["tip"] if rows else None
        while at in known:
            path.append(_turn(known[at], siblings[known[at]["parent"]]))
            at = known[at]["parent"]
        return path[::-1]

    def begin_turn(self, conversation_id: int, question: str, instead_of: int | None = None) -> int:
        """Notes a question before it is answered, so that a crash does not lose it; returns the turn's id.

        With `instead_of`, it stands in the place of that turn, which is kept with all that followed it.
        """
        now = time.time()
        with self.database.write() as connection:
            row = connection.execute(
                "SELECT tip, title FROM conversations WHERE id = ? AND deleted IS NULL", (conversation_id,)
            ).fetchone()
            if row is None:
                raise HistoryError("history.conversation_gone")
            parent, title = row["tip"], row["title"]
            if instead_of is not None:
                replaced = _own(connection, conversation_id, instead_of)
                parent = replaced["parent"]
                if parent is None and title == title_of(replaced["question"]):
                    title = ""
            turn = connection.insert(
                """INSERT INTO turns (conversation_id, question, state, asked, parent, words)
                   VALUES (?, ?, 'writing', ?, ?, ?)""",
                (conversation_id, question, now, parent, _words(question, None)),
            )
            connection.execute(
                "UPDATE conversations SET updated = ?, title = ?, tip = ? WHERE id = ?",
                (now, title or title_of(question), turn, conversation_id),
            )
        return turn

    def note(self, turn_id: int, answer: Answer | None, draft: str) -> None:
        """Stores what there is of an unfinished answer, so that a crash does not lose it."""
        self._change(
            "UPDATE turns SET answer = ?, draft = ? WHERE id = ? AND state = 'writing'",
            (dump(answer) if answer else None, draft, turn_id),
        )

    def finish_turn(
        self,
        turn_id: int,
        answer: Answer | None,
        state: str = "done",
        *,
        draft: str = "",
        error: str = "",
        follow_ups: Sequence[str] = (),
    ) -> None:
        """Stores the answer of a turn (None when there is none)."""
        question = self._all("SELECT question FROM turns WHERE id = ?", (turn_id,))
        words = _words(question[0]["question"], answer) if question else ""
        record = dump(answer) if answer else None
        self._change(
            "UPDATE turns SET answer = ?, state = ?, draft = ?, error = ?, follow_ups = ?, words = ? WHERE id = ?",
            (record, state, draft, error, json.dumps(list(follow_ups)), words, turn_id),
        )

    def show_version(self, conversation_id: int, turn_id: int) -> None:
        """Shows the conversation as it continued after this turn; where it did so in several ways, the newest."""
        with self.database.write() as connection:
            tip = _own(connection, conversation_id, turn_id)["id"]
            while True:
                later = connection.execute("SELECT MAX(id) FROM turns WHERE parent = ?", (tip,)).fetchone()[0]
                if later is None:
                    break
                tip = later
            connection.execute("UPDATE conversations SET tip = ? WHERE id = ?", (tip, conversation_id))

    def _all(self, sql: str, values: Sequence = ()) -> list[Row]:
        return self.database.connection.execute(sql, values).fetchall()

    def _change(self, sql: str, values: tuple) -> None:
        with self.database.write() as connection:
            connection.execute(sql, values)


def title_of(question: str) -> str:
    """A title from a question: its first words, cut between words."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _words(question: str, answer: Answer | None) -> str:
    return folded(said(question, answer.text if answer else ""))


def _insert_conversation(connection: Connection, made: Conversation) -> int:
    return connection.insert(
        """INSERT INTO conversations (title, collection, mode, model, created, updated, pinned)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (made.title, made.collection, made.mode, made.model, made.created, made.updated, int(made.pinned)),
    )


def _own(connection: Connection, conversation_id: int, turn_id: int) -> Row:
    """A turn of this conversation and no other."""
    row = connection.execute(
        "SELECT * FROM turns WHERE id = ? AND conversation_id = ?", (turn_id, conversation_id)
    ).fetchone()
    if row is None:
        raise HistoryError("history.turn_gone")
    return row


def _conversation(row: Row) -> Conversation:
    fields = ("id", "title", "collection", "mode", "model", "created", "updated")
    return Conversation(**{field: row[field] for field in fields}, pinned=bool(row["pinned"]))


def _turn(row: Row, versions: Sequence[int]) -> StoredTurn:
    """The turn of a row. An answer that is damaged or of a newer version leaves its question, and a word on it."""
    plain = {key: row[key] for key in ("id", "question", "state", "draft", "error", "asked")}
    try:
        answer = load(row["answer"]) if row["answer"] else None
    except ValueError:
        answer, plain = None, plain | {"state": "failed", "error": Reason("history.answer_unreadable").dumps()}
    return StoredTurn(**plain, answer=answer, follow_ups=_follow_ups(row["follow_ups"]), versions=tuple(versions))


def _follow_ups(text: str) -> tuple[str, ...]:
    try:
        found = parsed(text)
    except ValueError:
        return ()
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _stored_text(record: str | None) -> str:
    try:
        return load(record).text if record else ""
    except ValueError:
        return ""
