import pytest

from assistant.query.overview import overview, overview_of
from index.retrieval.hit import Hit

TITLES = ("Headings", "Dates", "Amounts", "Names")


def hit(n: int, text: str, heading: str = "", language: str = "en") -> Hit:
    return Hit(n, "d", "Agreement", text, heading=heading, language=language)


CONTRACT = (
    hit(1, "The agreement with Halden Ltd ends on 31 December 2027. It began on 12 March 2025."),
    hit(2, "The fee is EUR 48,500 a year. The rebate is 3 %. The manager is Maria Lindqvist.", "Price"),
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Overview of report.pdf", "report.pdf"),
        ("give me an overview of Aurora plan?", "Aurora plan"),
        ("Vue d’ensemble de bail.docx", "bail.docx"),
        ("Un aperçu du rapport annuel", "rapport annuel"),
        ("What is an overview of Paris good for", None),
        ("When did the overview begin?", None),
    ],
)
def test_a_request_for_an_overview_names_its_document(question, name):
    assert overview_of(question) == name


def test_each_line_is_a_sentence_of_the_document_with_its_fact_marked_and_its_passage_cited():
    found = overview(CONTRACT, TITLES)
    lines = [sentence for sentence in found.sentences if sentence.is_item]
    assert [line.text for line in found.sentences if not line.is_item] == list(TITLES)
    for line in lines:
        (citation,) = line.citations
        passage = found.sources[citation.n - 1]
        assert line.text == f"- {passage.heading}" or line.text[2:] == passage.text[citation.start : citation.end]
    marked = [line.text[start:end] for line in lines for start, end in line.highlight]
    assert marked == ["12 March 2025", "31 December 2027", "EUR 48,500", "3 %", "Halden Ltd", "Maria Lindqvist"]


def test_french_dates_and_amounts_are_found():
    found = overview((hit(1, "Le budget de 12 500 € est adopté le 4 mai 2026 à Lyon.", language="fr"),), TITLES)
    marked = [line.text[start:end] for line in found.sentences for start, end in line.highlight]
    assert marked == ["4 mai 2026", "12 500 €"]


def test_a_row_without_end_is_cut_around_its_fact():
    found = overview((hit(1, "word " * 200 + "on 12 March 2025 " + "word " * 200),), TITLES)
    (line,) = [sentence for sentence in found.sentences if sentence.is_item]
    assert "12 March 2025" in line.text and len(line.text) < 300 and line.text.count("…") == 2


def test_a_text_without_any_fact_gives_nothing():
    assert overview((hit(1, "cells divide and grow."),), TITLES).sentences == ()
