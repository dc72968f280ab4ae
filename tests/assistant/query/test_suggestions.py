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


def test_other_titles_are_asked_about_in_the_language_of_the_question():
    hits = hit(1, "Marie Curie"), hit(2, "Pierre Curie"), hit(3, "Radium", language="fr")
    assert suggested(answer(*hits, question="Who was Marie Curie?"), nothing) == ("Tell me about Pierre Curie",)
    french = [replace(one, language="fr") for one in hits]
    assert suggested(answer(*french, question="Qui est Marie Curie ?"), nothing)[0] == "Parlez-moi de Pierre Curie"


def test_what_is_far_away_is_left_out_unless_the_passage_names_it():
    main = hit(1, "Les Misérables", text="A novel by Victor Hugo.")
    hits = main, hit(2, "Lutheranism", score=0.3), hit(3, "Victor Hugo", score=0.3)
    assert suggested(answer(*hits, question="Who wrote it?"), nothing) == ("Tell me about Victor Hugo",)


def test_nothing_is_suggested_after_a_refusal_nor_what_was_just_asked():
    assert suggested(answer(hit(1, "A"), hit(2, "B"), refused=True), nothing) == ()
    assert suggested(answer(hit(1, "Gout"), hit(2, "What is gout ?")), nothing) == ()


def test_three_are_enough_and_long_titles_are_none():
    hits = [hit(n, f"Title {n}") for n in range(1, 9)] + [hit(10, "long " * 50)]
    assert len(suggested(answer(*hits), nothing)) == 3
