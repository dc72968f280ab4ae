import numpy as np
import pytest
from conftest_index import add, document, embed_all

from index.vectors.faiss_cache import VectorCache, VectorIndex

STAMP = {"index": "u", "embedder": "e"}


def unit(*rows):
    matrix = np.array(rows, np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture
def index():
    made = VectorIndex(2)
    made.add(np.array([3, 7, 9]), unit([1, 0], [1, 1], [0, 1]))
    return made


def test_search_gives_cosines_best_first(index):
    found = index.search(unit([1, 0.1])[0], 2)
    assert [seq for seq, _ in found] == [3, 7]
    assert found[0][1] == pytest.approx(0.995, abs=1e-3)


def test_search_among_allowed_ones_takes_numbers_that_do_not_exist(index):
    assert [seq for seq, _ in index.search(unit([1, 0])[0], 5, np.array([9, 7, 8, 100]))] == [7, 9]
    assert index.search(unit([1, 0])[0], 5, np.array([1, 100])) == []
    assert index.search(unit([1, 0])[0], 5, np.empty(0, np.int64)) == []


def test_saved_index_is_loaded_equal(index, tmp_path):
    index.save(tmp_path / "v" / "x.faiss", STAMP)
    again = VectorIndex.load(tmp_path / "v" / "x.faiss", STAMP)
    assert again.search(unit([0, 1])[0], 3) == index.search(unit([0, 1])[0], 3)
    assert again.last == 9


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "other index", "not ours"])
def test_unusable_cache_is_not_loaded(index, tmp_path, damage):
    path = tmp_path / "x.faiss"
    index.save(path, STAMP)
    body = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(body[:-10])
    elif damage == "flipped":
        path.write_bytes(body[:-5] + bytes([body[-5] ^ 255]) + body[-4:])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "not ours":
        path.write_text("[1, 2]\nrest")
    stamp = {**STAMP, "index": "another"} if damage == "other index" else STAMP
    assert VectorIndex.load(path, stamp) is None


def test_cache_catches_up_with_what_was_embedded_since(library, embedder, tmp_path):
    cache = VectorCache(library, tmp_path / "v", embedder.name)
    query = embedder.encode(["tea leaves"])[0]
    before = cache.search(query, 1)[0][1]
    add(library, [document("", "tea leaves")], embedder, path="tea.txt")
    embed_all(library, embedder)
    assert before < 0.9
    assert cache.search(query, 1)[0][1] == pytest.approx(1.0, abs=1e-3)


def test_damaged_cache_file_is_rebuilt_from_the_store(library, embedder, tmp_path):
    VectorCache(library, tmp_path / "v", embedder.name).save()
    file = next((tmp_path / "v").iterdir())
    file.write_bytes(file.read_bytes()[:100])
    found = VectorCache(library, tmp_path / "v", embedder.name).search(embedder.encode(["yeast"])[0], 10)
    assert len(found) == 4


def test_cache_in_a_folder_that_cannot_be_written_still_answers(library, embedder, tmp_path):
    (tmp_path / "v").write_text("a file where the folder should be")
    cache = VectorCache(library, tmp_path / "v", embedder.name)
    cache.save()
    assert len(cache.search(embedder.encode(["yeast"])[0], 10)) == 4
