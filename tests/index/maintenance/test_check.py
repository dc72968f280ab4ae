"""Each integrity rule of the index, broken by hand, is found and mended."""

import contextlib
import os

import pytest
from conftest_index import DOCUMENTS, add, embed_all

from assistant.ui.i18n.errors import sentence
from corpus.errors import Reason
from corpus.home import Home
from index.ingestion.builder import Builder
from index.ingestion.chunking_settings import chunking_of
from index.ingestion.parser import Parser
from index.maintenance.check import check, mended, repair
from index.storage import integrity, manifest, recovery
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.vectors.faiss_cache import VectorCache, cache_path


@pytest.fixture
def vectors(tmp_path):
    return tmp_path / "vectors"


def run(store, sql, *values):
    store.database.connection.execute("PRAGMA foreign_keys = OFF")
    store.database.connection.execute(sql, values)
    store.database.connection.execute("PRAGMA foreign_keys = ON")


def rules(findings):
    return {finding.rule for finding in findings}


def test_sound_index_has_no_findings_also_while_it_is_filled(store, embedder, vectors):
    assert check(store, vectors) == []
    add(store, DOCUMENTS, embedder)
    assert check(store, vectors) == []
    embed_all(store, embedder)
    assert check(store, vectors) == []


BROKEN = {
    "collection": ["DELETE FROM collections"],
    "link": ["INSERT INTO source_documents VALUES (1, 99, 1)", "INSERT INTO source_documents VALUES (99, 1, 1)"],
    "document without source": ["DELETE FROM source_documents WHERE document_id = 2"],
    "note": ["INSERT INTO dropped VALUES (99, 'row 1', 'empty')"],
    "passage without document": [
        "INSERT INTO passages (document_id, ordinal, heading, text, key) VALUES (99, 0, '', 'x', x'00')"
    ],
    "passage order": ["UPDATE passages SET ordinal = 1 WHERE document_id = 1"],
    "queue": ["INSERT INTO embedding_queue VALUES (99, 99)", "INSERT INTO embedding_queue VALUES (1, 1)"],
    "vector without passage": [
        "INSERT INTO vectors (embedder, key, vector) SELECT embedder, x'00', vector FROM vectors"
    ],
    "passage without vector": ["DELETE FROM vectors WHERE seq = 1"],
    "document content": ["UPDATE documents SET sections = x'00' WHERE id = 1"],
    "document without passages": ["DELETE FROM passages WHERE document_id = 1"],
    "passage content": ["UPDATE passages SET key = x'01' WHERE id = 1"],
    "vector content": ["UPDATE vectors SET vector = zeroblob(7) WHERE seq = 1"],
    "words": ["INSERT INTO passages_fts (passages_fts) VALUES ('delete-all')"],
    "manifest": ["DELETE FROM meta WHERE key = 'uuid'"],
}


def test_every_rule_is_tried():
    assert {*integrity.CODES, "words", "manifest"} == set(BROKEN)


@pytest.mark.parametrize("rule", BROKEN)
def test_every_broken_rule_is_found_and_mended(rule, library, embedder, vectors, tmp_path):
    for statement in BROKEN[rule]:
        run(
            library, statement.replace("FROM vectors", "FROM vectors LIMIT 1") if "x'00', v" in statement else statement
        )
    found = check(library, vectors)
    assert rule in rules(found)
    assert all(sentence(finding.reason, "en") != str(finding.reason) for finding in found), "each has its sentence"
    assert check(library, vectors) == found, "checking changes nothing"
    repair(library, vectors)
    work(library, embedder, tmp_path)
    assert check(library, vectors) == []
    # Its file is gone, so that a destroyed document is put together from its passages.
    assert [row.title for row in library.documents()] == ["Glaucoma", "Asthma", "Bread", "Glaucome"]
    assert "optic nerve" in library.document(1).text


def work(store, embedder, tmp_path):
    """What the indexing process does with what a repair left to it."""
    with contextlib.closing(Parser(Home(tmp_path))) as parser:
        builder = Builder(store, embedder, parser)
        store.use_embedder(embedder.name)
        while builder.read_next() or builder.recut_next() or builder.embed_next():
            pass


def test_destroyed_document_is_read_again_from_its_file(tmp_path, embedder, vectors):
    (tmp_path / "eye.txt").write_text("Eye drops lower the pressure.")
    with contextlib.closing(Store(tmp_path / "index.sqlite3")) as store:
        store.add_source("documents", str(tmp_path / "eye.txt"), "file")
        work(store, embedder, tmp_path)
        run(store, "UPDATE documents SET sections = x'00'")
        repair(store, vectors)
        work(store, embedder, tmp_path)
        assert store.documents()[0].title == "eye"
        assert check(store, vectors) == []


@pytest.fixture
def cached(library, embedder, vectors):
    VectorCache(library, vectors, embedder.name).save()
    return cache_path(vectors, embedder.name)


def test_damaged_truncated_or_foreign_vector_file_is_found_and_removed(library, embedder, vectors, cached):
    sound = cached.read_bytes()
    for content in (
        b"",
        sound[: len(sound) // 2],
        sound[:-1] + b"\xff",
        sound.replace(library.uuid.encode(), b"0" * 32),
    ):
        cached.write_bytes(content)
        assert rules(check(library, vectors)) == {"faiss"}
        repair(library, vectors)
        assert not cached.exists()
        assert VectorCache(library, vectors, embedder.name).search(embedder.encode(["eye"])[0], 4)


def test_vector_file_that_is_ahead_of_the_index_is_not_used(library, embedder, vectors, cached):
    """As after a power cut, which took the last vectors back and let their numbers be given anew."""
    ahead = cached.read_bytes()
    run(library, "DELETE FROM vectors WHERE seq = 4")
    run(library, "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'vectors'")
    run(library, "INSERT INTO embedding_queue SELECT id, id FROM passages WHERE key NOT IN (SELECT key FROM vectors)")
    assert rules(check(library, vectors)) == {"faiss"}
    changed = library.database.connection.execute("SELECT passage_id FROM embedding_queue").fetchone()[0]
    run(library, "UPDATE passages SET key = ? WHERE id = ?", b"\x07" * 32, changed)
    library.put_vectors(embedder.name, [b"\x07" * 32], embedder.encode(["something else"]))
    cached.write_bytes(ahead)
    (nearest,) = VectorCache(library, vectors, embedder.name).search(embedder.encode(["something else"])[0], 1)
    assert nearest[0] == 4
    assert nearest[1] == pytest.approx(1, abs=0.01)


def test_truncated_index_keeps_what_can_be_read_and_reads_the_rest_again(tmp_path, embedder, vectors):
    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(120):
        (folder / f"{n}.txt").write_text(f"Remedy number {n} of the old book: " + f"herb{n} and water. " * 20)
    path = tmp_path / "index.sqlite3"
    with contextlib.closing(Store(path)) as store:
        for n in range(120):
            store.add_source("documents", str(folder / f"{n}.txt"), "file")
        work(store, embedder, tmp_path)
        manifest.save(store.database)
        expected = sorted(row.id for row in store.documents(limit=1000))
    os.truncate(path, int(path.stat().st_size * 0.6))
    with contextlib.closing(Store(path)) as store:
        assert mended(store) == Reason("check.mended_in_part", {"aside": next(tmp_path.glob("*.damaged-*")).name})
        assert check(store, vectors) == []
        work(store, embedder, tmp_path)
        assert check(store, vectors) == []
        assert sorted(row.id for row in store.documents(limit=1000)) == expected


@pytest.mark.parametrize("content", [b"\0" * 40_000, b"no database"], ids=["zeros", "words"])
def test_destroyed_index_is_filled_again_from_the_list_of_sources(content, tmp_path, embedder, vectors):
    (tmp_path / "eye.txt").write_text("Eye drops lower the pressure.")
    (tmp_path / "gone.txt").write_text("Its file goes.")
    path = tmp_path / "index.sqlite3"
    with contextlib.closing(Store(path)) as store:
        store.add_sources("My notes", [(str(tmp_path / name), "file") for name in ("eye.txt", "gone.txt")])
        work(store, embedder, tmp_path)
        manifest.save(store.database)
    (tmp_path / "gone.txt").unlink()
    path.write_bytes(content)
    with contextlib.closing(Store(path)) as store:
        work(store, embedder, tmp_path)
        assert [(row.title, row.collection) for row in store.documents()] == [("eye", "My notes")]
        assert check(store, vectors) == []


def test_damage_in_the_file_is_found_and_mended(library, embedder, vectors, tmp_path):
    library.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = library.database.path
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 16384)
    library.database.close()
    with contextlib.closing(Store(path)) as store:
        found = check(store, vectors)
        assert rules(found) == {"file"}
        repair(store, vectors)
        work(store, embedder, tmp_path)
        assert check(store, vectors) == []
    assert not recovery.is_suspect(path)


def test_document_of_no_source_goes_back_to_the_one_it_came_from(store, embedder, vectors):
    add(store, DOCUMENTS[:1], embedder, path="one.txt")
    run(store, "DELETE FROM source_documents")
    repair(store, vectors)
    assert [row.path for row in store.sources()] == ["one.txt"]
    assert check(store, vectors) == []


def test_repair_cuts_with_the_recipe_of_the_index(library, embedder, vectors, tmp_path):
    library.set_meta(chunking=chunking_of(HashingEmbedder()))
    run(library, "DELETE FROM passages WHERE document_id = 1")
    repair(library, vectors)
    work(library, embedder, tmp_path)
    assert library.documents()[0].passages == 1
