"""What the tests of readers and data sets share."""

import os
from pathlib import Path

import pytest

from corpus.document import Document, Dropped


@pytest.fixture(scope="session")
def corpora():
    """The folder with real copies of the data sets, beside the repository; skips where it is absent."""
    named = os.environ.get("SOURCIER_CORPORA")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not in {folder}")
    return folder


@pytest.fixture
def sort():
    """Splits what a reader gives into (documents, dropped)."""

    def sorter(items):
        items = list(items)
        assert all(isinstance(item, Document | Dropped) for item in items)
        return [item for item in items if isinstance(item, Document)], [i for i in items if isinstance(i, Dropped)]

    return sorter
