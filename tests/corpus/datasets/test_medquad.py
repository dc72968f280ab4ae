import zipfile

import pytest

from corpus.datasets import get
from corpus.datasets.medquad import tidy_answer, tidy_question
from corpus.document import Dropped, ReadingError
from corpus.errors import Reason

XML = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000001" source="Garden" url="https://garden.example/1">
<Focus>Ferns</Focus>
<FocusAnnotations><UMLS><CUIs><CUI>C1</CUI><CUI>C2</CUI></CUIs><SemanticGroup>Plants</SemanticGroup></UMLS></FocusAnnotations>
<QAPairs>
  <QAPair pid="1"><Question qid="0000001-1" qtype="information">What is (are) Ferns ?</Question>
    <Answer>Green &amp; old.</Answer></QAPair>
  <QAPair pid="2"><Question qid="0000001-2" qtype="care">How to water Ferns ?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is (are) Ferns ?", "What is (are) Ferns?"),
        ("Who has Ferns? ?", "Who has Ferns?"),
        ("  what   about Ferns", "what about Ferns"),
        ("Why ??", "Why?"),
    ],
)
def test_questions_end_in_one_question_mark(question, expected):
    assert tidy_question(question) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "Key Points\n        - Ferns grow.    - Ferns spread.    \n      \n      \n    Ferns grow.\n    All do.",
            "Key Points\n- Ferns grow.\n- Ferns spread.\n\nFerns grow.\n\nAll do.",
        ),
        (
            "You need:          -  Water : a cup.    -  Light.        Then wait.   Not long.",
            "You need:\n- Water: a cup.\n- Light.\n\nThen wait.\n\nNot long.",
        ),
        ("One sentence. Another one.  A new paragraph.", "One sentence. Another one.\n\nA new paragraph."),
        ("One.  Two.  Three.  Four.", "One. Two. Three. Four."),  # that is how its sentences are spaced
        ("- My fern died.  - I am sad.", "- My fern died.\n- I am sad."),
        ("Leaf shape - Autosomal - 5/5", "Leaf shape - Autosomal - 5/5"),
        ("A well-known plant", "A well-known plant"),
    ],
)
def test_answers_become_paragraphs_and_lists(answer, expected):
    assert tidy_answer(answer) == expected


def test_csv_rows_become_documents_with_the_question_as_title(tmp_path, sort):
    (tmp_path / "medquad.csv").write_text(
        "question,answer,source,focus_area\n"
        "What is (are) Ferns ?,Green plants.,Garden,Ferns\n"
        "How old ?,,Garden,Ferns\n"
        "What is (are) Ferns ?,Green plants.,Garden,Ferns\n"
        "What is (are) Ferns ?,Old plants.,Garden,\n"
        "short row\n",
        encoding="utf-8",
    )
    documents, dropped = sort(get("medquad").documents(tmp_path))
    assert [(document.title, document.text) for document in documents] == [
        ("What is (are) Ferns?", "Green plants."),
        ("What is (are) Ferns?", "Old plants."),
    ]
    assert dict(documents[0].metadata) == {"source": "Garden", "focus_area": "Ferns"}
    assert documents[1].path == "medquad.csv, row 4" and "focus_area" not in documents[1].metadata
    assert dropped == [
        Dropped("medquad.csv, row 2", Reason("dropped.no_answer")),
        Dropped("medquad.csv, row 3", Reason("dropped.duplicate", {"first": "medquad.csv, row 1"})),
        Dropped("medquad.csv, row 5", Reason("dropped.few_columns")),
    ]


def test_the_fuller_csv_is_preferred(tmp_path):
    for name in ("medquad.csv", "medquad_full.csv"):
        (tmp_path / name).write_text("question,answer,question_id,source\nWhy ?,So.,1-1,Garden\n", encoding="utf-8")
    (document,) = get("medquad").documents(tmp_path)
    assert (document.path, document.external_id) == ("medquad_full.csv, row 1", "Garden/1-1")


@pytest.mark.parametrize("packed", [False, True])
def test_the_publishers_xml_is_read_from_folders_and_from_the_archive(tmp_path, sort, packed):
    files = {
        "MedQuAD-master/10_Garden_QA/0000001.xml": XML.replace("Ferns", "Moss"),
        "MedQuAD-master/2_Garden_QA/0000001.xml": XML,
        "MedQuAD-master/2_Garden_QA/0000002.xml": "<Document><QAPairs>",
        "MedQuAD-master/notes.xml": XML,
    }
    if packed:
        with zipfile.ZipFile(tmp_path / "MedQuAD-master.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
    documents, dropped = sort(get("medquad").documents(tmp_path))
    assert [(document.title, document.text) for document in documents] == [
        ("What is (are) Ferns?", "Green & old."),
        ("What is (are) Moss?", "Green & old."),
    ]
    assert dict(documents[0].metadata) == {
        "focus_area": "Ferns",
        "source": "Garden",
        "url": "https://garden.example/1",
        "question_type": "information",
        "umls_cui": "C1|C2",
        "semantic_group": "Plants",
    }
    assert documents[0].path == "2_Garden_QA/0000001.xml, question 1"
    assert [(item.place, item.reason.code) for item in dropped] == [
        ("2_Garden_QA/0000001.xml, question 2", "dropped.no_answer"),
        ("2_Garden_QA/0000002.xml", "dropped.invalid_xml"),
        ("10_Garden_QA/0000001.xml, question 2", "dropped.no_answer"),
    ]


def test_xml_cannot_reach_for_other_files_or_explode(tmp_path, sort):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read")
    outside = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">]>'
    folder = tmp_path / "1_Garden_QA"
    folder.mkdir()
    body = XML.split("?>", 1)[1].replace("Green &amp; old.", "&x;")
    for name, doctype in (("1.xml", outside), ("2.xml", bomb)):
        (folder / name).write_text(doctype + body, encoding="utf-16" if name == "2.xml" else "utf-8")
    documents, dropped = sort(get("medquad").documents(tmp_path))
    assert documents == [] and all(item.reason.code == "medquad.doctype" for item in dropped) and len(dropped) == 2


def test_a_csv_of_another_layout_is_refused(tmp_path):
    (tmp_path / "medquad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReadingError, match=r"table\.no_column"):
        list(get("medquad").documents(tmp_path))
