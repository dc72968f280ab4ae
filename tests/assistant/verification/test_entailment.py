"""Each way in which a sentence may state something else than its source. Whole passages: test_evidence.py."""

import pytest

from assistant.verification.entailment import changes_number, contradicts, coverage
from assistant.verification.parser import statement


def pair(claim: str, source: str, language: str = "en"):
    return statement(claim, language), statement(source, language)


def test_coverage_is_the_share_of_needed_words_that_are_held_or_known():
    claim, source = pair("Glaucoma damages the optic nerve", "It damages the optic nerve of the eye")
    assert coverage(claim, source, frozenset()) == pytest.approx(0.75)
    assert coverage(claim, source, statement("Glaucoma").keys) == 1.0
    assert coverage(*pair("Asthma narrows airways", "Cataracts cloud the lens"), frozenset()) == 0.0


def test_a_word_alone_states_nothing_unless_it_is_the_source():
    assert coverage(*pair("Glaucoma.", "Glaucoma damages the optic nerve"), frozenset()) == 0.5
    assert coverage(*pair("Glaucoma.", "Glaucoma"), frozenset()) == 1.0


@pytest.mark.parametrize(
    ("claim", "source", "changed"),
    [
        ("Take 5 mg daily", "Take 5 mg daily", False),
        ("Take 50 mg daily", "Take 5 mg daily", True),
        ("Take 5 g daily", "Take 5 mg daily", True),
        ("Take five mg daily", "Take 5 mg daily", False),
        ("1,000 people took part", "1000 people took part", False),
        ("People over 65 are at risk", "People over 65 years are at risk", False),
        ("Between 10 and 10 percent", "10 percent", True),
    ],
)
def test_numbers_and_units_have_to_be_the_source_s(claim, source, changed):
    assert changes_number(*pair(claim, source)) is changed


CHANGED = {
    "number": ("The drug lowers pressure by 30 percent", "The drug lowers pressure by 20 percent"),
    "negation left out": ("Glaucoma can be cured with drops", "Glaucoma cannot be cured with drops"),
    "negation added": ("Aspirin does not thin the blood", "Aspirin thins the blood"),
    "hedge left out": ("Smoking causes cataracts in adults", "Smoking may cause cataracts in adults"),
    "some became all": ("All patients with asthma cough at night", "Some patients with asthma cough at night"),
    "before became after": ("Take the tablet after meals", "Take the tablet before meals"),
    "direction": ("The drug raises pressure in the eye", "The drug lowers pressure in the eye"),
    "roles": ("Kidney disease causes high blood pressure", "High blood pressure causes kidney disease"),
    "comparison": (
        "The disease is more common in women than in men",
        "The disease is more common in men than in women",
    ),
    "name": ("In 1764 Thomas Hollis sent books", "In 1764 Anna Hollis and Thomas sent books"),
    "said of another": (
        "Adults take 5 mg and children take 10 mg of the drug",
        "Adults take 10 mg, and children take 5 mg of the drug",
    ),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_what_was_changed_contradicts(kind):
    claim, source = pair(*CHANGED[kind])
    assert contradicts(claim, source)
    assert not contradicts(source, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The optic nerve is damaged by glaucoma", "Glaucoma damages the optic nerve"),
        ("Smoking may cause cataracts", "Smoking may cause cataracts in many adults"),
        ("Drops lower the pressure in the eye", "Drops lower the pressure in the eye by 20 percent"),
        ("Some patients cough at night", "Some patients with asthma cough at night"),
    ],
)
def test_what_says_less_or_turns_a_passive_stands(claim, source):
    assert not contradicts(*pair(claim, source))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Le glaucome se guérit avec des gouttes", "Le glaucome ne se guérit pas avec des gouttes"),
        ("Prenez le comprimé après le repas", "Prenez le comprimé avant le repas"),
        ("Le tabac cause la cataracte chez l’adulte", "Le tabac peut causer la cataracte chez l’adulte"),
    ],
)
def test_french_changes_contradict_as_well(claim, source):
    assert contradicts(*pair(claim, source, "fr"))
