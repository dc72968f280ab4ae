"""The server of the index's tests, for what is kept in its database."""

from conftest_index import postgres

__all__ = ["postgres"]
