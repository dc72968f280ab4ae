"""The state of each collection, for the app and the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.storage.backend import Row
from index.storage.store import Store

STATES = ("empty", "waiting", "reading", "embedding", "ready", "requires_update", "failed")
ERRORS_NAMED = 1000  # in all; the rest are only counted


@dataclass(frozen=True)
class SourceError:
    """A source that could not be read, and why, as `Reason.dumps` writes it."""

    path: str
    reason: str


@dataclass(frozen=True)
class CollectionStatus:
    """Counts of one collection. `embedded` of `passages` have their vector; `seconds_left` is None when unknown.

    `outdated` documents were cut for another embedder; they answer from their old passages.
    """

    name: str
    documents: int
    passages: int
    embedded: int
    state: str
    waiting: int = 0  # sources still to be read
    dropped: int = 0  # rows and pages left out, each with its reason in the store
    errors: tuple[SourceError, ...] = ()
    seconds_left: float | None = None
    failed: int = 0
    outdated: int = 0
    paused: bool = False  # there is work, and the user has paused it


def collection_statuses(store: Store, embedder: str, chunking: str = "") -> list[CollectionStatus]:
    """The state of every collection, as seen by a program that uses `embedder` and cuts by `chunking` (any if "")."""
    connection = store.database.connection
    rows = connection.execute(
        """SELECT c.id, c.name,
           (SELECT COUNT(*) FROM documents WHERE collection_id = c.id) AS documents,
           (SELECT COUNT(*) FROM documents d JOIN passages p ON p.document_id = d.id WHERE d.collection_id = c.id)
               AS passages,
           (SELECT COUNT(*) FROM embedding_queue q JOIN passages p ON p.id = q.passage_id
            JOIN documents d ON d.id = p.document_id WHERE d.collection_id = c.id) AS queued,
           (SELECT COUNT(*) FROM sources s JOIN dropped x ON x.source_id = s.id WHERE s.collection_id = c.id)
               AS dropped,
           (SELECT COUNT(*) FROM documents WHERE collection_id = c.id AND ?1 <> '' AND chunking <> ?1) AS outdated
           FROM collections c ORDER BY c.id""",
        (chunking,),
    ).fetchall()
    counted = connection.execute(
        "SELECT collection_id AS id, state, COUNT(*) AS n FROM sources GROUP BY 1, 2"
    ).fetchall()
    failed = connection.execute(
        "SELECT collection_id AS id, path, reason FROM sources WHERE state = 'failed' ORDER BY sources.id LIMIT ?",
        (ERRORS_NAMED,),
    ).fetchall()
    other = store.meta("embedder") not in ("", embedder)
    rate, paused, cut = float(store.meta("embedding_rate", "0") or 0), store.paused, store.meta("chunking") == chunking
    return [
        _status(
            row,
            states={one["state"]: one["n"] for one in counted if one["id"] == row["id"]},
            failed=[one for one in failed if one["id"] == row["id"]],
            rate=rate,
            stale=other or bool(row["outdated"] and not cut),
            paused=paused,
        )
        for row in rows
    ]


def _status(
    row: Row, states: dict[str, int], failed: Sequence[Row], rate: float, stale: bool, paused: bool
) -> CollectionStatus:
    if states.get("reading"):
        state = "reading"
    elif states.get("waiting"):
        state = "waiting"
    elif stale and row["documents"]:
        state = "requires_update"
    elif row["queued"] or row["outdated"]:
        state = "embedding"
    elif row["documents"]:
        state = "ready"
    else:
        state = "failed" if states.get("failed") else "empty"
    return CollectionStatus(
        name=row["name"],
        documents=row["documents"],
        passages=row["passages"],
        embedded=row["passages"] - row["queued"],
        state=state,
        waiting=states.get("waiting", 0) + states.get("reading", 0),
        dropped=row["dropped"],
        errors=tuple(SourceError(one["path"], one["reason"]) for one in failed),
        seconds_left=row["queued"] / rate if rate and row["queued"] else (0.0 if not row["queued"] else None),
        failed=states.get("failed", 0),
        outdated=row["outdated"],
        paused=paused and state in ("reading", "waiting", "embedding"),
    )
