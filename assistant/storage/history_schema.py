"""The tables of the history, and the folding of text for its search."""

import sqlite3
import unicodedata

from assistant.serialization import load

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
# Turns become a tree: asking again or otherwise adds a sibling, nothing is overwritten. `tip` is the last turn shown.
M002 = [
    "ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversations ADD COLUMN deleted REAL",  # when; until it is purged it can be brought back
    "ALTER TABLE conversations ADD COLUMN tip INTEGER",
    "ALTER TABLE turns ADD COLUMN parent INTEGER",
    "ALTER TABLE turns ADD COLUMN draft TEXT NOT NULL DEFAULT ''",  # what an unfinished answer had not yet checked
    "ALTER TABLE turns ADD COLUMN error TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE turns ADD COLUMN follow_ups TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE turns ADD COLUMN words TEXT NOT NULL DEFAULT ''",  # what was said, folded, for the search
    """UPDATE turns SET parent = (SELECT MAX(id) FROM turns earlier
        WHERE earlier.conversation_id = turns.conversation_id AND earlier.id < turns.id),
        words = said(question, answer)""",
    "UPDATE conversations SET tip = (SELECT MAX(id) FROM turns WHERE conversation_id = conversations.id)",
]
MIGRATIONS = (M001, M002)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a history to the newest version."""
    from index.storage.schema import apply

    connection.create_function("said", 2, _stored_words)
    apply(connection, MIGRATIONS)


def folded(text: str) -> str:
    """`text` without case and accents; one character for each, so that positions stay the same."""
    return "".join(_plain(character) for character in unicodedata.normalize("NFC", text))


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    return (unicodedata.normalize("NFKD", character)[:1].lower() or character)[0]


def said(question: str, answer: str) -> str:
    """The words of a turn, one line each: those of the question, those of the answer."""
    return unicodedata.normalize("NFC", f"{question}\n{answer}")


def _stored_words(question: str, answer: str | None) -> str:
    try:
        text = load(answer).text if answer else ""
    except ValueError:
        text = ""
    return folded(said(question, text))
