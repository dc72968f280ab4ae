import pytest

from corpus.errors import Reason
from corpus.readers import limits, read


def test_text_is_counted_against_the_files_size(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "FLOOR", 10)
    monkeypatch.setattr(limits, "FACTOR", 2)
    (tmp_path / "x.txt").write_text("12345")
    limit = limits.TextLimit(tmp_path / "x.txt")
    assert (limit.take("a" * 20), limit.is_reached) == ("a" * 20, False)
    with pytest.raises(limits.LimitReached):
        limit.take("a")
    assert limit.is_reached


def test_any_file_that_gives_too_many_documents_is_cut(tmp_path, sort, monkeypatch):
    monkeypatch.setattr(limits, "FLOOR", 50)
    monkeypatch.setattr(limits, "FACTOR", 0)
    (tmp_path / "x.csv").write_text("name,kind\n" + "tea,green\n" * 50)
    documents, dropped = sort(read(tmp_path / "x.csv"))
    assert len(documents) == 4  # twice the floor: 25 characters each
    assert [item.reason for item in dropped] == [Reason("dropped.beyond_limit", {"count": 1})]


def test_what_was_met_and_not_read_is_named_once_a_kind():
    found = list(limits.unread("x.docx", {"dropped.pictures": 3, "dropped.media": 0}))
    assert [(item.place, item.reason) for item in found] == [("x.docx", Reason("dropped.pictures", {"count": 3}))]
