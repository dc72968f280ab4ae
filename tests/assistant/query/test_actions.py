import numpy as np

from assistant.query.actions import centrality, compared, mentions, more, shorter, summary, why_query
from assistant.schema import Answer, Citation, Sentence
from index.retrieval.hit import Hit
from index.vectors.embedder import HashingEmbedder

TRAM = (
    "The city is building a new tram line to the harbour. The tram line to the harbour costs forty million euros. "
    "The cook of the canteen likes trout with almonds. The tram line to the harbour opens in March next year."
)
HIT = Hit(7, "d", "Tram", TRAM, language="en")
encode = HashingEmbedder().encode


def said(found) -> list[str]:
    return [sentence.text for sentence in found.sentences]


def check_citations(found):
    for sentence in found.sentences:
        for citation in sentence.citations:
            assert found.sources[citation.n - 1].text[citation.start : citation.end] in sentence.text


def test_a_summary_is_of_the_sentences_that_the_others_are_near_to_in_their_order():
    found = summary([HIT], encode, most=3)
    check_citations(found)
    assert len(found.sentences) == 3 and not any("trout" in text for text in said(found))
    assert said(found) == sorted(said(found), key=TRAM.index)
    assert summary([], encode).sentences == ()


def test_a_summary_says_nothing_twice():
    found = summary([HIT, Hit(8, "e", "Copy", TRAM, language="en")], encode, most=8)
    assert len(set(said(found))) == len(found.sentences) == 4


def test_centrality_sums_to_one():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1]]
    shares = centrality(vectors)
    assert shares.sum() == np.float32(1).item() or abs(shares.sum() - 1) < 1e-4
    assert shares[2] == shares.min()
    assert centrality(vectors[:1]).tolist() == [1]


def test_mentions_show_the_sentence_that_holds_the_words():
    found = mentions([(HIT, 2)], "trout")
    check_citations(found)
    assert said(found) == ["The cook of the canteen likes trout with almonds."] and found.counts == (2,)


def test_a_comparison_shows_the_evidence_under_each_name():
    other = Hit(9, "h", "Heron", "Heron costs 275,000 euros.")
    sentence = Sentence("Heron costs 275,000 euros.", True, 1.0, (Citation(1, 0, 26),), ((12, 25),))
    found = compared([("Heron", [sentence], [other]), ("Heron again", [sentence], [other])])
    check_citations(found)
    assert said(found) == ["- Heron: Heron costs 275,000 euros.", "- Heron again: Heron costs 275,000 euros."]
    assert len(found.sources) == 1
    first = found.sentences[0]
    assert [first.text[start:end] for start, end in first.highlight] == ["275,000 euros"]


def last() -> Answer:
    end = TRAM.index(".") + 1
    lead = Sentence(TRAM[:end], True, 1.0, (Citation(1, 0, end),))
    second = Sentence("It costs a lot.", False, 0.2)
    return Answer("What is built?", False, 0.9, "quotes", "", (lead, second), (HIT,))


def test_shorter_is_the_first_sentence_and_more_goes_on_behind_it():
    assert said(shorter(last())) == [TRAM[: TRAM.index(".") + 1]]
    found = more(last(), most=2)
    check_citations(found)
    assert said(found) == [
        "The tram line to the harbour costs forty million euros.",
        "The cook of the canteen likes trout with almonds.",
    ]
    rest = more(last(), shown=[Answer("", False, 0.9, "quotes", "", found.sentences, found.sources)])
    assert said(rest) == ["The tram line to the harbour opens in March next year."]
    assert shorter(Answer("", False, 0.9, "quotes", "")).sentences == ()


def test_why_asks_for_the_reason_of_what_was_said():
    assert why_query("Why?", last()) == "Why: The city is building a new tram line to the harbour."
