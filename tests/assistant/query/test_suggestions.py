from dataclasses import replace

from assistant.query.suggestions import suggested
from assistant.schema import Answer, Citation, Sentence
from index.retrieval.hit import Hit


def hit(n: int, title: str, score: float = 0.9, **changes) -> Hit:
    return replace(Hit(n, f"{n:016x}", title, f"About {title}.", score=score, language="en"), **changes)


def answer(*hits: Hit, question: str = "What is gout?", cited: int = 1, **changes) -> Answer:
    sentences = (Sentence("So it is.", True, 1.0, (Citation(cited, 0, 5),)),)
    return replace(Answer(question, False, 0.9, "grounded", "", sentences, hits), **changes)


def nothing(topic: str) -> list[Hit]:
    return []


def test_documents_that_are_questions_give_their_own_about_the_topic():
    gout, asked = {"focus_area": "Gout"}, []
    found = [hit(1, "What causes Gout?", metadata=gout), hit(2, "What is (are) Gout?", metadata=gout)]
    found.append(hit(9, "What causes Rain?", metadata={"focus_area": "Rain"}))
    main = hit(3, "What are the treatments for Gout?", metadata=gout)
    made = suggested(answer(main, question="How is gout treated?"), lambda topic: asked.append(topic) or found)
    assert asked == ["Gout"]
    assert made == ("What causes Gout?", "What is Gout?")


def test_headings_that_are_questions_count_and_other_titles_are_never_asked_about():
    hits = hit(1, "Lease", heading="Rent"), hit(2, "Lease", heading="Who pays for the heating?"), hit(3, "Handbag")
    assert suggested(answer(*hits, question="How high is the rent?"), nothing) == ("Who pays for the heating?",)


def test_questions_are_in_the_language_of_the_one_asked():
    hits = hit(1, "Bail"), hit(2, "Qui paie le chauffage ?", language="fr")
    assert suggested(answer(*hits, question="How high is the rent?"), nothing) == ()
    assert suggested(answer(*hits, question="Quel est le loyer ?"), nothing) == ("Qui paie le chauffage ?",)


def test_what_is_far_away_is_left_out_and_the_answers_own_collection_comes_first():
    hits = (
        hit(1, "Lease", collection="mine"),
        hit(2, "What is rent?", collection="other"),
        hit(3, "Who repairs the roof?", collection="mine"),
        hit(4, "When is it due?", score=0.3, collection="mine"),
    )
    assert suggested(answer(*hits), nothing) == ("Who repairs the roof?", "What is rent?")


def test_nothing_is_suggested_after_a_refusal_nor_what_was_just_asked():
    assert suggested(answer(hit(1, "A?"), hit(2, "B?"), refused=True), nothing) == ()
    assert suggested(answer(hit(1, "Gout"), hit(2, "What is gout ?")), nothing) == ()


def test_three_are_enough_and_long_ones_are_none():
    hits = [hit(0, "Doc"), hit(10, "long " * 50 + "?"), *(hit(n, f"Question {n}?") for n in range(1, 9))]
    assert len(suggested(answer(*hits), nothing)) == 3
