"""What is read off a statement's tokens. How text becomes tokens is tested in test_parser.py."""

import pytest

from assistant.verification.parser import statement


def keys(text: str, language: str = "en") -> frozenset[str]:
    return statement(text, language).keys


def test_keys_are_stems_without_function_words_and_numbers():
    assert keys("The clouds covered 3 eyes") == keys("3 eye cloud covers") != frozenset()
    assert "3" not in keys("3 eyes")


def test_line_is_equal_for_two_spellings_and_not_for_another_order():
    assert statement("A dog bites a man.").line == statement("a dog bites, a man").line
    assert statement("A dog bites a man.").line != statement("A man bites a dog.").line


def test_needed_are_the_words_that_carry_meaning_or_all_where_none_does():
    needed = statement("People have glaucoma").needed
    assert needed == keys("glaucoma")
    assert statement("The condition affects people").needed == keys("The condition affects people")


def test_numbers_are_counted_with_their_units():
    found = statement("5 mg at 8 and 5 mg at 9").numbers
    assert sum(count for (value, _), count in found.items() if value == "5") == 2
    assert {value for value, _ in found} == {"5", "8", "9"}
    assert len({unit for value, unit in found if value == "5"}) == 1


def test_segments_end_at_commas_and_turns_and_an_antecedent_reaches_back():
    found = statement("Cataracts cloud the lens, and they blur sight")
    assert len(found.segments) >= 2
    place = next(place for place, token in enumerate(found.tokens) if token.surface == "sight")
    assert found.segment(place) == keys("blur sight")
    assert keys("cataracts lens") <= found.antecedent(place)


def test_and_between_numbers_parts_nothing():
    between_numbers, between_words = statement("weeks 24 and 28"), statement("nurses and doctors")
    for found, parts in ((between_numbers, False), (between_words, True)):
        place = next(place for place, token in enumerate(found.tokens) if token.surface == "and")
        assert found.parts_at(place) is parts


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Severe asthma is treated with steroids", "severe asthma"),
        ("Steroids may help", "steroids"),
        ("Asthma narrows airways and tires lungs", "asthma narrows airways"),
    ],
)
def test_the_subject_stands_before_the_auxiliary_or_comes_first(text, subject):
    assert statement(text).subject == keys(subject)


def test_pronouns_point_back():
    assert statement("It blurs sight").points_back
    assert not statement("Glaucoma blurs sight").points_back


def test_roles_are_the_prepositions_before_what_occurs_once():
    roles = statement("Rates rise in France and fall in Spain").roles
    france, spain = (next(iter(keys(name))) for name in ("France", "Spain"))
    assert roles[france][0] == roles[spain][0] == "in" and roles[france][1] < roles[spain][1]
    assert not set(statement("pain after pain").roles) & keys("pain")


def test_a_passive_needs_an_auxiliary_and_its_agent():
    assert statement("The lens was replaced by a surgeon").passives
    assert not statement("The lens was replaced").passives
    assert not statement("A surgeon replaced the lens").passives


def test_names_are_neighbouring_capitals():
    assert len(statement("Here Thomas Hollis spoke").names) == 1
    assert statement("Here thomas hollis spoke").names == ()


def test_parts_are_the_two_sides_of_each_joint():
    (pair,) = statement("Drops lower pressure and surgery drains fluid").parts()
    assert [part.keys for part in pair] == [keys("Drops lower pressure"), keys("surgery drains fluid")]


def test_clauses_begin_at_semicolons_and_turns():
    assert len(statement("Drops help; surgery cures glaucoma").clauses()) == 2
    assert len(statement("Drops help pressure, but surgery cures glaucoma").clauses()) == 2
    whole = statement("Drops help pressure")
    assert whole.clauses() == [whole] or [clause.line for clause in whole.clauses()] == [whole.line]
    assert len(statement("a cough; a fever; a rash").clauses()) == 1  # a list


def test_a_verb_shows_by_an_auxiliary_a_hedge_or_a_negation():
    assert statement("It is rare").has_verb and statement("It may spread").has_verb
    assert not statement("swollen lymph nodes").has_verb


def test_joined_statements_keep_a_break_in_between():
    both = statement("Signs are").joined(statement("fever"))
    assert both.keys == keys("Signs are") | keys("fever")
    assert [token.kind for token in both.tokens].count("break") == 1
