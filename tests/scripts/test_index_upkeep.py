"""The commands that keep an index going, as a user types them, with the hashing embedder."""

import json

import pytest

from scripts import index


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setenv("SOURCIER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "papers"
    made.mkdir()
    (made / "drops.txt").write_text("Eye drops lower the pressure in the eye.")
    (made / "bad.pdf").write_text("this is no PDF")
    return made


def run_json(arguments, capsys):
    status = index.main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_followed_folder_stands_in_the_status_and_is_brought_in_step(home, folder, capsys):
    status, report = run_json(["watch", str(folder), "--collection", "work", "--once"], capsys)
    assert status == 0 and [watch["state"] for watch in report["watches"]] == ["followed"]
    (folder / "drops.txt").unlink()
    (folder / "new.txt").write_text("Something new.")
    assert run_json(["watch", "--once"], capsys)[0] == 0
    _, report = run_json(["status"], capsys)
    assert [row["path"] for row in report["watches"]] == [str(folder)]
    assert [(row["name"], row["documents"], row["failed"]) for row in report["collections"]] == [("work", 1, 1)]
    assert run_json(["unwatch", str(folder), "--remove"], capsys)[1]["files_removed"] == 2
    assert run_json(["unwatch", str(folder)], capsys)[0] == 1


def test_folder_that_is_not_there_is_named_and_the_others_are_followed(home, folder, capsys):
    status, report = run_json(["watch", str(folder / "gone"), str(folder), "--later"], capsys)
    assert status == 1
    assert [watch["path"] for watch in report["watches"]] == [str(folder)]


def test_paused_index_takes_files_and_reads_them_when_it_is_resumed(home, folder, capsys):
    assert run_json(["pause"], capsys) == (0, {"paused": True})
    assert index.main(["add", str(folder / "drops.txt")]) == 0
    assert "resume" in capsys.readouterr().err
    _, report = run_json(["status"], capsys)
    assert report["paused"] and report["collections"][0]["state"] == "waiting"
    assert run_json(["resume", "--wait"], capsys) == (0, {"paused": False})
    assert run_json(["status"], capsys)[1]["collections"][0]["state"] == "ready"


def test_failed_file_is_read_again_when_asked(home, folder, capsys):
    assert index.main(["add", str(folder)]) == 1
    capsys.readouterr()
    assert run_json(["retry", "--wait"], capsys) == (0, {"queued": 1})
    assert run_json(["status"], capsys)[1]["collections"][0]["failed"] == 1


def test_collections_are_renamed_and_deleted(home, folder, capsys):
    index.main(["add", str(folder / "drops.txt"), "--collection", "old"])
    capsys.readouterr()
    assert run_json(["rename", "old", " New  name "], capsys) == (0, {"name": "New name"})
    assert run_json(["delete", "New name"], capsys) == (0, {"removed": 1})
    assert run_json(["status"], capsys)[1] == {"collections": []}
