from assistant.grounding import Evidence
from assistant.quotes import best_quotes
from index.hit import Hit

HITS = (
    Hit(1, "g", "Glaucoma", "Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye.", score=1.0),
    Hit(
        2, "h", "Also", "Eye drops lower the pressure in the eye. Laser surgery opens the drain of the eye.", score=0.8
    ),
)


def quotes(question):
    return best_quotes(question, HITS, Evidence(HITS))


def test_quotes_are_sentences_of_the_passages_with_their_place():
    for quote in quotes("How is the pressure in the eye lowered?"):
        (citation,) = quote.citations
        assert quote.text == HITS[citation.n - 1].text[citation.start : citation.end]
        assert quote.supported


def test_same_sentence_is_quoted_once():
    texts = [quote.text for quote in quotes("eye drops pressure")]
    assert len(texts) == len(set(texts))


def test_no_passage_gives_no_quote():
    assert best_quotes("anything", (), Evidence(())) == []
