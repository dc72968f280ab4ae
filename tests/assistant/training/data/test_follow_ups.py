import numpy as np
import pytest

from assistant.generation.prompt import pack
from assistant.query.follow_ups import leaning
from assistant.training.data.collect import collect
from assistant.training.data.example import Example
from assistant.training.data.follow_ups import A_TOPIC, ASPECTS, CHILDREN, follow_ups
from assistant.training.data.split import held_out, split
from corpus.document import Passage

ASKED = ("What is (are) {}?", "What are the symptoms of {}?", "What causes {}?", "How to prevent {}?")


def row(question: str, topic: str) -> Example:
    answer = f"About {question.lower()} there is this to say."
    return Example(question, answer, Passage(f"{answer} And more.", heading=question), f"medquad/{topic}", topic)


ROWS = [row(form.format(topic), topic) for topic in ("Glaucoma", "Adult Gout", "Childhood Gout") for form in ASKED]


def test_a_topics_first_question_is_followed_by_elliptic_ones():
    made = [example for example in follow_ups(ROWS) if example.subject == "Glaucoma"]
    assert len(made) == A_TOPIC
    by_question = {r.right: r for r in ROWS}
    for example in made:
        source = by_question[example.right]
        assert example.after == "What is (are) Glaucoma?" and example.question != source.question
        assert (example.answer, example.group) == (source.answer, "medquad/Glaucoma")
        assert example.beside[0].heading == example.after and example.right not in example.beside
        assert "Glaucoma" not in example.question


def test_they_hang_on_the_names_alone():
    assert list(follow_ups(ROWS)) == list(follow_ups(list(ROWS)))
    alone = [row(form.format("Mumps"), "Mumps") for form in ASKED]
    assert [e for e in follow_ups([*ROWS, *alone]) if e.subject == "Mumps"] == list(follow_ups(alone))


def test_adults_are_followed_by_children_on_the_same_side_of_the_split_only():
    made = [example for example in follow_ups(ROWS) if example.question in CHILDREN]
    assert bool(made) == (held_out("medquad/Adult Gout") == held_out("medquad/Childhood Gout"))
    for example in made:
        assert "Childhood" in example.right.heading and "Adult" in example.beside[0].heading


@pytest.mark.parametrize("question", [form for _, forms in ASPECTS for form in forms] + list(CHILDREN))
def test_the_chat_takes_each_of_them_for_a_follow_up(question):
    assert leaning(question)["asked"] < 0.5


def test_their_rows_are_the_prompts_of_the_chat(toy_preset, tmp_path):
    """The chat packs the question as typed, with what the completed search found; the first question stays out."""
    from assistant.training.finetune.tuning import FineTuning, Settings

    example = Example(
        "And why?", "Ink.", Passage("Ink. So", "Why b?"), "g", "b", beside=(Passage("Pen.", "b?"),), after="b?"
    )
    run = FineTuning(Settings(length=64, answer=16), toy_preset, tmp_path, [example] * 2, [example])
    seen = set()
    for seed in range(12):
        ids, prompt = run.train.encode(example, np.random.default_rng(seed))
        seen.add(run.tokenizer.decode(ids[:prompt]))
    packed = {
        pack("And why?", passages, run.tokenizer.count, window=64, reserve=5).text
        for passages in ([example.right], [example.right, *example.beside], [*example.beside, example.right])
    }
    assert packed & seen and seen <= packed


@pytest.mark.real
def test_medquad_gives_thousands_and_none_leaks(corpora):
    found = collect(["medquad", "follow-ups"], corpora)
    follow = [example for example in found if example.after]
    assert len(follow) > 3000 and len({example.question for example in follow}) > 25
    train, valid = split(found)
    learnt = {example.group for example in train}
    texts = {p.text for e in train if e.after for p in (e.right, *e.beside)}
    held = {e.right.text for e in valid}
    assert not learnt & {example.group for example in valid}
    assert not texts & held
