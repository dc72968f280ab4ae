import math
from dataclasses import replace

import pytest

from index.reader.overlap import OverlapReader
from index.reader.reading import Reading, Sentence
from index.retrieval.hit import Hit
from index.retrieval.reading import FIRST, READ, Order, Wording, named, read

ORDER = Order(reader=1.0, blend=1.0, bias=0.0, sentence=1.0, shift=0.0)
NO_WORDS: dict[str, float] = {}


def hits(*texts, score=0.5):
    return [Hit(n, str(n), f"T{n}", text, score=score, blend=score) for n, text in enumerate(texts)]


def test_the_passage_that_answers_comes_first_with_its_evidence():
    found = read(
        "When does the shop open?",
        NO_WORDS,
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
    same = [Hit(1, "a", "T", "Eggs.", blend=0.1), Hit(2, "b", "T", "Eggs.", blend=0.9)]
    assert [hit.document_id for hit in read("eggs", NO_WORDS, same, OverlapReader(), ORDER)] == ["b", "a"]


def test_only_the_best_candidates_are_read_and_the_others_stay_behind_them():
    found = read("eggs", NO_WORDS, hits(*["Milk."] * READ, "Eggs eggs eggs."), OverlapReader(), ORDER)
    assert found[-1].reader is None
    assert found[-1].score <= min(hit.score for hit in found[:-1])


def test_the_page_that_the_question_names_comes_before_one_that_is_only_near():
    assert named("Who was Marie Curie?", "Marie Curie") == 1.0
    assert named("Who was Marie Curie?", "Pierre Curie") == 0.5
    assert named("?", "Marie Curie") == 0.0
    pages = [Hit(1, "p", "Pierre Curie", "He was a chemist."), Hit(2, "m", "Marie Curie", "She was a chemist.")]
    assert read("Who was Marie Curie?", NO_WORDS, pages, OverlapReader(), ORDER)[0].document_id == "m"


def test_of_sentences_that_answer_alike_the_one_that_shares_rare_words_with_the_question_leads():
    order = replace(ORDER, sentence=0.0, shared=4.0, shift=-2.0)
    rarities = {"when": 0.1, "shop": 1.0, "opens": 2.0}
    (found,) = read(
        "When does the shop open?", rarities, hits("Bread is sold. The shop opened late."), OverlapReader(), order
    )
    bread, shop = found.sentences
    assert bread.probability < 0.5 < shop.probability == found.reader


def test_a_share_counts_rare_words_more_and_forms_of_a_word_as_one():
    wording = Wording({"shop": 1.0, "opening": 3.0})
    assert (wording.share("It opens."), wording.share("The shop"), wording.share("None")) == (0.75, 0.25, 0.0)
    assert Wording({}).share("Anything") == 0.0


class Counting(OverlapReader):
    """Counts what it reads."""

    passages = 0

    def read(self, question, passages, titles=(), languages=()):
        self.passages += len(passages)
        return super().read(question, passages, titles, languages)


def test_where_a_passage_surely_answers_no_further_one_is_read():
    reader = Counting()
    found = read("eggs", NO_WORDS, hits("Eggs.", *["Milk."] * 6), reader, ORDER)
    assert reader.passages == FIRST
    assert len(found) == 7 and found[0].text == "Eggs."
    assert [hit.reader for hit in found[FIRST:]] == [None] * 4


def test_passages_that_were_read_are_not_read_again():
    reader = Counting()
    first = read("eggs", NO_WORDS, hits("Milk.", "Bread.", "Salt.", "Eggs."), reader, ORDER, count=2)
    assert reader.passages == 2
    again = read("eggs", NO_WORDS, first, reader, ORDER)
    assert reader.passages == 4
    assert again[0].text == "Eggs."


def test_nothing_is_read_of_nothing():
    assert read("eggs", NO_WORDS, [], OverlapReader(), ORDER) == []


@pytest.mark.parametrize("score", [-1e9, 1e9])
def test_probability_stays_a_number(score):
    assert 0 <= ORDER.probability(score, 0.5, 9) <= 1


TABLE = "Day: Monday | Dish: barley\nDay: Tuesday | Dish: trout\nDay: Friday | Dish: herring"


class Neighbour:
    """A reader that knows that the table answers, and takes the wrong row for it."""

    def read(self, question, passages, titles=(), languages=()):
        (text,) = passages
        places = [(at, at + len(row)) for row in text.split("\n") for at in [text.index(row)]]
        rows = tuple(Sentence(start, end, 2.0 if start == 0 else -1.0) for start, end in places)
        return [Reading(2.0, 0.0, (), rows)]


def likeliest(question, rarities):
    (hit,) = read(question, rarities, hits(TABLE), Neighbour(), ORDER)
    best = max(hit.sentences, key=lambda span: span.probability)
    return hit.text[best.start : best.end], best.probability


def test_of_a_tables_rows_the_one_that_the_question_names_answers_as_surely_as_the_reader_says():
    row, surely = likeliest("What is the dish on Tuesday?", {"dish": 1.0, "tuesday": 1.0})
    assert row == "Day: Tuesday | Dish: trout"
    assert surely == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_a_question_that_names_no_row_leaves_the_reader_its_choice():
    assert likeliest("What is the dish?", {"dish": 1.0})[0] == "Day: Monday | Dish: barley"


def test_the_folder_that_a_question_names_decides_between_files_of_one_name():
    order = replace(ORDER, named=3.0)
    bills = [Hit(n, str(n), "bill", "Total: 5.", path=f"/a/{2022 + n}/bill.txt", blend=0.5) for n in range(3)]
    found = read("total of the 2023 bill", NO_WORDS, bills, OverlapReader(), order)
    assert found[0].path == "/a/2023/bill.txt"
