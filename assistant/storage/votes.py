"""Votes between two generators that answered the same question, kept on this machine in a SQLite file of their own."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from corpus.errors import SourcierError
from corpus.files import parsed
from index.storage.backend import Backend
from index.storage.database import Database
from index.storage.schema import apply

M001 = [
    """CREATE TABLE votes (
        id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, left_model TEXT NOT NULL,
        right_model TEXT NOT NULL, left_answer TEXT NOT NULL, right_answer TEXT NOT NULL,
        choice TEXT NOT NULL CHECK (choice IN ('left', 'right', 'same', 'bad')), voted REAL NOT NULL)""",
]
M002 = ["ALTER TABLE votes ADD COLUMN passages TEXT NOT NULL DEFAULT '[]'"]  # [[heading, text], ...], best first
MIGRATIONS = (M001, M002)
CHOICES = ("left", "right", "same", "bad")


class VotesError(SourcierError):
    """The votes cannot be read or written."""


@dataclass(frozen=True)
class Tally:
    """The votes between two models, whichever side each stood on. `first` comes first in the alphabet."""

    first: str
    second: str
    first_better: int = 0
    second_better: int = 0
    same: int = 0
    bad: int = 0

    @property
    def votes(self) -> int:
        """How many there are."""
        return self.first_better + self.second_better + self.same + self.bad


@dataclass(frozen=True)
class Cast:
    """One vote as it was given; `voted` in seconds since 1970. A and B of the page are left and right."""

    voted: float
    question: str
    left_model: str
    right_model: str
    left_answer: str
    right_answer: str
    choice: str


@dataclass(frozen=True)
class Won:
    """A comparison with a clear winner: its answer, and the (heading, text) of the passages that it was made from."""

    question: str
    answer: str
    passages: tuple[tuple[str, str], ...] = ()


class Votes:
    """The file of votes; opened when first needed. Safe to use from several threads and processes."""

    def __init__(self, path: Path, database: Backend | None = None):
        """`path` is the file, `database` a server's that is taken instead."""
        self.path = path
        self._opened = database

    def add(
        self,
        question: str,
        models: tuple[str, str],
        answers: tuple[str, str],
        choice: str,
        passages: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Keeps a vote; `models` and `answers` are left, right, `passages` (heading, text) those of both, best first.

        Raises VotesError, ValueError for an unknown choice.
        """
        if choice not in CHOICES:
            raise ValueError(f"A vote is one of {', '.join(CHOICES)}.")
        row = (question, *models, *answers, choice, time.time(), json.dumps(list(passages), ensure_ascii=False))
        try:
            with self._database.write() as connection:
                connection.execute(
                    """INSERT INTO votes (question, left_model, right_model, left_answer, right_answer, choice, voted,
                       passages) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    row,
                )
        except sqlite3.Error as error:
            raise VotesError("votes.not_stored", reason=str(error)) from error

    def tally(self) -> list[Tally]:
        """The votes by pair of models, most votes first. Raises VotesError."""
        try:
            rows = self._database.connection.execute(
                "SELECT left_model, right_model, choice, COUNT(*) AS n FROM votes GROUP BY 1, 2, 3"
            ).fetchall()
        except sqlite3.Error as error:
            raise VotesError("votes.unreadable", path=str(self.path), reason=str(error)) from error
        counts: dict[tuple[str, str], Counter[str]] = {}
        for row in rows:
            first, second = sorted((row["left_model"], row["right_model"]))
            better = {"left": row["left_model"], "right": row["right_model"]}.get(row["choice"])
            key = row["choice"] if better is None else "first_better" if better == first else "second_better"
            counts.setdefault((first, second), Counter())[key] += row["n"]
        tallies = [
            Tally(*pair, found["first_better"], found["second_better"], found["same"], found["bad"])
            for pair, found in counts.items()
        ]
        return sorted(tallies, key=lambda tally: -tally.votes)

    def cast(self) -> list[Cast]:
        """Every vote, oldest first. Raises VotesError."""
        try:
            rows = self._database.connection.execute(
                """SELECT voted, question, left_model, right_model, left_answer, right_answer, choice
                   FROM votes ORDER BY id"""
            ).fetchall()
        except sqlite3.Error as error:
            raise VotesError("votes.unreadable", path=str(self.path), reason=str(error)) from error
        return [Cast(**{field.name: row[field.name] for field in fields(Cast)}) for row in rows]

    def won(self) -> list[Won]:
        """The comparisons with a clear winner, oldest first. Raises VotesError."""
        try:
            rows = self._database.connection.execute(
                """SELECT question, passages, CASE choice WHEN 'left' THEN left_answer ELSE right_answer END AS answer
                   FROM votes WHERE choice IN ('left', 'right') ORDER BY id"""
            ).fetchall()
        except sqlite3.Error as error:
            raise VotesError("votes.unreadable", path=str(self.path), reason=str(error)) from error
        return [Won(row["question"], row["answer"], _pairs(row["passages"])) for row in rows]

    def close(self) -> None:
        """Closes the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def _database(self) -> Backend:
        if self._opened is None:
            try:
                self._opened = Database(self.path, lambda connection: apply(connection, MIGRATIONS))
            except SourcierError as error:
                raise VotesError("votes.not_opened", path=str(self.path), reason=error.reason) from error
            except (sqlite3.Error, OSError) as error:
                raise VotesError("votes.not_opened", path=str(self.path), reason=str(error)) from error
        return self._opened


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(heading), str(passage)) for heading, passage in parsed(text))
    except (ValueError, TypeError):
        return ()
