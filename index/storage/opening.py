"""Where the index stands: in the data folder, or on the server that SOURCIER_STORE names."""

import os
from pathlib import Path

from corpus.home import Home
from index.storage.rows import StoreError
from index.storage.store import Store

VARIABLE = "SOURCIER_STORE"
LOCAL, SERVER = "sqlite:", ("postgresql://", "postgres://")


def server_url() -> str:
    """The server that SOURCIER_STORE names, "" where it names none."""
    url = os.environ.get(VARIABLE, "")
    return url if url.startswith(SERVER) else ""


def open_store(home: Home, url: str | None = None) -> Store:
    """The index that `url` names, else SOURCIER_STORE, else the one of the data folder.

    `sqlite:` is the data folder's file, `sqlite:/path/to/file` another one, `postgresql://user@host/name` a server's.
    Raises StoreError where it cannot be opened; the message never holds the URL, which may hold a password.
    """
    url = os.environ.get(VARIABLE, "") if url is None else url
    if not url or url == LOCAL:
        return Store(home.index)
    if url.startswith(LOCAL):
        return Store(Path(url.removeprefix(LOCAL).replace("///", "/", 1)).expanduser())
    if url.startswith(SERVER):
        try:
            from index.storage.postgres.store import PostgresStore
        except ImportError as error:  # psycopg comes with the extra "server" alone
            raise StoreError("store.server_extra") from error
        return PostgresStore(url)
    raise StoreError("store.unknown_url", scheme=url.partition(":")[0][:20])
