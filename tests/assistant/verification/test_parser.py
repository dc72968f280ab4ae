import pytest

from assistant.verification.parser import statement


def numbers(text, language="en"):
    return set(statement(text, language).numbers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20 mg", "20 milligrams"),
        ("20mg", "twenty mg"),
        ("1,000 IU", "1000 IU"),
        ("1.50 g", "1.5 grams"),
        ("twenty-four hours", "24 h"),
        ("12%", "twelve percent"),
        ("12 %", "12 per cent"),
        ("2-3 times", "two to three times"),
        ("twice a day", "2 times a day"),
        ("5 million people", "5,000,000 people"),
        ("the second visit", "the 2nd visit"),
        ("200 µg", "200 micrograms"),
    ],
)
def test_spellings_of_a_quantity_are_one(one, other):
    assert numbers(one) == numbers(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20 mg", "200 mg"),
        ("20 mg", "20 g"),
        ("20 mg", "20 mcg"),
        ("2 hours", "2 days"),
        ("12%", "1.2%"),
        ("-5 degrees", "5 degrees"),
        ("second visit", "2 visits"),
        ("3/4 cup", "1/4 cup"),
        ("FGFR1", "FGFR2"),
        ("type 2E", "type 2A"),
    ],
)
def test_other_quantities_are_not(one, other):
    assert numbers(one) != numbers(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("deux fois par jour", "2 fois par jour"),
        ("50 pour cent", "50 %"),
        ("dix-sept ans", "17 ans"),
        ("quatre-vingt-dix-neuf", "99"),
    ],
)
def test_french_quantities(one, other):
    assert numbers(one, "fr") == numbers(other, "fr")


def test_both_ends_of_a_range_have_the_unit():
    assert numbers("from 4 to 72 hours") == {("4", "hour"), ("72", "hour")}


@pytest.mark.parametrize(
    ("text", "language", "focus"),
    [
        ("Surgery is not a cure.", "en", "cure"),
        ("The cause is unknown.", "en", "know"),
        ("It isn't contagious.", "en", "contagi"),
        ("Without treatment, it spreads.", "en", "treatment"),
        ("Le traitement n'est pas dangereux.", "fr", "danger"),
    ],
)
def test_negation_is_about_the_word_behind_it(text, language, focus):
    assert [token.key for token in statement(text, language).tokens if token.focus] == [focus]


def test_negation_ends_with_its_clause():
    tokens = statement("It does not cure the disease, but it slows the damage.").tokens
    assert {token.surface: token.negated for token in tokens if token.is_content} == {
        "cure": True,
        "disease": True,
        "slows": False,
        "damage": False,
    }


def test_semicolon_parts_clauses_but_not_a_list():
    assert len(statement("Spring tides are high; neap tides are low.").clauses()) == 2
    assert len(statement("Signs are fever; a stiff neck; and a rash.").clauses()) == 1


def test_statement_of_nothing_has_nothing():
    assert statement("").needed == frozenset()
    assert statement("...").tokens == ()
