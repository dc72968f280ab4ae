"""What the index needs of a database: a SQLite file in the data folder, or a server that several programs share.

Statements are written once, in the SQL that both speak with SQLite's parameters. What they write otherwise stands
behind `Words` (text search), `PassageRows` (rows that a server keeps by collection) and `Nearest`
(`index.vectors.nearest`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from corpus.document import Passage


class Row(Protocol):
    """One row, by column's name or place."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def keys(self) -> Any:
        """The columns' names."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Rows that were changed."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Executes(Protocol):
    """What runs statements, `sqlite3`'s own connection too."""

    def execute(self, sql: str, values: Any = (), /) -> Any:
        """Runs one statement."""


class Connection(Protocol):
    """A connection as `sqlite3` has it. Raises StorageError when the database fails, not the statement."""

    @property
    def passage_rows(self) -> "PassageRows":
        """The statements on passages and what hangs on them."""

    def execute(self, sql: str, values: Any = (), /) -> Cursor:
        """Runs one statement."""

    def executemany(self, sql: str, values: Iterable[Any], /) -> object:
        """Runs one statement for many rows of values."""

    def insert(self, sql: str, values: Sequence[Any]) -> int:
        """Runs an INSERT of one row; gives the row's number."""


class Backend(Protocol):
    """A database. Safe to share between threads."""

    @property
    def connection(self) -> Connection:
        """This thread's connection: outside `write` each statement stands alone."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that writes everything or nothing, one at a time."""

    def close(self) -> None:
        """Closes all connections."""


class PassageRows(Protocol):
    """Statements on passages, vectors and the queue of what waits for its vector, inside the caller's transaction.

    `document` is a document's row with at least its `id`, `collection_id` and `language`.
    """

    def add(self, connection: Any, document: Row, passage: Passage, passage_id: int | None = None) -> int:
        """Stores a passage, under a given number if there is one; gives its number."""

    def queue(self, connection: Any, document: Row, passage_id: int, turn: int) -> None:
        """Puts a passage into the queue."""

    def queue_unseen(
        self, connection: Any, document: Row, passage_id: int, turn: int, key: bytes, embedder: str
    ) -> None:
        """Puts a passage into the queue unless `embedder` has seen its text."""

    def remove(self, connection: Any, document: Row) -> list[bytes]:
        """Deletes the passages of a document; gives the keys of their texts."""

    def remove_one(self, connection: Any, document: Row, passage_id: int) -> None:
        """Deletes one passage."""

    def forget(self, connection: Any, document: Row, keys: Iterable[bytes]) -> None:
        """Deletes the vectors of those texts that no passage holds any more."""

    def vectors(self, connection: Any, collection: int, embedder: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Vectors by the keys of texts, float16 little-endian; without the texts that have none."""

    def put_vectors(self, connection: Any, collection: int, embedder: str, vectors: Mapping[bytes, bytes]) -> None:
        """Stores vectors as `vectors` gives them."""

    def copy_vector(self, connection: Any, document: Row, key: bytes, new: bytes) -> None:
        """Gives the text `new` the vectors of the text `key`."""
