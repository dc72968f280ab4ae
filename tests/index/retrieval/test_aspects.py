import pytest

from index.retrieval.aspects import EXAMPLES, Aspects, agreement, aspects_of, without_aspects


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("What are the treatments for gout?", "treatment"),
        ("is there a cure for gout", "treatment"),
        ("How do I know if I have gout?", "symptoms"),
        ("How to diagnose gout?", "diagnosis"),
        ("I was diagnosed with gout. What can be done about it?", "treatment"),
        ("does gout run in families", "inheritance"),
        ("how many people have gout", "frequency"),
        ("What is gout?", "definition"),
        ("Quels sont les symptômes de la goutte ?", "symptoms"),
        ("Comment soigner la goutte ?", "treatment"),
    ],
)
def test_aspect_of_a_question(question, aspect):
    shares = aspects_of(question)
    assert max(shares, key=shares.get) == aspect
    assert sum(shares.values()) == pytest.approx(1)


def test_text_without_any_aspect_names_none():
    assert aspects_of("gout in cats") == {}


def test_what_is_left_without_aspects_is_the_topic():
    assert without_aspects("What are the treatments for gout?").split() == ["the", "for", "gout?"]


def test_agreement_is_full_for_the_same_aspect_half_when_one_is_silent_and_none_for_another():
    asked = aspects_of("how is gout treated")
    assert agreement(asked, aspects_of("Treatment")) == 1
    assert agreement(asked, {}) == 0.5
    assert agreement(asked, aspects_of("Symptoms")) == 0


def test_meaning_counts_as_much_as_the_list_and_the_topic_says_nothing(fake_embedder):
    shares = Aspects(fake_embedder).of("What are the symptoms of heredity disease?", "What is heredity disease?")
    assert set(shares) == set(EXAMPLES)
    assert max(shares, key=shares.get) == "symptoms"


@pytest.fixture
def fake_embedder():
    from index.vectors.embedder import HashingEmbedder

    return HashingEmbedder()
