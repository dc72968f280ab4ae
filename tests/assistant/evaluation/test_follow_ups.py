import os

import pytest

from assistant.evaluation.follow_ups import SPLITS, asked, dialogues, report, table
from corpus.home import Home


def test_table_holds_enough_turns_of_both_languages():
    turns = [turn for dialogue in dialogues() for turn in dialogue["turns"]]
    assert len(turns) >= 60
    assert {dialogue["language"] for dialogue in dialogues()} == {"en", "fr"}
    assert all(2 <= len(dialogue["turns"]) <= 7 for dialogue in dialogues())


@pytest.mark.parametrize("split", SPLITS)
def test_completed_questions_name_their_topic_and_no_other(split):
    turns = list(asked(dialogues(split), None))
    wrong = [(turn.text, turn.query) for turn in turns if not turn.resolved]
    assert len(wrong) <= 0.05 * len(turns), wrong


@pytest.mark.real
def test_first_hit_of_nine_turns_in_ten_is_of_the_right_topic():
    home = Home.find(os.environ.get("SOURCIER_MEDQUAD_HOME") or os.devnull)
    if not home.index.is_file():
        pytest.skip("SOURCIER_MEDQUAD_HOME names no data folder with medquad in it")
    from index.retrieval.search import Search
    from index.storage.store import Store
    from index.vectors.embedder import load_embedder
    from index.vectors.faiss_cache import VectorCache

    store, embedder = Store(home.index), load_embedder()
    try:
        search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
        shares = [shares["all"] for shares in report(search).values()]
        assert sum(share.right for share in shares) >= 0.9 * sum(share.count for share in shares), table(search)
    finally:
        store.close()
