import pytest

from assistant.text.words import number, words_of


def test_content_words_are_stemmed_and_lose_stop_words():
    assert words_of("The treatments of glaucoma").content == words_of("treatment glaucoma").content


@pytest.mark.parametrize(("written", "same"), [("1,200", "1200"), ("1.5", "1,5"), ("20", "20"), ("2.0.", "2.0")])
def test_numbers_are_compared_as_written_by_people(written, same):
    assert number(written.rstrip(".")) == number(same)


def test_twenty_is_not_two_hundred():
    assert words_of("20 mg").numbers.isdisjoint(words_of("200 mg").numbers)


@pytest.mark.parametrize("text", ["It is not safe", "it isn't safe", "It isn’t safe", "never safe", "Ce n'est pas sûr"])
def test_negation_is_seen(text):
    assert words_of(text).negated


def test_french_elision_hides_no_word():
    assert words_of("l'asthme", "fr").content == words_of("asthme", "fr").content
