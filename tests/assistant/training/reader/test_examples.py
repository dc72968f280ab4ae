"""Examples: where answers stand, what is held out, what a near miss is."""

from assistant.training.reader.examples import (
    Example,
    Gold,
    has_answer,
    held_out,
    is_tenth,
    located,
    name_of,
)
from assistant.training.reader.mining import Ranking
from assistant.training.reader.mixture import Mixture, drawn, names_changed, sentence_removed

TEXT = "Ada wrote it in 1843. Bob read it in 1843, in Rome."


def example(question="When did Ada write it?", answers=("1843",), passage=TEXT, group="ada"):
    gold = located(passage, answers, "Ada wrote it in 1843.")
    return Example(question, passage, gold, "toy", "answer", "en", group, "Ada", tuple(answers))


def test_answers_are_found_in_the_marked_sentence_only():
    assert located(TEXT, ["1843"], "Ada wrote it in 1843.") == (Gold(16, 20),)
    assert len(located(TEXT, ["1843"], "")) == 2
    assert located(TEXT, ["184"], "") == ()


def test_a_long_answer_stands_for_its_place():
    text = "word " * 60
    assert located(text, [text.strip()], "")[0].exact is False


def test_whole_words_count_in_any_case():
    assert has_answer("In ROME", ["rome"])
    assert not has_answer("Romeo", ["Rome"])
    assert not has_answer("Rome", [""])


def test_what_is_held_out_does_not_depend_on_order():
    names = [f"article {number}" for number in range(50)]
    assert held_out(names, 8) == held_out(reversed(names), 8)
    assert len(held_out(names, 8)) == 8
    assert 0 < sum(map(is_tenth, names)) < 15


def test_sections_of_one_article_are_one_name():
    assert name_of("Israel - Museums") == name_of("israel") == "israel"


def test_a_passage_without_its_answering_sentence_is_a_near_miss():
    text = "Ada wrote the first program in 1843. It was a note. Nobody read it."
    removed = sentence_removed(example(passage=text.replace("wrote the first program", "wrote it")))
    assert removed is not None and removed.gold == ()
    assert removed.passage == "It was a note. Nobody read it."
    assert sentence_removed(example()) is None  # the year stands in the other sentence, too


def test_a_name_is_changed_for_another_of_the_same_article():
    group = [example("When did Ada write it?"), example("What did Charles Babbage build?", ("engine",))]
    changed = names_changed(group)
    assert {one.question for one in changed} == {
        "When did Charles Babbage write it?", "What did Ada build?",
    }  # fmt: skip
    assert all(one.gold == () and one.kind == "name changed" for one in changed)


def test_rare_shared_words_rank_first():
    ranking = Ranking(["the cat sat", "the dog ran home", "the the the"])
    (best,) = ranking.best(["where did the dogs run home"], 2)
    assert best[0] == 1
    (nothing,) = ranking.best(["zebra"], 2)
    assert len(nothing) == 0


def test_a_pool_goes_round_before_anything_repeats():
    pools = {"a": tuple(example(f"question {number}?") for number in range(10)), "b": (example("b?"),)}
    mixture = Mixture(pools, {"a": 0.5, "b": 0.5})
    first = [one.question for chunk in range(2) for one in drawn(mixture, 1, chunk, 10) if one.question != "b?"]
    assert len(first) == len(set(first)) == 10
    assert drawn(mixture, 1, 3, 10) == drawn(mixture, 1, 3, 10)
    assert drawn(mixture, 2, 3, 10) != drawn(mixture, 1, 3, 10)
