import pytest

from assistant.extraction.quotes import best_quotes, readable
from assistant.extraction.start import beginnings
from assistant.verification.evidence import Evidence
from index.retrieval.hit import Hit
from index.retrieval.search import Understood


class Words:
    """A search without an embedder, to which all words are equally rare."""

    def rarities(self, words):
        return dict.fromkeys(words, 1.0)

    def cosines(self, query, texts):
        return [0.0] * len(texts)


HOUSE = """The house was built of stone. It has two floors.

# How is the garden watered?

Rain is kept in a tank under the shed. A pump brings it to the beds. The roof is of slate. It was laid by hand.

To mend the roof:

- Climb the ladder.
- Nail the slates."""
HIT = Hit(1, "h", "notes", HOUSE, heading="notes")


def begun(question, hit=HIT):
    (at,) = beginnings(Understood(question), [hit], Words())
    return hit.text[at:]


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("Which tank keeps the rain?", "Rain is kept"),
        ("How do I water the garden?", "# How is the garden watered?"),
        ("which pump and hose and valve", "The house was built"),  # one word of three is too little
        ("how is the garden watered", "# How is the garden watered?"),
        ("who laid the slate by hand", "The roof is of slate."),  # "It" needs the sentence before
        ("nail slates", "To mend the roof:"),  # an item needs its lead
        ("When was Napoleon born?", "The house was built"),
    ],
)
def test_answer_from_an_ordinary_passage_begins_at_the_sentence_nearest_to_the_question(question, start):
    assert begun(question).startswith(start)


def test_entry_on_what_is_asked_about_is_read_from_its_start():
    entry = Hit(1, "h", "Garden", HOUSE, heading="Garden")
    assert begun("Which tank keeps the rain of the garden?", entry) == HOUSE


@pytest.mark.parametrize(
    ("heading", "whole"),
    [
        ("What causes rain in a long dry garden with walls?", True),
        ("How to treat rain in a long dry garden with walls?", False),
    ],
)
def test_page_that_promises_what_is_asked_needs_less_of_its_name(heading, whole):
    page = Hit(1, "h", "Long list of words that nobody asked for at any time", HOUSE, heading=heading)
    assert (begun("what causes rain in the tank", page) == HOUSE) is whole


def test_meaning_decides_where_words_do_not():
    class Meaning(Words):
        def cosines(self, query, texts):
            return [0.9 if "pump" in text else 0.1 for text in texts]

    (at,) = beginnings(Understood("irrigation"), [HIT], Meaning())
    assert HOUSE[at:].startswith("A pump brings it")


def test_quotes_and_drafts_are_made_of_what_stands_from_there_on():
    evidence = Evidence([HIT])
    begins = beginnings(Understood("how is the garden watered"), [HIT], Words())
    assert best_quotes([HIT], evidence, begins)[0].text == "Rain is kept in a tank under the shed."
    (passage,) = readable([HIT], evidence, begins)
    assert passage.text.startswith("Rain is kept")
    assert readable([HIT], evidence)[0].text.startswith("The house was built")


def test_beginning_behind_all_that_can_be_read_is_ignored():
    evidence = Evidence([HIT])
    assert best_quotes([HIT], evidence, [len(HOUSE)])[0].text == "The house was built of stone."
