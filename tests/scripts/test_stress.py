"""The stress script in its small form, and that it can fail."""

import itertools
import json
import random
import sys

import pytest

from scripts import stress
from scripts._common import say
from scripts._stress import hostile_files, kills
from scripts._stress.common import Report, Row
from scripts._stress.hostile import is_sentence

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not of Windows")


def report():
    return Report("kills", lambda text: None)


def test_six_kills_lose_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "IDLE_S", 1.0)
    monkeypatch.setattr(kills, "SLOWER", 1000.0)  # no test judges times
    monkeypatch.setattr(kills, "CHANGES", 10)
    found = report()
    kills.run(found, tmp_path, kills=6, documents=80, seed=3)
    broken = [row for row in found.rows if not row.passed and row.what != "kills that left work undone"]
    assert broken == []
    assert {row.what for row in found.rows} >= set(kills.CHECKS)


@pytest.fixture
def world(tmp_path):
    made = kills.World(tmp_path, 4, 1, lambda text: None)
    for _ in range(2):
        made.new_file(1)
    return made


def state(*marks, path="", embedded=(), state="done"):
    index = kills.Index()
    for mark in marks:
        index.marks.setdefault(mark[0], kills.Counter())[mark] += 1
    index.sources = {path: state}
    index.embedded = set(embedded)
    return index


@pytest.mark.parametrize(
    ("check", "before", "after", "noted"),
    [
        ("nothing committed is lost", [(0, 0, 0), (1, 0, 0)], [(1, 0, 0)], []),
        ("no duplicate", [(0, 0, 0)], [(0, 0, 0), (0, 0, 0)], []),
        ("no orphan", [(0, 0, 0)], [(0, 0, 0), (0, 0, 7)], []),
        ("nothing is embedded again", [(0, 0, 0)], [(0, 0, 0)], ["aa"]),
    ],
)
def test_each_failed_check_is_noticed(world, monkeypatch, check, before, after, noted):
    monkeypatch.setattr(kills, "check", lambda *_: [])
    path = str(world.kept[0].path)
    world.compare(state(*before, embedded=["aa"]), state(*after, path=path), set(), noted, "here")
    assert check in [name for name, problems in world.problems.items() if problems]


def test_failed_check_ends_non_zero_and_stands_in_the_table(monkeypatch, capsys, tmp_path):
    def losing(found, folder):
        found.add("one", "5 s", "1 s", False)

    monkeypatch.setattr(stress, "_runner", lambda scenario, options: losing)
    assert stress.main(["kills", "--folder", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "FAILED" in out and "0 of 1 checks passed" in out
    assert list(tmp_path.iterdir()) == []


def test_table_has_a_line_for_each_check():
    lines = stress.table([Row("kills", "a", "1", "2", True), Row("soak", "b", "3", "2", False)]).splitlines()
    assert [line.split("|")[-2].strip() for line in lines[2:]] == ["passed", "FAILED"]


def test_hostile_files_are_the_same_for_the_same_seed(tmp_path):
    count = len(hostile_files.KINDS)
    first = hostile_files.write(tmp_path / "a", count, 5)
    again = hostile_files.write(tmp_path / "b", count, 5)
    names = [path.name for path in first]
    assert len(set(names)) == count
    fixed = [
        name for name in names if "office" not in name and "zip" not in name and "epub" not in name
    ]  # zips hold the time
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in fixed)
    assert [path.name for path in again] == names


def test_hostile_files_end_ready_or_failed_with_a_sentence(tmp_path, monkeypatch):
    """Through the real reading process; the whole form, beside the app, is the script's."""
    import contextlib

    from corpus.document import Document, ReadingError
    from corpus.home import Home
    from index.ingestion.parser import Parser

    paths = hostile_files.write(tmp_path / "files", len(hostile_files.KINDS), 8)
    with contextlib.closing(Parser(Home(tmp_path), silence_s=60.0)) as parser:
        for path in paths:
            try:
                items = list(itertools.islice(parser.read(str(path), "file"), 1000))
                assert items
                assert all(item.text.strip() for item in items if isinstance(item, Document))
            except ReadingError as error:
                assert is_sentence(say(error)), (path.name, say(error))


def test_clear_sentence_is_told_from_a_programs_words():
    assert is_sentence("a.pdf is damaged or not a PDF.")
    for reason in ("", "Traceback (most recent call last):.", "<class 'int'> is wrong.", "two\nlines of it.", "no end"):
        assert not is_sentence(reason)


def test_mutation_changes_bytes():
    rng = random.Random(1)
    data = json.dumps(list(range(500))).encode()
    assert sum(hostile_files.mutated(rng, data) != data for _ in range(20)) > 15
