"""The command lines as a user types them, over a BEIR folder and the hashing embedder."""

import json

import pytest

from scripts import ask, index, search

ROWS = [
    {"_id": "d1", "title": "Glaucoma", "text": "Eye drops lower the pressure in the eye."},
    {"_id": "d2", "title": "Bread", "text": "Bake the dough for forty minutes."},
    {"_id": "d3", "title": "Asthma", "text": "An inhaler opens the airways within minutes."},
]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setenv("SOURCIER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def beir(tmp_path):
    (tmp_path / "beir").mkdir()
    write_lines(tmp_path / "beir" / "corpus.jsonl", ROWS)
    return str(tmp_path / "beir")


@pytest.fixture
def indexed(home, beir, capsys):
    assert index.main(["add", beir, "--collection", "notes", "--wait"]) == 0
    capsys.readouterr()
    return home


def run_json(command, arguments, capsys):
    status = command.main(arguments)
    return status, json.loads(capsys.readouterr().out)


def test_add_reports_what_failed_and_does_the_rest(home, beir, tmp_path, capsys):
    status, report = run_json(index, ["add", beir, str(tmp_path / "gone.pdf"), "--json"], capsys)
    assert status == 1
    assert [row["documents"] for row in report["added"]] == [3]
    assert report["failed"] == [
        {"path": str(tmp_path / "gone.pdf"), "reason": "There is no such file, folder or data set."}
    ]


def test_status_list_and_remove(indexed, capsys):
    _, report = run_json(index, ["status", "--json"], capsys)
    (status,) = report["collections"]
    assert {key: status[key] for key in ("name", "documents", "passages", "embedded", "state", "errors")} == {
        "name": "notes",
        "documents": 3,
        "passages": 3,
        "embedded": 3,
        "state": "ready",
        "errors": [],
    }
    _, report = run_json(index, ["list", "--json"], capsys)
    listed = [row["id"] for row in report["documents"]]
    assert len(listed) == 3
    assert run_json(index, ["remove", "d2", listed[0], "--json"], capsys) == (0, {"removed": 2})
    _, report = run_json(index, ["list", "--json"], capsys)
    assert [row["title"] for row in report["documents"]] == ["Asthma"]


def test_rebuild_keeps_every_document(indexed, capsys):
    status, report = run_json(index, ["rebuild", "--wait", "--json"], capsys)
    assert status == 0
    assert report["collections"][0]["embedded"] == 3


def test_removing_a_collection_removes_its_documents(indexed, capsys):
    assert run_json(index, ["remove", "--collection", "notes", "--json"], capsys) == (0, {"removed": 3})
    assert run_json(index, ["status", "--json"], capsys) == (0, {"collections": []})


def test_search_writes_a_trec_run_with_the_identifiers_of_the_corpus(indexed, tmp_path, capsys):
    queries = write_lines(
        tmp_path / "q.jsonl", [{"_id": "q 1", "text": "eye drops pressure"}, {"_id": "q2", "text": "dough"}]
    )
    assert search.main(["--queries", queries, "--run", str(tmp_path / "out.trec"), "--top", "2"]) == 0
    rows = [line.split() for line in (tmp_path / "out.trec").read_text().splitlines()]
    assert [(row[0], row[2]) for row in rows if row[3] == "1"] == [("q_1", "d1"), ("q2", "d2")]
    assert all(len(row) == 6 and row[1] == "Q0" for row in rows)
    scores = [float(row[4]) for row in rows if row[0] == "q2"]
    assert scores == sorted(scores, reverse=True)


def test_search_names_lines_that_are_no_queries_and_runs_the_others(indexed, tmp_path, capsys):
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"_id": "q1", "text": "dough"}\nnonsense\n')
    assert search.main(["--queries", str(queries), "--run", str(tmp_path / "o")]) == 1
    assert "line 2" in capsys.readouterr().err
    assert (tmp_path / "o").read_text()


def test_ask_prints_the_object_of_the_contract(indexed, capsys):
    status, answer = run_json(ask, ["What lowers the pressure in the eye?", "--mode", "quotes", "--json"], capsys)
    assert status == 0
    assert answer["sources"][0]["document_id"] == "d1"
    for sentence in answer["sentences"]:
        assert all(1 <= n <= len(answer["sources"]) for n in sentence["citations"])


def test_ask_takes_a_file_and_goes_on_where_it_was_cut_off(indexed, tmp_path, capsys):
    questions = write_lines(
        tmp_path / "q.jsonl",
        [
            {"_id": "1", "text": "What lowers the pressure in the eye?"},
            {"_id": "2", "text": "How long in the oven?", "history": ["How do I bake the dough?"]},
            {"_id": "3", "text": ""},
        ],
    )
    out = tmp_path / "answers.jsonl"
    out.write_text('{"_id": "1", "answer": "kept"}\n{"_id": "4", "error": "tried again"}\n{"_id": "2", "ans')
    assert ask.main(["--questions", questions, "--out", str(out), "--mode", "quotes"]) == 1
    assert "line 3: The question is empty." in capsys.readouterr().err
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["_id"] for line in lines] == ["1", "2", "3"]
    assert lines[0]["answer"] == "kept"
    assert lines[2] == {"_id": "3", "line": 3, "error": "The question is empty."}


def test_ask_writes_a_line_for_each_bad_one_and_goes_on(indexed, tmp_path, capsys):
    questions, out = tmp_path / "q.jsonl", tmp_path / "answers.jsonl"
    bad = [b"", b"nonsense", b'["_id"]', b'{"_id": "a"}', b'{"text": "no id"}', b'{"_id": "b", "text": 7}', b"\xff\xfe"]
    questions.write_bytes(b"\n".join([*bad, b'{"_id": "good", "text": "What opens the airways?"}', b""]))
    assert ask.main(["--questions", str(questions), "--out", str(out), "--mode", "quotes"]) == 1
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line.get("line") for line in lines] == [1, 2, 3, 4, 5, 6, 7, None]
    assert all(line["error"] for line in lines[:-1]) and lines[-1]["_id"] == "good" and "error" not in lines[-1]
    assert capsys.readouterr().err.count("line ") == len(bad)


def test_ask_explains_why_a_document_is_not_in_the_answer(indexed, capsys):
    question = ["What lowers the pressure in the eye?", "--mode", "quotes", "--explain"]
    status, answer = run_json(ask, [*question, "Bread", "--json"], capsys)
    assert status == 0 and answer["sources"]
    told = answer["explanation"]
    assert (told["target"], told["kind"], told["entries"][0]["collection"]) == ("Bread", "document", "notes")
    assert told["stage"] in ("reader", "no_candidate") and told["ranks"]["read"]
    assert ask.main([*question, "Eye drops lower the pressure in the eye."]) == 0
    said = capsys.readouterr().out
    assert "Why not …? Eye drops" in said and "Index: Glaucoma (notes): found by words and by meaning" in said


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["q", "--questions", "f"], ["--questions", "f"], ["q", "--mode", "wild"], ["q", "--explain", " "]),
        ["--questions", "f", "--out", "o", "--explain", "x"],
    ],
)
def test_ask_with_wrong_usage_exits_2(arguments):
    with pytest.raises(SystemExit) as error:
        ask.main(arguments)
    assert error.value.code == 2


def test_document_text_cannot_steer_the_terminal():
    assert "\x1b" not in ask._printable("\x1b[31mred\x07")
