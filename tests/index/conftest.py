"""Fixtures of the index's tests; the data and helpers behind them stand in `conftest_index`."""

from conftest_index import embedder, library, postgres, search, store


def pytest_generate_tests(metafunc):
    """Runs what both databases promise on each of them."""
    if "store" in metafunc.fixturenames and hasattr(metafunc.module, "DATABASES"):
        metafunc.parametrize("store", metafunc.module.DATABASES, indirect=True)


__all__ = ["embedder", "library", "postgres", "search", "store"]
