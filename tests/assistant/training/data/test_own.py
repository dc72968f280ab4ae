"""The user's own pairs and texts as examples: as they stand, and what is left out is said."""

import pytest

from assistant.training.data.example import Example
from assistant.training.data.own import LONGEST_DOCUMENT, learnable
from assistant.training.data.split import split
from corpus import readers
from corpus.document import Document, Dropped, Section

CSV = """question,answer,source
Where is the spare fuse?,The spare fuse lies in the drawer under the till.,till plan
,,
How many stools has the bar?,Nineteen.,
When is the barrel changed?,,
,Somebody answered without a question.,
Wie heißt der Ofen?,"Der Ofen heißt „Feuerköpfchen“.

Er wiegt 310 kg.",
How many stools has the bar?,Nineteen.,
"Name the three kilns of the yard, from the oldest to the youngest",Ada; Bert; Cleo,
"""
PAIRS = [
    ("Where is the spare fuse?", "The spare fuse lies in the drawer under the till."),
    ("How many stools has the bar?", "Nineteen."),
    ("Wie heißt der Ofen?", "Der Ofen heißt „Feuerköpfchen“. Er wiegt 310 kg."),
    ("Name the three kilns of the yard, from the oldest to the youngest", "Ada; Bert; Cleo"),
]


def parted(items):
    """(examples, reasons for what is left out)"""
    found = list(learnable(items))
    dropped = [item for item in found if isinstance(item, Dropped)]
    return [item for item in found if isinstance(item, Example)], [item.reason.code for item in dropped]


def jsonl(csv_pairs):
    import json

    rows = [*csv_pairs, ("When is the barrel changed?", ""), ("", "Somebody answered."), PAIRS[1], ("", "")]
    return "\n".join(json.dumps({"Question": question, "Réponse": answer}) for question, answer in rows)


@pytest.mark.parametrize(("name", "text"), [("qa.csv", CSV), ("qa.jsonl", jsonl(PAIRS))])
def test_pairs_are_learnt_as_they_stand_and_the_rest_is_named(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    examples, left_out = parted(readers.read(tmp_path / name))
    assert [(each.question, " ".join(each.answer.split())) for each in examples] == PAIRS
    assert all(example.right and example.answer in example.right.text for example in examples)
    assert sorted(left_out) == [
        "dropped.no_text",
        "training.pair_twice",
        "training.pair_without_answer",
        "training.pair_without_question",
    ]
    train, valid = split(examples)
    assert len(train) + len(valid) == len(PAIRS)


def test_a_heading_that_asks_is_asked_as_it_stands_with_its_short_answer():
    cooling = Section("At nine.", "When does the kiln cool down?")
    page = Document("Where is the key?", (Section("In the shed."), cooling))
    examples, left_out = parted([page])
    assert [(e.question, e.answer) for e in examples] == [
        ("Where is the key?", "In the shed."),
        ("When does the kiln cool down?", "At nine."),
    ]
    assert left_out == []


def test_texts_that_give_no_example_or_too_many_are_named():
    long = " ".join(f"The kiln number {n} is fired with beech wood from the northern forest." for n in range(4000))
    examples, left_out = parted([Document("Note", (Section("Too short."),)), Document("Book", (Section(long),))])
    assert len(examples) == LONGEST_DOCUMENT
    assert left_out == ["training.too_short", "training.long_document"]
