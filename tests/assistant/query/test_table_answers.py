"""Questions over tables: files are read, stored and asked as the program does it, without models."""

import numpy as np
import pytest

from assistant.query.operations import Asked
from assistant.query.table_answers import NOT_COMPUTED, SEVERAL, over_tables
from corpus.chunking import chunk_many
from corpus.document import Document
from corpus.readers import read
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from index.views.lookup import passages_of

ORDERS = """Order,Date,Customer,Status,Amount
1001,2023-11-02,Lindqvist Joinery,open,120.50
1002,2024-01-15,Halden Boats,paid,80.00
1003,2024-03-03,Lindqvist Joinery,open,45.25
1004,2024-03-19,Marrow Mill,paid,310.00
1006,2025-02-01,Marrow Mill,open,99.90
1006,2025-02-01,Marrow Mill,open,99.90
"""
EXPENSES = """# Caisse

| Poste | Genre | Montant |
|---|---|---|
| Voiles | matériel | 1 240,50 € |
| Buffet | fête | 310,00 € |
| Rames | matériel | 89,90 € |
| Total | | 1 640,40 € |
"""
STAFF = """<h1>Weaving mill</h1><table><tr><th>Employee</th><th>Department</th><th>Salary</th><th>Hired</th></tr>
<tr><td>Anna Berg</td><td>Dyeing</td><td>31,500 EUR</td><td>2019-04-01</td></tr>
<tr><td>Otto Lind</td><td>Weaving</td><td>28,900 EUR</td><td>2021-09-15</td></tr>
<tr><td>Maja Holm</td><td>Dyeing</td><td>35,200 EUR</td><td>2015-01-10</td></tr></table>"""


@pytest.fixture
def asked(tmp_path):
    """Asks an operation of the tables in files: (name, text) pairs."""
    store = Store(tmp_path / "index.sqlite3")

    def ask(files, operation, question, encode=None, leaning=False, later=None):
        hits = []
        for name, content in files.items():
            path = tmp_path / name
            if callable(content):
                content(path)
            else:
                path.write_text(content, "utf-8")
            documents = [each for each in read(path) if isinstance(each, Document)]
            source = store.add_source("x", str(path), "file")
            scan = store.begin_scan(source.id)
            passages = chunk_many(documents, HashingEmbedder().count_tokens)
            store.put(source.id, scan, zip(documents, passages, strict=True))
            store.end_scan(source.id, scan)
            hits += passages_of(store, [document.id[:16] for document in documents])
        for name, content in (later or {}).items():
            (tmp_path / name).write_text(content, "utf-8")
        return over_tables(question, Asked(operation, 0.9), hits, store, encode, leaning)

    yield ask
    store.close()


def lead(outcome):
    assert outcome is not None and outcome.found is not None
    return outcome.found.sentences[0].text


def rows(outcome):
    return [sentence.text for sentence in outcome.found.sentences if sentence.is_item]


@pytest.mark.parametrize(
    ("operation", "question", "said"),
    [
        ("count", "How many rows have status open?", "4 rows of orders.csv with Status: open."),
        ("count", "How many orders are paid?", "2 rows of orders.csv with Status: paid."),
        ("count", "How many customers are there?", "3 different values of Customer, in 6 rows of orders.csv."),
        ("sum", "total amount in 2024", "Total of Amount: 435.25, of 3 rows of orders.csv with Date: 2024."),
        (
            "sum",
            "total amount in March 2024",
            "Total of Amount: 355.25, of 2 rows of orders.csv with Date: March 2024.",
        ),
        (
            "mean",
            "average amount for Marrow Mill",
            "Mean of Amount: 169.9333, of 3 rows of orders.csv with Customer: Marrow Mill.",
        ),
        ("greatest", "Which order has the highest amount?", "Highest Amount: 310.00, of 6 rows of orders.csv."),
        ("least", "lowest amount", "Lowest Amount: 45.25, of 6 rows of orders.csv."),
        ("greatest", "What is the latest date?", "Latest Date: 2025-02-01, of 6 rows of orders.csv."),
        (
            "sum",
            "total amount of open orders in 2024",
            "Total of Amount: 45.25, of 1 row of orders.csv with Status: open and Date: 2024.",
        ),
    ],
)
def test_one_table_is_computed_over(asked, operation, question, said):
    assert lead(asked({"orders.csv": ORDERS}, operation, question)) == said


def test_equal_rows_of_a_file_count_each(asked):
    found = asked({"orders.csv": ORDERS}, "count", "How many rows have customer Marrow Mill?")
    assert lead(found).startswith("3 rows")


@pytest.mark.parametrize(
    ("operation", "question", "said"),
    [
        (
            "sum",
            "Quel est le total des montants ?",
            "Total de Montant : 1\u202f640,40\u00a0€, sur 3 lignes de caisse.md.",
        ),
        ("sum", "le total", "Total de Montant : 1\u202f640,40\u00a0€, sur 3 lignes de caisse.md."),
        (
            "greatest",
            "Quel est le montant le plus élevé ?",
            "Plus grande valeur de Montant : 1 240,50 €, sur 3 lignes de caisse.md.",
        ),
        ("count", "Combien de postes dans le genre matériel ?", "2 lignes de caisse.md avec Genre : matériel."),
    ],
)
def test_french_questions_are_answered_in_french_and_a_last_row_of_totals_is_no_entry(asked, operation, question, said):
    assert lead(asked({"caisse.md": EXPENSES}, operation, question)) == said


def test_the_rows_that_a_result_came_from_are_cited_where_they_stand(asked):
    found = asked({"staff.html": STAFF}, "mean", "average salary in Dyeing").found
    assert found.sentences[0].text.startswith("Mean of Salary: 33,350\u00a0EUR")
    items = [sentence for sentence in found.sentences if sentence.is_item]
    assert [item.text.split(" | ")[0] for item in items] == ["- Employee: Anna Berg", "- Employee: Maja Holm"]
    for item in items:
        (citation,) = item.citations
        assert found.sources[citation.n - 1].text[citation.start : citation.end] == item.text.removeprefix("- ")


@pytest.mark.parametrize(
    ("operation", "question"),
    [
        ("other", "What is the median amount?"),
        ("other", "total amount per customer"),
        ("count", "How many orders are not open?"),
        ("count", "How many orders have an amount above 100?"),
        ("sum", "total amount by customer"),
        ("sum", "total amount between 2023 and 2024"),
        ("sum", "total of the status"),
    ],
)
def test_what_is_no_plain_computation_is_said_to_be_none(asked, operation, question):
    outcome = asked({"orders.csv": ORDERS}, operation, question)
    assert (outcome.found, outcome.notice) == (None, NOT_COMPUTED)


@pytest.mark.parametrize(
    "question",
    ["How many people live in Halden?", "How many inhabitants does Norway have?", "How many bridges were built?"],
)
def test_a_question_that_the_table_does_not_explain_is_an_ordinary_one(asked, question):
    assert asked({"orders.csv": ORDERS}, "count", question) is None


def test_of_two_tables_that_fit_none_is_computed_until_one_is_named(asked):
    files = {"orders.csv": ORDERS, "refunds.csv": ORDERS.replace("open", "sent")}
    assert asked(files, "sum", "What is the total amount?").notice == SEVERAL
    assert lead(asked(files, "sum", "What is the total amount of the refunds?")).count("refunds.csv") == 1


def test_words_of_another_language_find_columns_and_values_by_the_embedder(asked):
    groups = [("montant", "amount"), ("payées", "paid"), ("commandes", "order", "orders")]

    def encode(texts):
        def direction(text):
            group = next((at for at, words in enumerate(groups) if text.lower() in words), None)
            return 10 + sum(map(ord, text)) % 80 if group is None else group

        return np.stack([np.eye(100, dtype=np.float32)[direction(text)] for text in texts])

    files = {"orders.csv": ORDERS}
    assert lead(asked(files, "greatest", "Quel est le montant le plus élevé ?", encode)).startswith(
        "Plus grande valeur de Amount : 310.00"
    )
    assert lead(asked(files, "count", "Combien de commandes sont payées ?", encode)) == (
        "2 lignes de orders.csv avec Status : paid."
    )


def test_a_word_of_the_same_language_is_no_column_that_it_is_only_near_to(asked):
    def encode(texts):  # "weight" is as near to "Amount" as e5 has it
        near = {"weight": (0.9, 0.436), "amount": (1.0, 0.0)}
        found = np.zeros((len(texts), 300), np.float32)
        for at, text in enumerate(texts):
            found[at, :2] = near.get(text.lower(), (0.0, 0.0))
            found[at, 2 + sum(map(ord, text)) % 290] = text.lower() not in near
        return found

    assert asked({"orders.csv": ORDERS}, "sum", "What is the total weight?", encode) is None


def test_a_column_without_a_name_explains_no_word_and_a_year_that_no_row_has_is_no_filter(asked):
    chart = "<table><tr><th></th><th>Golf</th><th>Rain</th></tr><tr><td>March</td><td>5</td><td>2</td></tr>"
    files = {"sales.html": f"{chart}<tr><td>April</td><td>7</td><td>3</td></tr></table>"}

    def encode(texts):
        return np.eye(300, dtype=np.float32)[[sum(map(ord, text)) % 300 for text in texts]]

    assert asked(files, "count", "How many players are in basketball?", encode) is None
    assert asked({"orders.csv": ORDERS}, "sum", "total amount in 1850", encode) is None
    assert lead(asked(files, "count", "How many rows in March?", encode)) == "1 row of sales.html with March."


def test_two_units_and_formulas_that_were_never_calculated_are_not_added_up(asked):
    units = "Item,Weight\nBolt,5 kg\nNail,40 g\nNut,2 kg\n"
    assert asked({"store.csv": units}, "sum", "total weight").notice == NOT_COMPUTED
    formulas = "Item,Cost\nBolt,=B2*C2\nNail,=B3*C3\nNut,4\n"
    assert asked({"formulas.csv": formulas}, "sum", "total cost").notice == NOT_COMPUTED


def test_a_long_sheet_is_one_table_and_shows_its_first_rows(asked):
    def workbook(path):
        import openpyxl

        book = openpyxl.Workbook()
        book.active.append(["Sensor", "Team", "Interval"])
        for at in range(1200):
            book.active.append([f"SN-{at}", "Amber" if at % 3 else "Teal", 6])
        book.save(path)

    outcome = asked({"sensors.xlsx": workbook}, "count", "How many sensors have team Teal?")
    assert lead(outcome) == "400 rows of sensors.xlsx with Team: Teal."
    assert len(rows(outcome)) == 8 and "The first 8 rows of them:" in [each.text for each in outcome.found.sentences]


def test_a_csv_file_that_was_changed_since_it_was_read_is_not_computed_over(asked):
    later = {"orders.csv": ORDERS.replace("310.00", "9999.00")}
    assert asked({"orders.csv": ORDERS}, "sum", "total amount", later=later) is None


def test_in_a_conversation_a_bare_computation_belongs_to_it(asked):
    assert asked({"orders.csv": ORDERS}, "greatest", "the highest?", leaning=True) is None
