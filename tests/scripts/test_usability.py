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
    ("name", "line", "sentence"),
    [
        ("reponses.csv", "P1;1;peut-être;30;0;", "line 2: reussie is 'peut-être'; it is oui or non."),
        ("reponses.csv", "P1;1;oui;vite;0;", "secondes is 'vite'; a number from 0 to 7200"),
        ("reponses.csv", ";1;oui;3;0;", "participant or tache is empty"),
        ("questionnaire.csv", "P1;6;1;1;1;1;1;1;1;1;1", "line 2: q1 is '6'; a number from 1 to 5"),
        ("questionnaire.csv", "P1;2.5;1;1;1;1;1;1;1;1;1", "q1 is '2.5'"),
        ("questionnaire.csv", "P1;1;1;1;1;1;1;1;1;1;1\n" * 2, "P1 has answered already"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, name, line, sentence):
    header = TASKS if name == "reponses.csv" else SUS
    (tmp_path / name).write_text(header + line + "\n", encoding="utf-8")
    with pytest.raises(ReadingError, match=sentence):
        (attempts if name == "reponses.csv" else ratings)(tmp_path / name)


def test_someone_who_tried_nothing_is_no_participant(filled):
    with pytest.raises(ReadingError, match="P9 answered the questionnaire but tried no task"):
        report(attempts(filled / "reponses.csv"), [Rating("P9", (3,) * 10)], [])


def test_the_command_writes_the_report_and_refuses_to_invent_one(filled, capsys):
    out = filled / "resultats.md"
    files = ["--answers", str(filled / "reponses.csv"), "--sus", str(filled / "questionnaire.csv")]
    assert livrables.main(["usertests", *files, "--out", str(out)]) == 0
    assert out.read_text("utf-8").startswith("# Résultats")
    with pytest.raises(ReadingError, match="There are no answers yet"):
        livrables.main(["usertests"])  # nobody has been asked yet: the files in livrables/ are empty forms
