import json

import numpy as np
import pytest

from assistant.generation import presets
from assistant.training.data import texts as sources
from assistant.training.data.preparation import SPLIT, Prepared, digest, read_snippets, write_snippets
from assistant.training.errors import TrainingError


def test_the_split_is_written_and_no_group_is_on_both_sides(prepared):
    split = json.loads((prepared.folder / SPLIT).read_text())
    assert split["train"] and split["held_out"]
    assert not set(split["train"]) & set(split["held_out"])
    seen = {s.group for s in prepared.snippets}
    assert seen <= set(split["train"])
    assert {s.group for s in prepared.held_out_snippets} <= set(split["held_out"])


def test_the_split_depends_on_the_group_alone():
    chosen = {name for name in map(str, range(2000)) if sources.held_out(name)}
    assert 150 < len(chosen) < 250
    assert sources.held_out("Breast  Cancer") == sources.held_out("breast cancer")


def test_prepared_data_reads_back_as_written(prepared, tmp_path):
    again = Prepared.load(prepared.folder)
    assert again.snippets == prepared.snippets
    assert {k: v.tolist() for k, v in again.train.items()} == {k: v.tolist() for k, v in prepared.train.items()}
    write_snippets(tmp_path / "x.npz", prepared.snippets[:5])
    assert read_snippets(tmp_path / "x.npz") == prepared.snippets[:5]
    with pytest.raises(TrainingError, match=r"training\.data_missing"):
        Prepared.load(tmp_path)


def test_the_vocabulary_is_gpt2s_kind(prepared):
    tokenizer = prepared.tokenizer
    assert tokenizer.size == 400
    assert tokenizer.end == 399
    text = "Sage 12 – naïve 水\n\n- x"
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert len(json.loads((prepared.folder / presets.VOCABULARY).read_text())) == 400


def test_rare_tokens_are_rarer(prepared):
    rarity = prepared.rarity()
    assert rarity.of(prepared.tokenizer.encode(" the")) < rarity.of(prepared.tokenizer.encode("水"))


def test_prose_is_cut_into_documents_at_titles(tmp_path):
    papers = "".join(f"# Paper {n}\n\n# Abstract\n\nText {n}.\n\n# Methods\n\nMore.\n\n" for n in range(3))
    (tmp_path / "papers.txt").write_text(papers)
    (tmp_path / "pages.txt").write_text("".join(f"# Page {n}\n\n{'word ' * 1500}\n\n" for n in range(20)))
    found = list(sources.prose(tmp_path))
    assert [t.title for t in found if t.source == "papers"] == ["Paper 0", "Paper 1", "Paper 2"]
    pages = [t for t in found if t.source == "pages"]
    assert len(pages) == 10
    assert "".join(t.text for t in pages).count("word") == 30_000
    with pytest.raises(TrainingError, match=r"training\.no_texts"):
        list(sources.prose(tmp_path / "none"))


def test_the_digest_changes_with_the_texts():
    first, second = sources.Text("s", "g", "a"), sources.Text("s", "g", "b")
    assert digest([first]) != digest([second])
    assert digest([first]) == digest([sources.Text("s", "g", "a")])


def test_running_text_ends_documents_with_the_end_token(prepared):
    ids = prepared.train["garden"]
    assert ids.dtype == np.uint16
    assert ids[-1] == prepared.tokenizer.end
