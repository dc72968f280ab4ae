from index.retrieval.grouping import readable
from index.retrieval.hit import Hit


def hit(text, document="d", ordinal=0, heading="", title="T", **fields):
    return Hit(
        passage_id=ordinal, document_id=document, title=title, text=text, heading=heading, ordinal=ordinal, **fields
    )


def words(start, count=40):
    return " ".join(f"w{number}" for number in range(start, start + count))


def test_what_follows_a_hit_is_read_with_it():
    found = readable([hit(words(0), ordinal=2), hit(words(100), ordinal=3), hit(words(200), ordinal=4)], 6)
    assert [(one.ordinal, one.parts) for one in found] == [(2, 3)]
    assert found[0].text == f"{words(0)}\n\n{words(100)}\n\n{words(200)}"


def test_what_comes_before_a_better_hit_is_not_put_before_it():
    found = readable([hit(words(100), ordinal=3, score=0.9), hit(words(0), ordinal=2, score=0.7)], 6)
    assert [(one.ordinal, one.parts) for one in found] == [(3, 1), (2, 1)]


def test_parts_of_a_page_that_are_nearly_as_good_are_read_in_its_order():
    tail, other, head = (
        hit(words(300), ordinal=2, score=0.9),
        hit(words(600), "b", score=0.88),
        hit(words(0), score=0.85),
    )
    assert [(one.document_id, one.ordinal) for one in readable([tail, other, head], 6)] == [
        ("d", 0),
        ("b", 0),
        ("d", 2),
    ]


def test_a_page_whose_heading_is_the_question_is_read_from_its_start():
    title = "Is Larsen syndrome inherited?"
    tail, head = hit(words(300), ordinal=2, title=title, score=0.9), hit(words(0), title=title, score=0.7)
    orders = {
        question: [one.ordinal for one in readable([tail, head], 6, question)]
        for question in (
            "is larsen syndrome hereditary",
            "what causes larsen syndrome",
            "is marfan syndrome hereditary",
        )
    }
    assert list(orders.values()) == [[0, 2], [2, 0], [2, 0]]


def test_parts_under_another_heading_keep_their_place():
    hits = [hit(words(300), ordinal=2, heading="B", score=0.9), hit(words(0), heading="A", score=0.9)]
    assert [one.ordinal for one in readable(hits, 6)] == [2, 0]


def test_neighbours_on_different_pages_stay_apart():
    found = readable([hit(words(0), ordinal=0, page=1), hit(words(100), ordinal=1, page=2)], 6)
    assert [one.page for one in found] == [1, 2]


def test_one_text_on_another_topic_comes_behind_the_others():
    stock, other = words(0), hit(words(500), "c")
    gout, asthma = hit(stock, "a", heading="Is gout inherited?"), hit(stock, "b", heading="Is asthma inherited?")
    assert [one.document_id for one in readable([gout, asthma, other], 6)] == ["a", "c", "b"]


def test_neighbours_that_would_be_too_long_stay_apart():
    found = readable([hit(words(0, 200), ordinal=0), hit(words(300, 200), ordinal=1)], 6)
    assert [one.parts for one in found] == [1, 1]


def test_passages_under_different_headings_stay_apart():
    found = readable([hit(words(0), heading="A"), hit(words(100), ordinal=1, heading="B")], 6)
    assert len(found) == 2


def test_the_better_one_of_two_texts_that_say_the_same_is_kept():
    found = readable([hit(words(0), "a"), hit(words(0) + " and more", "b"), hit(words(500), "c")], 6)
    assert [one.document_id for one in found] == ["a", "c"]


def test_one_document_does_not_take_all_places():
    long = [hit(words(1000 * n, 300), "long", ordinal=2 * n) for n in range(5)]
    found = readable([*long, hit(words(9000), "other")], 3)
    assert [one.document_id for one in found] == ["long", "long", "other"]


def test_one_document_alone_may_take_all_places():
    long = [hit(words(1000 * n, 300), "long", ordinal=2 * n) for n in range(5)]
    assert len(readable(long, 4)) == 4


def test_sentence_that_neighbours_have_in_common_is_read_once():
    found = readable(
        [hit("First part. They share this sentence."), hit("They share this sentence. Last.", ordinal=1)], 6
    )
    assert found[0].text == "First part. They share this sentence.\n\nLast."
