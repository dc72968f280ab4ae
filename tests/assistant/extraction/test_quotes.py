from dataclasses import replace

from assistant.extraction.quotes import best_quotes, readable
from assistant.verification.evidence import Evidence
from index.retrieval.hit import Hit

HITS = (
    Hit(1, "g", "Glaucoma", "Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye.", score=1.0),
    Hit(
        2, "h", "Also", "Eye drops lower the pressure in the eye. Laser surgery opens the drain of the eye.", score=0.8
    ),
)


def quotes(question):
    return best_quotes(HITS, Evidence(HITS))


def test_quotes_are_sentences_of_the_passages_with_their_place():
    for quote in quotes("How is the pressure in the eye lowered?"):
        (citation,) = quote.citations
        assert quote.text == HITS[citation.n - 1].text[citation.start : citation.end]
        assert quote.supported


def test_same_sentence_is_quoted_once():
    texts = [quote.text for quote in quotes("eye drops pressure")]
    assert len(texts) == len(set(texts))


def test_no_passage_gives_no_quote():
    assert best_quotes((), Evidence(())) == []


def passage(text, title="What are the treatments for gout?", n=1, **fields):
    return Hit(n, f"d{n}", title, text, **{"score": 1.0, **fields})


def texts(*hits):
    return [quote.text for quote in best_quotes(hits, Evidence(hits))]


def test_headings_boilerplate_and_half_sentences_are_left_out():
    text = "Key Points\n\nTreatment of Gout\n\nRest helps a swollen foot. For more information, see our page. and so"
    assert texts(passage(text)) == ["Rest helps a swollen foot."]


def test_answer_to_the_question_of_the_page_alone_is_left_out():
    hit = passage("Yes. Rest and cold water help. No.")
    assert texts(hit) == ["Rest and cold water help."]
    assert [found.text for found in readable([hit], Evidence([hit]))] == ["Rest and cold water help."]


def test_lists_stay_lists():
    found = texts(passage("Some things help:\n- rest in bed\n- much water\n- a cold cloth on the foot"))
    assert found[1:] == ["- rest in bed", "- much water", "- a cold cloth on the foot"]


def test_answer_ends_before_it_gets_too_long():
    long = " ".join(f"Toe {n} hurts, toe {n + 100} is red, and so is toe number {n + 200} here." for n in range(40))
    found = texts(passage(long))
    assert 8 < len(found) < 16


def test_short_answer_is_completed_from_a_passage_on_the_same_topic_only():
    first = passage("Rest helps.")
    same = passage("Tablets lower the acid in the blood.", n=2)
    other = passage("Insulin lowers the sugar in the blood.", "What are the treatments for diabetes?", n=3)
    assert texts(first, same, other) == ["Rest helps.", "Tablets lower the acid in the blood."]


def test_passage_without_any_sentence_is_quoted_from_its_beginning():
    assert texts(passage("Fever 50% Rash 7.5% Cough 90% Pain 50% Ache 7.5% Chills 3% Sweat 5%")) != []


def test_what_was_said_is_not_said_again():
    said = "Rest helps a swollen foot and so does a cold cloth on it."
    assert texts(passage(f"{said} And: {said} Tablets, too.")) == [said, "Tablets, too."]


def test_passage_on_another_aspect_of_the_topic_completes_nothing():
    cause = passage("Acid in the blood causes it.", "What causes gout?", n=2)
    assert texts(passage("Rest helps."), cause) == ["Rest helps."]


def test_menu_without_a_sentence_before_it_is_left_out():
    assert texts(passage("- Drug Therapy\n- Genetic Counseling\n\nRest helps a foot.")) == ["Rest helps a foot."]


def test_list_keeps_its_lead_although_that_has_no_full_stop():
    found = texts(passage("Gout hurts. Other signs include\n- a red foot\n- fever at night"))
    assert found == ["Gout hurts.", "Other signs include", "- a red foot", "- fever at night"]


def test_what_a_draft_is_made_of_is_readable_and_on_the_same_topic():
    first = passage("Key Points\n\nRest helps a swollen foot. These help:\n- much water\n- a cold cloth. and so")
    other = passage("Insulin lowers the sugar in the blood.", "What are the treatments for diabetes?", n=2)
    same = passage("Tablets lower the acid in the blood.", n=3)
    hits = (first, other, same)
    found = readable(hits, Evidence(hits))
    assert [hit.text for hit in found] == [
        "Rest helps a swollen foot. These help:\n- much water\n- a cold cloth.",
        "Tablets lower the acid in the blood.",
    ]


def test_passage_of_which_nothing_reads_like_prose_is_no_matter_for_a_draft():
    table, prose = passage("Fever 50% Rash 7.5% Cough 90%"), passage("Rest helps a swollen foot.", "Feet", n=2)
    hits = (table, prose)
    assert readable(hits, Evidence(hits)) == []
    same = replace(prose, title=table.title, heading=table.heading)
    assert [hit.text for hit in readable((table, same), Evidence((table, same)))] == ["Rest helps a swollen foot."]


def test_table_is_quoted_cell_by_cell_behind_what_announces_it():
    page = passage(
        "What are the signs of gout? The Human Phenotype Ontology provides the following list of signs for gout. "
        "If the information is available, the table below includes how often the sign is seen. "
        "Signs and Symptoms Approximate number of patients (when available) Pain 90% Swelling 50% Fever - "
        "The Human Phenotype Ontology (HPO) has collected information on how often a sign or symptom occurs."
    )
    found = best_quotes([page], Evidence([page]))
    assert [quote.text for quote in found] == [
        "The Human Phenotype Ontology provides the following list of signs for gout.",
        "- Pain 90%",
        "- Swelling 50%",
        "- Fever",
    ]
    assert [page.text[one.citations[0].start : one.citations[0].end] for one in found[1:]] == [
        "Pain 90%",
        "Swelling 50%",
        "Fever",
    ]


def test_rest_of_a_table_in_the_next_passage_is_not_taken_for_an_item_of_a_list():
    first = passage("Pain 90% Swelling 50% Fever 50% Gout 7.5% Rash 5%")
    rest = passage(
        "- Cough - Myopia - Scoliosis - Kyphosis - Short neck - The register says how often it was seen.", n=2
    )
    hits = (first, rest)
    assert readable(hits, Evidence(hits)) == []
    assert texts(*hits)[:2] == ["- Pain 90%", "- Swelling 50%"]


def test_item_with_items_of_its_own_is_read():
    text = "- Five treatments are used: - surgery - radiation - drugs - rest - diet Some are standard."
    assert texts(passage(text)) == [text]


def test_table_that_is_long_is_quoted_up_to_the_length_of_an_answer():
    page = passage("".join(f"Sign of the foot number {number} - " for number in range(60)))
    words = " ".join(quote.text for quote in best_quotes([page], Evidence([page]))).split()
    assert 100 < len(words) < 200


def test_passage_of_another_matter_is_not_quoted_where_the_best_one_is_a_table():
    table, prose = passage("Fever 50% Rash 7.5% Cough 90%"), passage("Rest helps a swollen foot.", "Feet", n=2)
    assert texts(table, prose) == ["Fever 50% Rash 7.5% Cough 90%"]
    contents = replace(table, title="Report", heading="Contents")
    assert texts(contents, prose) == ["Rest helps a swollen foot."]
