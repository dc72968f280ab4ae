"""Reading with a toy body: order, windows, threads; and the reader that needs no weights."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import reader_toy

from index.reader import weights
from index.reader.overlap import OverlapReader
from index.reader.reader import Reader, batched

LONG = "ada wrote the book. bob built the house. " * 10


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    reader_toy.body(folder / "models")
    head = np.random.default_rng(2).normal(0, 1, (2, 32)).astype(np.float32)
    weights.store(folder / "weights", {"head.weight": head, "head.bias": np.zeros(2, np.float32)}, {}, 40, 8)
    return Reader(folder / "models", folder / "weights")


def test_a_passage_reads_the_same_alone_and_among_others(reader):
    passages = ["ada wrote the book.", LONG, "bob built.", ""]
    together = reader.read("who wrote the book ?", passages)
    assert len(together) == 4
    for passage, reading in zip(passages, together, strict=True):
        (alone,) = reader.read("who wrote the book ?", [passage])
        assert alone.score == pytest.approx(reading.score, abs=1e-4)
        assert [span.start for span in alone.evidence] == [span.start for span in reading.evidence]


def test_evidence_and_sentences_lie_in_their_passage(reader):
    (reading,) = reader.read("who built the house ?", [LONG], ["book"], ["en"])
    assert len(reading.sentences) == 20
    assert all(np.isfinite(sentence.score) for sentence in reading.sentences)
    assert all(0 <= span.start < span.end <= len(LONG) and 0 <= span.probability <= 1 for span in reading.evidence)
    assert max(sentence.score for sentence in reading.sentences) <= reading.score + 1e-4


def test_threads_may_share_it(reader):
    with ThreadPoolExecutor(4) as pool:
        scores = list(pool.map(lambda _: reader.read("who ?", ["ada wrote the book."])[0].score, range(8)))
    assert max(scores) - min(scores) < 1e-4


def test_no_passages_need_no_weights(tmp_path):
    assert Reader(tmp_path, tmp_path).read("who ?", []) == []


def test_batches_hold_every_window_once_and_keep_their_limit():
    lengths = [10, 200, 30, 199, 12]
    found = batched(lengths, 400)
    assert sorted(number for batch in found for number in batch) == [0, 1, 2, 3, 4]
    assert all(len(batch) * max(lengths[number] for number in batch) <= 400 for batch in found)


def test_the_reader_without_weights_prefers_shared_words():
    first, second = OverlapReader().read("who painted the house", ["Ada painted the house. She slept.", "It rained."])
    assert first.score > 0 > second.score
    assert first.evidence[0].end == len("Ada painted the house.")
    assert [sentence.start for sentence in first.sentences] == [0, 23]
