"""Followed folders: what changes on disk changes in the index; what is away is kept."""

import contextlib
import itertools
import os
import threading
import time
from pathlib import Path

import pytest

from corpus.errors import Reason
from corpus.home import Home
from index.following.scan import scan
from index.following.watcher import Watcher
from index.following.watches import add_watch, dismiss, remove_watch, watches
from index.ingestion.worker import work
from index.storage.rows import StoreError
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder


class CountingEmbedder(HashingEmbedder):
    """Counts the texts that it embeds."""

    def __init__(self):
        self.embedded = 0

    def encode(self, texts, role="passage"):
        self.embedded += len(texts)
        return super().encode(texts, role)


@pytest.fixture
def embedder(monkeypatch):
    made = CountingEmbedder()
    monkeypatch.setattr("index.ingestion.worker.load_embedder", lambda: made)
    monkeypatch.setattr("index.ingestion.worker.IDLE_S", 0.0)
    return made


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").make()


@pytest.fixture
def store(home):
    with contextlib.closing(Store(home.index)) as made:
        yield made


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "papers"
    (made / "eyes").mkdir(parents=True)
    (made / "eyes" / "drops.txt").write_text("Eye drops lower the pressure in the eye.")
    (made / "bread.md").write_text("# Bread\n\nBake the dough for forty minutes.")
    return made


class Following:
    """A watcher that is stepped until nothing changes, and the indexing after it."""

    def __init__(self, store, home):
        self.store, self.home = store, home
        self.watcher = Watcher(store, home, quiet_s=0.05)

    def look(self) -> "Following":
        """A whole look, as if the time for it had come, then the reading."""
        for followed in self.watcher._followed.values():
            followed.look_at = 0.0
        assert self.watcher.step()
        work(self.home, threading.Event())
        return self

    @property
    def titles(self) -> list[str]:
        return sorted(row.title for row in self.store.documents())


@pytest.fixture
def following(store, home, folder, embedder):
    add_watch(store, folder, "papers", home)
    made = Following(store, home)
    yield made.look()
    made.watcher.close()


def found(store, word):
    sql = "SELECT COUNT(*) FROM passages_fts WHERE passages_fts MATCH ?"
    return store.database.connection.execute(sql, (f'"{word}"',)).fetchone()[0]


def test_files_of_a_folder_are_read_and_their_changes_follow(following, folder):
    assert following.titles == ["Bread", "drops"]
    (folder / "bread.md").write_text("# Bread\n\nKnead it twice.")
    (folder / "new.txt").write_text("Something new.")
    (folder / "eyes" / "drops.txt").unlink()
    following.look()
    assert following.titles == ["Bread", "new"]
    assert (found(following.store, "forty"), found(following.store, "knead")) == (0, 1)


def test_removed_file_is_gone_before_anything_is_read_even_while_paused(following, store, folder):
    store.pause()
    (folder / "eyes" / "drops.txt").unlink()
    following.watcher._followed[1].look_at = 0.0
    following.watcher.step()
    assert found(store, "pressure") == 0


def test_changed_file_answers_from_its_old_passages_until_it_is_read(following, store, folder):
    (folder / "bread.md").write_text("# Bread\n\nKnead it twice.")
    following.watcher._followed[1].look_at = 0.0
    following.watcher.step()
    assert [row.state for row in store.sources() if row.path.endswith("bread.md")] == ["waiting"]
    assert found(store, "forty") == 1


@pytest.mark.parametrize("target", ["eyes/fresh_name.txt", "fresh_name.txt"])
def test_renamed_file_keeps_its_vectors_and_gets_its_new_name(following, store, folder, embedder, target):
    before, source = embedder.embedded, store.sources()
    (folder / "eyes" / "drops.txt").rename(folder / target)
    following.look()
    assert embedder.embedded == before
    assert {row.id for row in store.sources()} == {row.id for row in source}
    row = next(row for row in store.documents() if row.title == "fresh name")
    assert row.path == str(folder / target) and row.embedded == row.passages == 1
    assert (found(store, "fresh"), found(store, "drops")) == (1, 1)  # "drops" is in the text, too


def test_moved_folder_keeps_its_vectors(following, store, folder, embedder):
    before = embedder.embedded
    (folder / "eyes").rename(folder / "oculaire")
    following.look()
    assert embedder.embedded == before
    assert following.titles == ["Bread", "drops"]
    assert str(folder / "oculaire" / "drops.txt") in [row.path for row in store.documents()]


def test_hidden_temporary_and_program_files_are_passed_over(following, folder):
    for name in (".git/config.txt", "node_modules/a/readme.md", "~$bread.md", ".hidden.md", "a.txt~", "#a.md#"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Never meant.")
    following.look()
    assert following.titles == ["Bread", "drops"]


def test_folder_that_is_away_keeps_its_passages_and_says_so(following, store, folder):
    folder.rename(folder.with_name("unplugged"))
    following.look()
    (watch,) = watches(store)
    assert (watch.state, Reason.loads(watch.reason)) == ("away", Reason("watch.missing"))
    assert following.titles == ["Bread", "drops"]
    folder.with_name("unplugged").rename(folder)
    following.look()
    assert watches(store)[0].state == "followed"


def test_empty_place_of_an_unplugged_disk_removes_nothing(following, store, folder):
    folder.rename(folder.with_name("unplugged"))
    folder.mkdir()  # as an empty mount point
    following.look()
    assert watches(store)[0].state == "away"
    assert following.titles == ["Bread", "drops"]


def test_folder_that_was_emptied_is_emptied_in_the_index(following, folder):
    (folder / "eyes" / "drops.txt").unlink()
    (folder / "bread.md").unlink()
    assert following.look().titles == []


def test_subfolder_that_cannot_be_opened_keeps_its_passages(following, folder, monkeypatch):
    real = os.scandir

    def refuse(path):
        if str(path).endswith("eyes"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("index.following.scan.os.scandir", refuse)
    assert following.look().titles == ["Bread", "drops"]


def test_failed_file_is_tried_again_only_when_its_bytes_change(following, store, folder):
    bad = folder / "bad.pdf"
    bad.write_text("this is no PDF")
    following.look()
    assert [row.path for row in store.sources(state="failed")] == [str(bad)]
    os.utime(bad, (1, 1))
    following.watcher._followed[1].look_at = 0.0
    following.watcher.step()
    assert store.sources(state="waiting") == []
    bad.write_text("this is no PDF either")
    following.watcher._followed[1].look_at = 0.0
    following.watcher.step()
    assert [row.path for row in store.sources(state="waiting")] == [str(bad)]


def test_file_that_the_user_took_out_stays_out_until_asked_for(following, store, folder):
    source = next(row for row in store.sources() if row.path.endswith("bread.md"))
    dismiss(store, [source.id])
    (folder / "bread.md").write_text("# Bread\n\nChanged.")
    assert following.look().titles == ["drops"]
    store.retry([source.id])
    assert following.look().titles == ["Bread", "drops"]


def test_links_that_double_at_each_level_end(tmp_path):
    levels = [tmp_path / f"{level:02d}" for level in range(40)]
    for folder in levels:
        folder.mkdir()
    for folder, below in itertools.pairwise(levels):
        for name in ("left", "right"):
            (folder / name).symlink_to(below)
    (levels[2] / "eye.txt").write_text("Eye drops.")
    (levels[-1] / "deep.txt").write_text("Too deep.")
    found = scan(str(levels[0])).files
    assert sorted(Path(path).relative_to(levels[0]).as_posix() for path in found) == [
        "left/left/eye.txt",
        "left/right/eye.txt",
        "right/left/eye.txt",
        "right/right/eye.txt",
    ]


def test_link_that_leads_back_ends(following, folder):
    (folder / "eyes" / "circle").symlink_to(folder)
    assert following.look().titles == ["Bread", "drops"]


def test_messages_of_the_system_are_enough(following, store, folder):
    following.watcher._followed[1].look_at = time.monotonic() + 3600
    (folder / "eyes" / "more").mkdir()
    (folder / "eyes" / "more" / "told.txt").write_text("The system told it.")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not store.sources(state="waiting"):
        following.watcher.step()
        time.sleep(0.05)
    assert [row.path for row in store.sources(state="waiting")] == [str(folder / "eyes" / "more" / "told.txt")]


def test_folder_whose_messages_cannot_be_had_is_looked_through(store, home, folder, embedder, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("index.following.watcher.Observer", refuse)
    add_watch(store, folder, "papers", home)
    following = Following(store, home).look()
    assert following.titles == ["Bread", "drops"]
    following.watcher.close()


def test_one_watcher_a_data_folder_works(following, store, home):
    other = Watcher(store, home)
    assert not other.step()
    other.close()


def test_unfollowing_keeps_the_documents_unless_told(following, store, folder, home):
    (watch,) = watches(store)
    remove_watch(store, watch.id)
    (folder / "bread.md").unlink()
    assert following.look().titles == ["Bread", "drops"]
    watch = add_watch(store, folder, "papers", home)
    assert remove_watch(store, watch.id, documents=True) == 2
    assert store.documents() == []


def test_folders_inside_each_other_are_followed_once(store, home, folder):
    inner = add_watch(store, folder / "eyes", "papers", home)
    outer = add_watch(store, folder, "papers", home)
    assert [watch.id for watch in watches(store)] == [outer.id] != [inner.id]
    assert add_watch(store, folder / "eyes", "papers", home) == outer


@pytest.mark.parametrize(("name", "code"), [("gone", "watch.no_folder"), ("bread.md", "watch.is_file")])
def test_what_is_no_folder_is_not_followed(store, home, folder, name, code):
    with pytest.raises(StoreError, match=f"^{code} "):
        add_watch(store, folder / name, "papers", home)


def test_the_data_folder_is_not_followed(store, home):
    with pytest.raises(StoreError, match=r"^watch.data_folder$"):
        add_watch(store, home.path, "papers", home)
