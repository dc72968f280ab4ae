"""Conversations, kept on this machine in a SQLite file of their own."""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.schema import Answer, Mode, Turn
from assistant.serial import dump, load
from index.database import Database, containing

M001 = [
    """CREATE TABLE conversations (
        id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, collection TEXT NOT NULL, mode TEXT NOT NULL,
        model TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL)""",
    """CREATE TABLE turns (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT, state TEXT NOT NULL, asked REAL NOT NULL)""",
    "CREATE INDEX turns_by_conversation ON turns (conversation_id)",
]
MIGRATIONS = (M001,)
TITLE_LENGTH = 60


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


@dataclass(frozen=True)
class StoredTurn:
    """A turn as kept. `state` is writing, done, stopped (by the user), failed or interrupted (by a restart)."""

    id: int
    question: str
    answer: Answer | None
    state: str

    @property
    def turn(self) -> Turn:
        """What the pipeline needs of it."""
        return Turn(self.question, self.answer)


class HistoryError(Exception):
    """A history that cannot be opened or a conversation that is gone; the message is one sentence."""


class History:
    """All conversations of one data folder. Safe to share between threads."""

    def __init__(self, path: Path, *, interrupt: bool = True):
        """With `interrupt`, turns that were being written when the program ended are marked so."""
        try:
            self.database = Database(path, _migrate)
        except (sqlite3.DatabaseError, OSError) as error:
            raise HistoryError(f"The history {path} cannot be opened: {error}.") from error
        if interrupt:
            with self.database.write() as connection:
                connection.execute("UPDATE turns SET state = 'interrupted' WHERE state = 'writing'")

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()

    def conversations(self, query: str = "") -> list[Conversation]:
        """Conversations, latest first; with `query`, those whose title, questions or answers hold it."""
        pattern = containing(query)
        rows = self.database.connection.execute(
            """SELECT * FROM conversations c WHERE title LIKE ?1 ESCAPE '\\' OR EXISTS
               (SELECT 1 FROM turns WHERE conversation_id = c.id
                AND (question LIKE ?1 ESCAPE '\\' OR answer LIKE ?1 ESCAPE '\\')) ORDER BY updated DESC, id DESC""",
            (pattern,),
        )
        return [Conversation(**dict(row)) for row in rows]

    def conversation(self, conversation_id: int) -> Conversation:
        """Raises HistoryError when it is gone."""
        row = self.database.connection.execute(
            "SELECT * FROM conversations WHERE id = ?", (conversation_id,)
        ).fetchone()
        if row is None:
            raise HistoryError("This conversation is no longer there.")
        return Conversation(**dict(row))

    def create(self, title: str = "", collection: str = "", mode: Mode = "grounded", model: str = "") -> Conversation:
        """A new conversation; without a title it takes that of its first question."""
        now = time.time()
        with self.database.write() as connection:
            cursor = connection.execute(
                """INSERT INTO conversations (title, collection, mode, model, created, updated)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                (title, collection, mode, model, now, now),
            )
        return self.conversation(cursor.lastrowid)

    def choose(self, conversation_id: int, *, collection: str, mode: Mode, model: str) -> None:
        """Keeps what the user chose for a conversation."""
        self._change(
            "UPDATE conversations SET collection = ?, mode = ?, model = ? WHERE id = ?",
            (collection, mode, model, conversation_id),
        )

    def rename(self, conversation_id: int, title: str) -> None:
        """Gives a conversation another title; an empty one is not taken."""
        title = " ".join(title.split())[:200]
        if not title:
            raise HistoryError("A conversation needs a title.")
        self._change("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))

    def delete(self, conversation_id: int) -> None:
        """Deletes a conversation with its turns."""
        self._change("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def turns(self, conversation_id: int) -> list[StoredTurn]:
        """The turns of a conversation in order."""
        rows = self.database.connection.execute(
            "SELECT id, question, answer, state FROM turns WHERE conversation_id = ? ORDER BY id", (conversation_id,)
        )
        return [
            StoredTurn(row["id"], row["question"], load(row["answer"]) if row["answer"] else None, row["state"])
            for row in rows
        ]

    def begin_turn(self, conversation_id: int, question: str) -> int:
        """Notes a question before it is answered, so that a crash does not lose it; returns the turn's id."""
        now = time.time()
        with self.database.write() as connection:
            found = connection.execute(
                "UPDATE conversations SET updated = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (now, title_of(question), conversation_id),
            )
            if not found.rowcount:
                raise HistoryError("This conversation is no longer there.")
            return connection.execute(
                "INSERT INTO turns (conversation_id, question, state, asked) VALUES (?, ?, 'writing', ?)",
                (conversation_id, question, now),
            ).lastrowid

    def finish_turn(self, turn_id: int, answer: Answer | None, state: str = "done") -> None:
        """Stores the answer of a turn (None when there is none)."""
        self._change(
            "UPDATE turns SET answer = ?, state = ? WHERE id = ?", (dump(answer) if answer else None, state, turn_id)
        )

    def _change(self, sql: str, values: tuple) -> None:
        with self.database.write() as connection:
            connection.execute(sql, values)


def title_of(question: str) -> str:
    """A title from a question: its first words, cut between words."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _migrate(connection: sqlite3.Connection) -> None:
    from index.schema import apply

    apply(connection, MIGRATIONS)
