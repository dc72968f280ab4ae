from assistant.extraction.windows import windows
from corpus.sentences import spans
from index.retrieval.hit import Hit, Span


def read(text, best):
    sentences = tuple(Span(start, end, float(at == best)) for at, (start, end) in enumerate(spans(text)))
    return Hit(1, "d", "T", text, sentences=sentences)


def test_window_is_the_likeliest_sentence_with_its_neighbours():
    text = "One is here. Two is here. Three is here. Four is here. Five is here."
    (window,) = windows([read(text, 2)], 3)
    assert window.text == "Two is here. Three is here. Four is here."


def test_list_stays_together_with_its_lead():
    text = "Before it. Bring these things:\n- a tent\n- a lamp\n- a coat\n\nAfter it all goes home."
    (window,) = windows([read(text, 3)], 3)
    assert window.text.startswith("Bring these things:\n- a tent\n- a lamp\n- a coat")


def test_passage_that_was_not_read_stays_whole_and_no_more_than_asked_for_are_given():
    hits = [Hit(n, str(n), "T", f"Text {n}.") for n in range(5)]
    assert [window.text for window in windows(hits, 2)] == ["Text 0.", "Text 1."]
