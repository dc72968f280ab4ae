import pytest

from index.reader.overlap import OverlapReader
from index.retrieval.hit import Hit
from index.retrieval.reading import FIRST, READ, Order, named, read

ORDER = Order(reader=1.0, blend=1.0, bias=0.0, sentence=1.0, shift=0.0)


def hits(*texts, score=0.5):
    return [Hit(n, str(n), f"T{n}", text, score=score) for n, text in enumerate(texts)]


def test_the_passage_that_answers_comes_first_with_its_evidence():
    found = read(
        "When does the shop open?",
        hits("Bread is baked.", "We sell bread. The shop opens at nine."),
        OverlapReader(),
        ORDER,
    )
    assert found[0].text.startswith("We sell bread")
    assert found[0].reader > found[1].reader
    best = found[0].evidence[0]
    assert found[0].text[best.start : best.end] == "The shop opens at nine."
    assert [found[0].text[span.start : span.end] for span in found[0].sentences] == [
        "We sell bread.",
        "The shop opens at nine.",
    ]


def test_what_the_searches_say_decides_between_passages_that_answer_equally():
    same = [Hit(1, "a", "T", "Eggs.", score=0.1), Hit(2, "b", "T", "Eggs.", score=0.9)]
    assert [hit.document_id for hit in read("eggs", same, OverlapReader(), ORDER)] == ["b", "a"]


def test_only_the_best_candidates_are_read_and_the_others_stay_behind_them():
    found = read("eggs", hits(*["Milk."] * READ, "Eggs eggs eggs."), OverlapReader(), ORDER)
    assert found[-1].reader is None
    assert found[-1].score <= min(hit.score for hit in found[:-1])


def test_the_page_that_the_question_names_comes_before_one_that_is_only_near():
    assert named("Who was Marie Curie?", "Marie Curie") == 1.0
    assert named("Who was Marie Curie?", "Pierre Curie") == 0.5
    assert named("?", "Marie Curie") == 0.0
    pages = [Hit(1, "p", "Pierre Curie", "He was a chemist."), Hit(2, "m", "Marie Curie", "She was a chemist.")]
    assert read("Who was Marie Curie?", pages, OverlapReader(), ORDER)[0].document_id == "m"


class Counting(OverlapReader):
    """Counts what it reads."""

    passages = 0

    def read(self, question, passages, titles=(), languages=()):
        self.passages += len(passages)
        return super().read(question, passages, titles, languages)


def test_where_a_passage_surely_answers_no_further_one_is_read():
    reader = Counting()
    found = read("eggs", hits("Eggs.", *["Milk."] * 6), reader, ORDER)
    assert reader.passages == FIRST
    assert len(found) == 7 and found[0].text == "Eggs."
    assert [hit.reader for hit in found[FIRST:]] == [None] * 4


def test_passages_that_were_read_are_not_read_again():
    reader = Counting()
    first = read("eggs", hits("Milk.", "Bread.", "Salt.", "Eggs."), reader, ORDER, count=2)
    assert reader.passages == 2
    again = read("eggs", first, reader, ORDER)
    assert reader.passages == 4
    assert again[0].text == "Eggs."


def test_nothing_is_read_of_nothing():
    assert read("eggs", [], OverlapReader(), ORDER) == []


@pytest.mark.parametrize("score", [-1e9, 1e9])
def test_probability_stays_a_number(score):
    assert 0 <= ORDER.probability(score) <= 1
