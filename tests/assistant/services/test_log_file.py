"""The log of the app: kept in the data folder, rotated, and without a word of documents or questions."""

import logging

import pytest

from assistant.services.log_file import FILE, KEPT, start_logging
from corpus.errors import SourcierError
from corpus.home import Home

QUESTION, FOLDER = "Who makes honey?", "/bees/report.pdf"


@pytest.fixture
def home(tmp_path):
    """A data folder whose log is written; the test's own logging is put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    made = Home(tmp_path).make()
    root.handlers = []  # pytest's are left open
    start_logging(made)
    yield made
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before, level


def text(home: Home) -> str:
    return (home.logs / FILE).read_text("utf-8")


def test_a_failure_is_logged_with_its_place_and_kind_but_not_its_words(home):
    try:
        try:
            raise OSError(28, "No space left on device", FOLDER)
        except OSError as error:
            raise ValueError(f"no such column: {QUESTION}") from error
    except ValueError:
        logging.getLogger("assistant").exception("the answer to turn %s failed", 7)
    logged = text(home)
    assert "the answer to turn 7 failed" in logged and "test_log_file.py" in logged
    assert "ValueError" in logged and "No space left on device" in logged
    assert QUESTION not in logged and FOLDER not in logged


def test_our_own_errors_are_logged_by_their_code(home):
    try:
        raise SourcierError("page.not_drawn", path="private.pdf")
    except SourcierError:
        logging.getLogger("assistant").exception("failed")
    assert "SourcierError: page.not_drawn" in text(home)


def test_the_log_is_rotated(home, monkeypatch):
    (handler,) = [each for each in logging.getLogger().handlers if hasattr(each, "maxBytes")]
    handler.maxBytes = 500
    for n in range(100):
        logging.getLogger("assistant").warning("line %d", n)
    assert len(list(home.logs.glob(f"{FILE}*"))) == KEPT + 1


def test_what_is_no_warning_is_not_logged(home):
    logging.getLogger("assistant").info("a question was asked")
    assert text(home) == ""
