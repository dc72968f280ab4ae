"""What state the collections are in, for the app and the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.store import Store

STATES = ("empty", "waiting", "reading", "embedding", "ready", "requires_update", "failed")


@dataclass(frozen=True)
class SourceError:
    """A source that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class CollectionStatus:
    """Counts of one collection. `embedded` of `passages` have their vector; `seconds_left` is None when unknown."""

    name: str
    documents: int
    passages: int
    embedded: int
    state: str
    waiting: int = 0  # sources still to be read
    dropped: int = 0  # rows and pages left out, each with its reason in the store
    errors: tuple[SourceError, ...] = ()
    seconds_left: float | None = None


def collection_statuses(store: Store, embedder: str) -> list[CollectionStatus]:
    """The state of every collection, as seen by an app that uses `embedder`."""
    rows = store.database.connection.execute(
        """SELECT c.name,
           (SELECT COUNT(*) FROM documents WHERE collection_id = c.id) AS documents,
           (SELECT COUNT(*) FROM documents d JOIN passages p ON p.document_id = d.id WHERE d.collection_id = c.id)
               AS passages,
           (SELECT COUNT(*) FROM embedding_queue q JOIN passages p ON p.id = q.passage_id
            JOIN documents d ON d.id = p.document_id WHERE d.collection_id = c.id) AS queued,
           (SELECT COUNT(*) FROM sources s JOIN dropped x ON x.source_id = s.id WHERE s.collection_id = c.id) AS dropped
           FROM collections c ORDER BY c.id"""
    ).fetchall()
    rate = float(store.meta("embedding_rate", "0") or 0)
    other = store.meta("embedder") not in ("", embedder)
    sources = store.sources()
    return [
        _status(row, [source for source in sources if source.collection == row["name"]], rate, other) for row in rows
    ]


def _status(row, sources: Sequence, rate: float, other_embedder: bool) -> CollectionStatus:
    states = [source.state for source in sources]
    if "reading" in states:
        state = "reading"
    elif "waiting" in states:
        state = "waiting"
    elif other_embedder:
        state = "requires_update"
    elif row["queued"]:
        state = "embedding"
    elif row["documents"]:
        state = "ready"
    else:
        state = "failed" if "failed" in states else "empty"
    return CollectionStatus(
        name=row["name"],
        documents=row["documents"],
        passages=row["passages"],
        embedded=row["passages"] - row["queued"],
        state=state,
        waiting=sum(state in ("waiting", "reading") for state in states),
        dropped=row["dropped"],
        errors=tuple(SourceError(source.path, source.reason) for source in sources if source.state == "failed"),
        seconds_left=row["queued"] / rate if rate and row["queued"] else (0.0 if not row["queued"] else None),
    )
