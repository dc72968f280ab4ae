from index.retrieval.grouping import grouped
from index.retrieval.hit import Hit, Span


def hit(text, document="d", ordinal=0, heading="", title="T", **fields):
    return Hit(
        passage_id=ordinal, document_id=document, title=title, text=text, heading=heading, ordinal=ordinal, **fields
    )


def words(start, count=40):
    return " ".join(f"w{number}" for number in range(start, start + count))


def test_what_follows_a_hit_is_read_with_it():
    found = grouped([hit(words(0), ordinal=2), hit(words(100), ordinal=3), hit(words(200), ordinal=4)], 6)
    assert [(one.ordinal, one.parts) for one in found] == [(2, 3)]
    assert found[0].text == f"{words(0)}\n\n{words(100)}\n\n{words(200)}"


def test_what_comes_before_a_better_hit_is_not_put_before_it():
    found = grouped([hit(words(100), ordinal=3, score=0.9), hit(words(0), ordinal=2, score=0.7)], 6)
    assert [(one.ordinal, one.parts) for one in found] == [(3, 1), (2, 1)]


def test_neighbours_on_different_pages_stay_apart():
    found = grouped([hit(words(0), ordinal=0, page=1), hit(words(100), ordinal=1, page=2)], 6)
    assert [one.page for one in found] == [1, 2]


def test_one_text_on_another_topic_comes_behind_the_others():
    stock, other = words(0), hit(words(500), "c")
    gout, asthma = hit(stock, "a", heading="Is gout inherited?"), hit(stock, "b", heading="Is asthma inherited?")
    assert [one.document_id for one in grouped([gout, asthma, other], 6)] == ["a", "c", "b"]


def test_neighbours_that_would_be_too_long_stay_apart():
    found = grouped([hit(words(0, 200), ordinal=0), hit(words(300, 200), ordinal=1)], 6)
    assert [one.parts for one in found] == [1, 1]


def test_passages_under_different_headings_stay_apart():
    found = grouped([hit(words(0), heading="A"), hit(words(100), ordinal=1, heading="B")], 6)
    assert len(found) == 2


def test_the_better_one_of_two_texts_that_say_the_same_is_kept():
    found = grouped([hit(words(0), "a"), hit(words(0) + " and more", "b"), hit(words(500), "c")], 6)
    assert [one.document_id for one in found] == ["a", "c"]


def test_one_document_does_not_take_all_places():
    long = [hit(words(1000 * n, 300), "long", ordinal=2 * n) for n in range(5)]
    found = grouped([*long, hit(words(9000), "other")], 3)
    assert [one.document_id for one in found] == ["long", "long", "other"]


def test_one_document_alone_may_take_all_places():
    long = [hit(words(1000 * n, 300), "long", ordinal=2 * n) for n in range(5)]
    assert len(grouped(long, 4)) == 4


def test_sentence_that_neighbours_have_in_common_is_read_once():
    found = grouped(
        [hit("First part. They share this sentence."), hit("They share this sentence. Last.", ordinal=1)], 6
    )
    assert found[0].text == "First part. They share this sentence.\n\nLast."


def test_what_was_read_in_a_neighbour_moves_along_with_its_text():
    first, second = "First part. They share this sentence.", "They share this sentence. The answer is last."
    at = second.index("The answer")
    spans = (Span(0, 25, 0.1), Span(at, len(second), 0.9))
    found = grouped(
        [
            hit(first, reader=0.2, sentences=(Span(0, 11, 0.2), Span(12, len(first), 0.1))),
            hit(second, ordinal=1, reader=0.9, sentences=spans, evidence=spans[1:]),
        ],
        6,
    )[0]
    assert found.reader == 0.9
    assert [found.text[span.start : span.end] for span in found.evidence] == ["The answer is last."]
    assert [found.text[span.start : span.end] for span in found.sentences] == [
        "First part.",
        "They share this sentence.",
        "The answer is last.",
    ]
