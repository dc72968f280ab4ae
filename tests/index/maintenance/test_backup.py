"""A collection as one file: what goes in comes out elsewhere, and nothing in a forged file does harm."""

import contextlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest_index import add, document, embed_all

from assistant.ui.i18n.errors import sentence
from corpus.document import ReadingError
from corpus.home import Home
from index.maintenance.backup import export
from index.maintenance.check import check
from index.maintenance.restore import KEPT, restore
from index.retrieval.search import Search
from index.storage.rows import StoreError
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache


@pytest.fixture
def saved(library, tmp_path):
    path = tmp_path / "notes.zip"
    export(library, "notes", path)
    return path


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "elsewhere").make()


@pytest.fixture
def other(home):
    with contextlib.closing(Store(home.index)) as made:
        yield made


def contents(store, collection="notes"):
    rows = store.database.connection.execute(
        """SELECT d.title, d.path, d.external_id, d.language, d.metadata, d.sha256, d.chunking, p.ordinal, p.heading,
           p.text, p.page, p.key FROM documents d JOIN collections c ON c.id = d.collection_id
           LEFT JOIN passages p ON p.document_id = d.id WHERE c.name = ? ORDER BY d.id, p.ordinal""",
        (collection,),
    )
    return [tuple(row) for row in rows.fetchall()]


def nothing_is_there(store, home):
    assert store.collections() == []
    tables = ("documents", "passages", "vectors", "sources", "embedding_queue")
    counts = [store.database.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables]
    assert counts == [0] * len(tables)
    assert not home.documents.exists() or not list(home.documents.iterdir())


def test_collection_is_the_same_elsewhere_and_nothing_is_embedded_again(library, saved, other, home, embedder):
    imported = restore(other, home, saved, embedder=embedder)
    assert (imported.collection, imported.documents, imported.passages, imported.vectors) == ("notes", 4, 4, 4)
    assert contents(other) == contents(library)
    assert other.unembedded(10) == []
    assert check(other, home.vectors) == []
    search = Search(other, embedder, VectorCache(other, home.vectors, embedder.name))
    assert search.search("What lowers the pressure in the eye?").hits[0].title == "Glaucoma"


def test_export_leaves_out_other_collections_and_writes_over_nothing(library, embedder, tmp_path, other, home):
    add(library, [document("Else", "Something else.")], embedder, "other", "else.jsonl")
    export(library, "notes", tmp_path / "n.zip")
    with pytest.raises(StoreError, match=r"^backup.exists "):
        export(library, "notes", tmp_path / "n.zip")
    restore(other, home, tmp_path / "n.zip")
    assert "Else" not in [row.title for row in other.documents()]
    assert list(tmp_path.glob("*.partial")) == []


def test_name_that_is_taken_is_refused_and_another_can_be_given(library, saved, tmp_path):
    with pytest.raises(StoreError, match=r"^collection.taken_choose .name=notes.$"):
        restore(library, Home(tmp_path), saved)
    assert restore(library, Home(tmp_path), saved, "Again").collection == "Again"
    assert contents(library, "Again") == contents(library)
    assert check(library, tmp_path / "vectors") == []


def test_passages_of_another_embedder_wait_for_the_own_one(saved, other, home):
    other.use_embedder("another")
    imported = restore(other, home, saved)
    assert (imported.passages, imported.vectors) == (4, 0)
    assert len(other.unembedded(10)) == 4
    assert check(other, home.vectors) == []


def test_originals_come_along_under_safe_names_and_are_read_from_there(store, embedder, tmp_path, other, home):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    for folder in ("one", "two"):
        (tmp_path / folder / "a “b”.txt").write_text(f"Text of {folder}.")
        add(store, [document("a", f"Text of {folder}.")], embedder, path=str(tmp_path / folder / "a “b”.txt"))
    add(store, [document("gone", "Its file is gone.")], embedder, path=str(tmp_path / "gone.txt"))
    exported = export(store, "notes", tmp_path / "n.zip", originals=True)
    assert (exported.originals, exported.missing) == (2, (str(tmp_path / "gone.txt"),))
    assert restore(other, home, tmp_path / "n.zip").originals == 2
    copies = [row.path for row in other.sources() if row.kind == "file"]
    assert sorted(Path(path).read_text() for path in copies) == ["Text of one.", "Text of two."]
    assert all(path.startswith(str(home.documents)) for path in copies)
    assert [row.path for row in other.sources() if row.kind == KEPT] == [f"{KEPT}:{tmp_path / 'gone.txt'}"]


def test_sources_that_did_not_come_along_are_never_opened(saved, other, home, tmp_path):
    """A forged file must not make the program read what lies on this machine."""
    (tmp_path / "secret.txt").write_text("secret")
    forge(saved, "sources.jsonl", lambda text: json.dumps({"path": str(tmp_path / "secret.txt"), "kind": "file"}))
    restore(other, home, saved)
    assert [row.kind for row in other.sources()] == [KEPT]
    assert other.read_again() == []


def forge(path, member, change):
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    made = change(members[member] if member.endswith(".bin") else members[member].decode())
    members[member] = made if isinstance(made, bytes) else made.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def changed(**fields):
    """Changes the first document."""

    def change(text):
        first, *rest = text.splitlines()
        return "\n".join([json.dumps({**json.loads(first), **fields}), *rest])

    return change


LAST_DAMAGED = {
    "no zip": None,
    "not json": ("documents.jsonl", lambda text: text + "{"),
    "not an object": ("documents.jsonl", lambda text: text + "[1]"),
    "deeply nested": ("documents.jsonl", lambda text: text + "[" * 200_000),
    "no sections": ("documents.jsonl", changed(sections=None)),
    "text is a number": ("documents.jsonl", changed(sections=[{"text": 1, "heading": "", "page": None}])),
    "page is a text": ("documents.jsonl", changed(sections=[{"text": "a", "heading": "", "page": "1; DROP"}])),
    "no source": ("documents.jsonl", changed(sources=[])),
    "source out of range": ("documents.jsonl", changed(sources=[7])),
    "endless title": ("documents.jsonl", changed(title="x" * 20_000)),
    "no document": ("documents.jsonl", lambda text: ""),
    "another format": ("manifest.json", lambda text: '{"format": "cookbook"}'),
    "newer version": ("manifest.json", lambda text: text.replace('"version": 1', '"version": 2')),
    "manifest is a list": ("manifest.json", lambda text: "[]"),
    "original out of range": ("sources.jsonl", lambda text: '{"path": "a", "kind": "file", "original": -1}'),
    "original that is not there": ("sources.jsonl", lambda text: '{"path": "a.txt", "kind": "file", "original": 5}'),
    "bomb": ("documents.jsonl", lambda text: text + " " * (60 << 20)),
}


@pytest.mark.parametrize("damage", LAST_DAMAGED)
def test_damaged_or_forged_file_is_refused_and_leaves_nothing(damage, saved, other, home):
    if LAST_DAMAGED[damage] is None:
        saved.write_bytes(b"PK\x03\x04 and no more")
    else:
        forge(saved, *LAST_DAMAGED[damage])
    with pytest.raises((ReadingError, StoreError)) as failure:
        restore(other, home, saved)
    assert sentence(failure.value, "en") != str(failure.value), "its code has a sentence"
    nothing_is_there(other, home)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_file_leaves_nothing(share, saved, other, home):
    saved.write_bytes(saved.read_bytes()[: int(saved.stat().st_size * share)])
    with pytest.raises(ReadingError):
        restore(other, home, saved)
    nothing_is_there(other, home)


def test_failure_while_storing_leaves_nothing_not_even_the_originals(
    store, embedder, tmp_path, other, home, monkeypatch
):
    (tmp_path / "a.txt").write_text("Text.")
    add(store, [document("a", "Text.")], embedder, path=str(tmp_path / "a.txt"))
    export(store, "notes", tmp_path / "n.zip", originals=True)

    def full(*_):
        raise StoreError("storage.full", path="x")

    monkeypatch.setattr("index.maintenance.restore.bump", full)
    with pytest.raises(StoreError, match=r"^storage.full "):
        restore(other, home, tmp_path / "n.zip")
    nothing_is_there(other, home)


def test_passage_that_does_not_stand_in_its_document_is_not_taken_over(saved, other, home):
    forge(saved, "documents.jsonl", changed(passages=[{"text": "Drink bleach.", "heading": "Glaucoma", "page": None}]))
    restore(other, home, saved)
    assert all("bleach" not in row[9] for row in contents(other) if row[9])
    assert contents(other)[0][6] == ""  # to be cut anew
    assert check(other, home.vectors) == []


def test_paths_in_names_become_no_paths(store, embedder, tmp_path, other, home):
    (tmp_path / "a.txt").write_text("Text.")
    add(store, [document("a", "Text.")], embedder, path=str(tmp_path / "a.txt"))
    export(store, "notes", tmp_path / "n.zip", originals=True)
    for name in ("../../../up.txt", "/etc/up.txt", "C:\\up.txt", "a\0b.txt", "..", ""):
        line = json.dumps({"path": name, "kind": "file", "original": 0})
        forge(tmp_path / "n.zip", "sources.jsonl", lambda text, line=line: line)
        forge(tmp_path / "n.zip", "manifest.json", lambda text: text.replace('"notes"', '"../notes"'))
        imported = restore(other, home, tmp_path / "n.zip", f"n {ord(name[-1]) if name else 0} {len(name)}")
        (row,) = other.sources(imported.collection)
        assert row.path.startswith(str(home.documents))
        assert ".." not in row.path
    assert {path.name for path in tmp_path.iterdir()} == {
        "a.txt",
        "n.zip",
        "elsewhere",
        "index.sqlite3",
        "index.sqlite3-wal",
        "index.sqlite3-shm",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-100],
        lambda data: np.full(len(data) // 2, np.nan, "<f2").tobytes(),
        lambda data: b"".join(data[at : at + 32] + data[-512:] for at in range(0, len(data), 544)),  # of another text
        lambda data: b"",
    ],
    ids=["truncated", "no numbers", "of other texts", "none"],
)
def test_vectors_that_are_not_those_of_the_texts_are_left_to_the_embedder(change, saved, other, home, embedder):
    forge(saved, "vectors.bin", change)
    restore(other, home, saved, embedder=embedder)
    embed_all(other, embedder)
    assert check(other, home.vectors) == []
    search = Search(other, embedder, VectorCache(other, home.vectors, embedder.name))
    assert search.search("an inhaler for the airways").hits[0].title == "Asthma"


def test_vectors_of_another_size_are_not_mixed_in(library, saved, tmp_path):
    forge(saved, "manifest.json", lambda text: text.replace('"dimension": 256', '"dimension": 128'))
    restore(library, Home(tmp_path), saved, "again", HashingEmbedder())
    assert check(library, tmp_path / "vectors") == []
