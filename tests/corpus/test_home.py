import os
from pathlib import Path

import platformdirs
import pytest

from corpus.home import VARIABLE, Home

posix = pytest.mark.skipif(os.name != "posix", reason="Windows gives new files their owner's rights")


def test_the_folder_is_named_else_the_systems_else_the_one_of_before(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: tmp_path / "data" / name)
    assert Home.find().path == (tmp_path / "data" / "sourcier").resolve()
    (tmp_path / ".sourcier").mkdir()
    assert Home.find().path == (tmp_path / ".sourcier").resolve()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    assert Home.find().path == (tmp_path / "variable").resolve()
    assert Home.find(tmp_path / "named").path == (tmp_path / "named").resolve()


@pytest.fixture
def usual_rights():
    """The rights that most systems give to new files: everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.lstat().st_mode & 0o777
        for path in [folder, *folder.rglob("*")]
        if not path.is_symlink()
    }


def open_to_all(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


@posix
def test_a_new_folder_and_all_that_is_written_is_its_owner_s_alone(tmp_path, usual_rights):
    home = Home(tmp_path / "home").make()
    open_to_all(home.path, "index.sqlite3", "logs/sourcier.log", "runs/one/config.json")
    assert set(modes(home.path).values()) == {0o700, 0o600}


@posix
def test_a_folder_of_an_older_version_is_mended_and_nothing_outside(tmp_path, usual_rights):
    home, outside = Home(tmp_path / "home"), tmp_path / "outside"
    open_to_all(home.path, "index.sqlite3", "index.sqlite3-wal", "index.damaged-1.sqlite3", "votes.sqlite3.lock")
    open_to_all(home.path, "documents/work/a.txt", "models/mine/config.json", ".DS_Store")
    open_to_all(outside, "file")
    (home.path / "datasets").symlink_to(outside)
    (home.documents / "link").symlink_to(outside / "file")
    home.make()
    kept = modes(home.path)
    assert kept.pop(".DS_Store") == 0o644
    assert set(kept.values()) == {0o700, 0o600}
    assert set(modes(outside).values()) == {0o755, 0o644}


@posix
@pytest.mark.parametrize(
    ("others", "mended"), [(("thesis.tex", "index.sqlite3"), True), (("models/theirs.bin",), False)]
)
def test_what_else_lies_in_a_shared_folder_keeps_its_rights(tmp_path, usual_rights, others, mended):
    open_to_all(tmp_path / "project", *others)
    Home(tmp_path / "project").make()
    found = modes(tmp_path / "project")
    assert found["."] == 0o755 and found[others[0]] == 0o644
    assert not mended or found["index.sqlite3"] == 0o600
