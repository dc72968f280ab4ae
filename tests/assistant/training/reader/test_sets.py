"""Sets on disk become examples with their gold."""

import csv
import json

import pytest

from assistant.training.errors import TrainingError
from assistant.training.reader import mixture, sets
from assistant.training.reader.development import auroc, measured, tasks
from index.reader.overlap import OverlapReader

SENTENCES = ["the first sentence is about ada.", "the second one tells of rome.", "the third says that bob ran."]


def write(folder, name, corpus, questions):
    """A set as `sets.load` reads it; `questions` are (text, answers, document, sentence)."""
    target = folder / name
    target.mkdir(parents=True)
    rows = {"corpus": corpus, "queries": [], "answers": []}
    for number, (text, answers, document, sentence) in enumerate(questions):
        rows["queries"].append({"_id": f"q{number}", "text": text})
        rows["answers"].append({"_id": f"q{number}", "answers": answers, "doc": document, "sentence": sentence})
    for part, content in rows.items():
        (target / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content))


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qa")
    for name in (sets.SQUAD2, sets.PIAF, *sets.SPANS):
        corpus = [
            {"_id": f"d{number}", "title": f"Article {number}", "text": f"P{number:03d} wrote it in {1900 + number}. "
             f"It was long. It lies in town {number}."}
            for number in range(60)
        ]  # fmt: skip
        questions = [
            (f"When did p{number:03d} write it?", [str(1900 + number)], f"d{number}",
             f"P{number:03d} wrote it in {1900 + number}.")
            for number in range(60)
        ]  # fmt: skip
        if name == sets.SQUAD2:
            questions += [(f"Who sold town {number}?", [], f"d{number}", "") for number in range(60)]
        write(folder, name, corpus, questions)
    corpus = [{"_id": f"s{number}", "title": "", "text": f"{SENTENCES[number % 3]}"} for number in range(900)]
    write(folder, sets.SQUAD1, corpus, [(f"who ran {n}?", None, f"s{n}", SENTENCES[n % 3]) for n in range(0, 900, 30)])
    return folder


@pytest.fixture(scope="module")
def data(qa, tmp_path_factory):
    path = tmp_path_factory.mktemp("medquad") / "medquad.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["question", "answer", "focus_area", "question_type"])
        writer.writeheader()
        for topic in map(str, range(20)):
            for kind in ("treatment", "causes", "information"):
                answer = f"Key Points - This long sentence is about the {kind} of illness {topic}. And another one."
                row = {"question": f"What is (are) {kind} of {topic} ?", "answer": answer, "focus_area": topic}
                writer.writerow(row | {"question_type": kind})
    pages = {
        "en": [("Ada Lovelace", "Ada Lovelace (born 10 December 1815) was an English mathematician. She wrote notes.")],
        "fr": [("Ada Lovelace", "Ada Lovelace, née le 10 décembre 1815 et morte en 1852, est une mathématicienne.")],
    }
    return mixture.prepare(qa, path, pages)


def test_a_sentence_stands_among_its_neighbours(qa):
    loaded = sets.load(qa, sets.SQUAD1)
    for example in loaded.examples:
        (gold,) = example.gold
        assert example.passage[gold.start : gold.end] in SENTENCES and not gold.exact


def test_held_out_articles_are_in_no_pool(data):
    assert len(data.excluded) <= 48
    trained = {example.group for pool in data.mixture.pools.values() for example in pool}
    assert not trained & set(data.excluded)
    assert {one.name for one in data.development} == {sets.SQUAD2, sets.PIAF}


def test_gold_lies_inside_its_passage_and_shares_sum_to_one(data):
    for pool in data.mixture.pools.values():
        for example in pool:
            assert all(0 <= gold.start < gold.end <= len(example.passage) for gold in example.gold)
    assert sum(data.mixture.shares.values()) == pytest.approx(1)


def test_medquad_has_its_near_misses(data):
    pools = data.mixture.pools
    assert all(example.gold for example in pools["medquad answer"])
    for example in pools["medquad same topic"]:
        assert not example.gold and example.answers[0] not in example.passage


def test_a_medquad_file_without_types_is_named_with_what_it_lacks(tmp_path):
    path = tmp_path / "medquad.csv"
    path.write_text("question,answer,source,focus_area\nWhat is gout?,A disease.,NIH,gout\n")
    with pytest.raises(TrainingError) as caught:
        sets.medquad(path)
    assert caught.value.code == "reader.columns_missing" and caught.value.values["columns"] == "question_type"


def test_summaries_are_asked_in_both_languages():
    pages = {
        "en": [("Ada Lovelace", "Ada Lovelace (born 10 December 1815) was an English mathematician. She wrote notes.")],
        "fr": [("Ada Lovelace", "Ada Lovelace, née le 10 décembre 1815 et morte en 1852, est une mathématicienne.")],
    }
    found = {(one.question, one.source) for one in sets.summaries(pages)}
    assert ("Who is Ada Lovelace?", "wikipedia-en") in found
    assert ("Qui était Ada Lovelace ?", "wikipedia-fr") in found
    assert ("Qui est Ada Lovelace ?", "wikipedia-cross") in found


def test_a_long_document_is_cut_around_its_answer():
    text = " ".join(f"This is sentence number {number} of a long article." for number in range(200))
    gold = sets.located(text, ["number 150"], "")
    for choice in (0, 300, 899):
        cut, kept = sets._around(text, gold, "en", choice)
        assert len(cut) <= sets.WINDOW + 60
        assert cut[kept[0].start : kept[0].end] == "number 150"


def test_measures_know_a_good_reader_from_none(data):
    (development, _) = data.development
    chosen = tasks(development, 5, 2)
    assert {task.kind for task in chosen} == {"present", "unanswerable", "away"}
    figures = measured(chosen, OverlapReader().read)
    assert figures["questions"] == 5
    assert figures["first"] >= 0.8 and figures["passage"] >= 0.8


def test_auroc_counts_ties_as_half():
    assert auroc([2, 3], [1, 1]) == 1
    assert auroc([1], [1]) == 0.5
    assert auroc([1], []) is None
