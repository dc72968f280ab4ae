from assistant.extraction.quotes import leading, quotes
from corpus.sentences import spans
from index.retrieval.hit import Hit, Span


def read(text, chances, answer="", n=1, **fields):
    """A passage whose sentences have these probabilities; `answer` are the words that the reader points at."""
    places = spans(text)
    assert len(places) == len(chances), [text[start:end] for start, end in places]
    sentences = tuple(Span(start, end, chance) for (start, end), chance in zip(places, chances, strict=True))
    at = text.find(answer) if answer else -1
    evidence = (Span(at, at + len(answer), max(chances)),) if at >= 0 else ()
    return Hit(
        n, f"d{n}", f"Title {n}", text, score=0.5, reader=max(chances), evidence=evidence, sentences=sentences, **fields
    )


def texts(hits):
    return [sentence.text for sentence in quotes(hits)]


TOWER = "The tower stands in Paris. It was opened in 1889. Painting it takes 60 tonnes of paint."


def test_the_sentence_that_answers_leads_and_stands_alone_where_no_other_is_likely():
    (sentence,) = quotes([read(TOWER, [0.05, 0.9, 0.02], "1889")])
    assert sentence.text == "It was opened in 1889."
    assert [sentence.text[start:end] for start, end in sentence.highlight] == ["1889"]
    assert (sentence.citations[0].n, sentence.citations[0].start) == (1, TOWER.index("It was"))


def test_the_likeliest_sentence_leads_whichever_passage_it_stands_in():
    other = read("Bread is baked. Flour makes it.", [0.1, 0.1])
    sentence = quotes([other, read(TOWER, [0.05, 0.9, 0.02], n=2)])[0]
    assert (sentence.text, sentence.citations[0].n) == ("It was opened in 1889.", 2)


def test_a_sentence_that_may_be_meant_instead_follows():
    assert texts([read(TOWER, [0.3, 0.4, 0.02])]) == ["It was opened in 1889.", "The tower stands in Paris."]


def test_many_likely_sentences_are_an_explanation_in_its_own_order():
    text = "One tells why. Two tells how. Three tells when. Four tells where."
    assert texts([read(text, [0.7, 0.9, 0.8, 0.75])]) == [
        "One tells why.",
        "Two tells how.",
        "Three tells when.",
        "Four tells where.",
    ]


def test_plain_answer_has_three_sentences_at_most():
    text = "One tells why. Two tells how. Three tells when. Elephants live far away."
    assert len(texts([read(text, [0.7, 0.9, 0.8, 0.1])])) == 3


LIST = "Bring these things:\n- a tent\n- a lamp\n- warm clothes\n\nThe bus leaves at noon."


def test_a_list_is_shown_whole_with_its_lead_where_its_items_answer():
    assert texts([read(LIST, [0.3, 0.8, 0.7, 0.75, 0.1])]) == [
        "Bring these things:",
        "- a tent",
        "- a lamp",
        "- warm clothes",
    ]


def test_a_list_is_shown_where_the_sentence_that_announces_it_answers():
    assert texts([read(LIST, [0.9, 0.1, 0.1, 0.1, 0.1])]) == [
        "Bring these things:",
        "- a tent",
        "- a lamp",
        "- warm clothes",
    ]


def test_one_fact_of_a_list_is_shown_alone():
    facts = "Facts:\n- opened in 1889\n- painted every seven years\n- visited by millions"
    assert texts([read(facts, [0.02, 0.9, 0.05, 0.03])]) == ["- opened in 1889"]


def test_heading_is_no_answer():
    hit = read("What are the opening hours?\n\nThe shop opens at nine.", [0.9, 0.5])
    assert texts([hit]) == ["The shop opens at nine."]


def test_whole_sentence_that_answers_is_not_all_marked():
    (sentence,) = quotes([read("It was opened in 1889.", [0.9], "It was opened in 1889.")])
    assert sentence.highlight == ()


def test_marks_stay_on_their_words_when_line_breaks_are_joined():
    (sentence,) = quotes([read("It was opened\nin 1889 by Gustave  Eiffel himself.", [0.9], "Gustave  Eiffel")])
    assert [sentence.text[start:end] for start, end in sentence.highlight] == ["Gustave Eiffel"]


def test_without_a_reader_the_best_passage_is_quoted_from_its_first_prose():
    hit = Hit(1, "d", "T", "Opening hours\n\nThe shop opens at nine. It closes at six. Dogs may enter.")
    assert texts([hit]) == ["The shop opens at nine.", "It closes at six."]
    assert leading([hit]) is None


def test_table_without_a_sentence_is_quoted_cell_by_cell():
    table = "Ataxia 50% - Fever 7.5% - Rash 90% - Cough 3/8 - Chills 20% - Cramps 5%"
    assert all(text.startswith("- ") for text in texts([Hit(1, "d", "T", table)]))


def test_nothing_is_quoted_from_nothing():
    assert quotes([]) == []


def test_a_note_that_looks_like_a_heading_of_nothing_is_quoted():
    assert texts([read("Gate code 8821#", [0.4])]) == ["Gate code 8821#"]
    header = "Page header: Quotation Q-11, valid until May\n\nPage footer: Ostermoor Roofing"
    assert texts([read(header, [0.8, 0.01])])[0] == "Page header: Quotation Q-11, valid until May"


def test_a_heading_over_its_text_is_not_quoted():
    assert texts([read("Opening Hours\n\nThe gate opens at ten.", [0.6, 0.5])]) == ["The gate opens at ten."]
