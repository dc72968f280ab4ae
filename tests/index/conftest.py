"""Fixtures of the index's tests; the data and helpers behind them stand in `conftest_index`."""

from conftest_index import embedder, library, search, store

__all__ = ["embedder", "library", "search", "store"]
