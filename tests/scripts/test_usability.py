import json

import pytest

from assistant.storage.votes import Votes
from corpus.document import ReadingError
from scripts import livrables
from scripts._course.livrables.usability import Rating, attempts, ratings, report

TASKS = "participant;tache;reussie;secondes;erreurs;remarque\n"
SUS = "participant;" + ";".join(f"q{n}" for n in range(1, 11)) + "\n"


@pytest.fixture
def filled(tmp_path):
    """Three invented participants of a test of this test."""
    (tmp_path / "reponses.csv").write_text(
        TASKS + "P1;1;oui;30;0;\nP2;1;oui;50,5;1;\nP3;1;non;180;2;hésite\nP1;2;non;180;;\n", encoding="utf-8"
    )
    (tmp_path / "questionnaire.csv").write_text(
        SUS + "P1;5;1;5;1;5;1;5;1;5;1\nP2;3;3;3;3;3;3;3;3;3;3\nP3;1;5;1;5;1;5;1;5;1;5\n", encoding="utf-8-sig"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("notes", "score"),
    [((5, 1) * 5, 100), ((3,) * 10, 50), ((1, 5) * 5, 0), ((4, 2, 5, 1, 4, 2, 5, 2, 4, 3), 80)],
)
def test_the_score_is_brooke_s(notes, score):
    assert Rating("P1", notes).score == score


def test_the_report_says_what_was_filled_in(filled):
    text = report(attempts(filled / "reponses.csv"), ratings(filled / "questionnaire.csv"), [])
    assert "Moyenne sur 3 participants : 50,0 sur 100" in text
    assert "| 1 | 2 sur 3 | 21 à 94 % | 40 s | 3 |" in text
    assert "| 2 | 0 sur 1 | 0 à 79 % | aucune | 0 |" in text
    assert "Avis" not in text and "Votes" not in text


def test_what_the_app_kept_is_counted_over_all_participants(filled):
    homes = [filled / "a", filled / "b"]
    for number, home in enumerate(homes):
        home.mkdir()
        judged = [{"question": "Why?", "answer": "So.", "passages": [], "verdict": "like"}] * (number + 1)
        (home / "feedback.jsonl").write_text("".join(json.dumps(line) + "\n" for line in judged), encoding="utf-8")
        votes = Votes(home / "votes.sqlite3")
        votes.add("Why?", ("big", "small"), ("So.", "No."), "left")
        votes.add("Why?", ("small", "big"), ("No.", "So."), "same")
        votes.close()
    exported = filled / "avis.jsonl"
    exported.write_text(json.dumps({**judged[0], "verdict": "wrong_source"}) + "\n", encoding="utf-8")
    text = report(attempts(filled / "reponses.csv"), [], homes, [exported])
    assert "| bonne réponse | 3 |" in text and "| mauvaise source | 1 |" in text
    assert "| big et small | 2 | 0 | 2 | 0 |" in text


@pytest.mark.parametrize(
    ("name", "line", "code", "text"),
    [
        ("reponses.csv", "P1;1;peut-être;30;0;", "usertests.not_yes_or_no", "peut-être"),
        ("reponses.csv", "P1;1;oui;vite;0;", "csv.no_number", "vite"),
        ("reponses.csv", ";1;oui;3;0;", "usertests.nobody", None),
        ("questionnaire.csv", "P1;6;1;1;1;1;1;1;1;1;1", "csv.no_number", "6"),
        ("questionnaire.csv", "P1;2.5;1;1;1;1;1;1;1;1;1", "csv.no_number", "2.5"),
        ("questionnaire.csv", "P1;1;1;1;1;1;1;1;1;1;1\n" * 2, "usertests.twice", None),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, name, line, code, text):
    header = TASKS if name == "reponses.csv" else SUS
    (tmp_path / name).write_text(header + line + "\n", encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        (attempts if name == "reponses.csv" else ratings)(tmp_path / name)
    assert (caught.value.code, caught.value.values.get("text")) == (code, text)


def test_someone_who_tried_nothing_is_no_participant(filled):
    with pytest.raises(ReadingError) as caught:
        report(attempts(filled / "reponses.csv"), [Rating("P9", (3,) * 10)], [])
    assert (caught.value.code, caught.value.values["participants"]) == ("usertests.strangers", "P9")


def test_the_command_writes_the_report_and_refuses_to_invent_one(filled, capsys):
    out = filled / "resultats.md"
    files = ["--answers", str(filled / "reponses.csv"), "--sus", str(filled / "questionnaire.csv")]
    assert livrables.main(["usertests", *files, "--out", str(out)]) == 0
    assert out.read_text("utf-8").startswith("# Résultats")
    with pytest.raises(ReadingError, match=r"usertests\.none"):
        livrables.main(["usertests"])  # nobody has been asked yet: the files in livrables/ are empty forms
