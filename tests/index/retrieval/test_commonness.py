"""What a word says in the world at large."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from index.retrieval.commonness import LEAST, Commonness, commonness_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pieces = [("<unk>", 0.0), ("▁long", -10.0), ("▁Ma", -11.0), ("rs", -9.0), ("holm", -12.0), ("▁Martin", -12.5)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_name_says_more_than_an_ordinary_word(folder):
    known = Commonness(folder)
    assert known.weight("long") == pytest.approx(LEAST)
    assert known.weight("marsholm") == 1.0


def test_a_word_is_known_with_and_without_a_capital(folder):
    known = Commonness(folder)
    assert known.is_word("long") and known.is_word("martin")
    assert not known.is_word("marsholm")


def test_embedders_without_such_a_vocabulary_say_nothing(tmp_path):
    assert commonness_of(SimpleNamespace(name="hashing")) is None
    assert commonness_of(SimpleNamespace(folder=tmp_path)) is None
