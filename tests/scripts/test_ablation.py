"""The table of what each change did: which runs are compared, what is said, and how what is missing is measured."""

import pytest

from assistant.evaluation import runs
from assistant.evaluation.runs import Run, table
from corpus.errors import SourcierError
from scripts import ablation, evaluate
from scripts._course.ablation import text
from scripts._course.ablation.steps import RUNS, STEPS

ASKED = [["1"], ["2"], ["3"]]


def run_of(measure: str, **tables: list[float]) -> Run:
    """A run whose tables, by name, hold the given values of every measure that the steps look at."""
    names = ("rouge_l", "token_f1", "looping_answers", "nDCG@10", "ROUGE-L")
    made = [
        table(name.replace("__", "/"), ASKED, dict.fromkeys(names, v), facts={"median_s": 0.5})
        for name, v in tables.items()
    ]
    return Run(measure, "2026-01-02T03:04:05+00:00", {}, tuple(made))


@pytest.fixture
def out(tmp_path):
    """A folder with three stored runs."""
    folder = tmp_path / ablation.STORED
    folder.mkdir()
    runs.save(run_of("dialogue", medquad=[0.75, 0.75, 0.75]), folder / "dialogue.json")
    runs.save(run_of("dialogue", medquad=[0.5, 0.25, 0.25]), folder / "dialogue-glouton.json")
    found = run_of("retrieval", reworded__keyword=[0.5, 0.5, 0.5], reworded__dense=[0.25, 0.5, 0.75])
    runs.save(found, folder / "recherche.json")
    return tmp_path


def rows(out) -> list[list[str]]:
    lines = (out / text.REPORT).read_text("utf-8").replace("\u00a0", " ").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]


def test_each_change_is_measured_against_what_was_before(out):
    assert ablation.main(["--out", str(out)]) == 0
    (copied,) = [row for row in rows(out) if row[0].startswith("Copie guidée") and row[2] == "ROUGE-L"]
    assert copied[1] == "MedQuAD, sujets mis de côté (3)"
    assert copied[3:5] == ["0,333", "0,750"]
    assert copied[5].startswith("+0,417 [+0,250")  # three questions: no p is small enough
    assert copied[6] == "1,000"
    assert copied[7] == "0,50 s → 0,50 s"
    (dense,) = [row for row in rows(out) if row[0].startswith("Recherche par le sens")]
    assert dense[1] == "reformulées (3)" and dense[5].startswith("+0,000")


def test_what_is_not_measured_is_named_and_not_filled(out):
    ablation.main(["--out", str(out)])
    said = (out / text.REPORT).read_text("utf-8").replace("\u00a0", " ")
    assert "Pas encore mesuré : « Donner les passages au générateur »" in said
    assert not [row for row in rows(out) if row[0] == "Donner les passages au générateur"]


def test_other_questions_are_not_compared(out):
    other = Run("dialogue", runs.now(), {}, (table("medquad", [["other"], ["2"], ["3"]], {"rouge_l": [1, 1, 1]}),))
    runs.save(other, out / ablation.STORED / "dialogue-glouton.json")
    ablation.main(["--out", str(out)])
    assert not [row for row in rows(out) if row[0].startswith("Copie guidée")]


def test_measuring_calls_evaluate_for_what_is_missing_alone(out, tmp_path, monkeypatch, capsys):
    calls = []

    def measured(arguments):
        calls.append(arguments)
        if "questions" in arguments:
            raise SourcierError("evaluate.no_questions")
        runs.save(run_of("dialogue", medquad=[0.5, 0.5, 0.5]), ablation.Path(arguments[-1]))

    monkeypatch.setattr(evaluate, "main", measured)
    assert ablation.main(["--home", str(tmp_path), "--out", str(out), "--measure", "--count", "3"]) == 1
    asked = [call[2] for call in calls]
    assert asked == ["dialogue", "dialogue", "questions"]
    assert calls[0][3:6] == ["--without-passages", "--count", "3"] and "--shuffled" in calls[1]
    said = capsys.readouterr().err
    assert "dialogue-specialise: Name the fine-tuned generator" in said
    assert "reponses: There are no questions to measure on." in said
    assert [row for row in rows(out) if row[0] == "Donner les passages au générateur"]


def test_the_steps_name_runs_that_are_known():
    assert {name for step in STEPS for name, _ in (step.before, step.after)} <= set(RUNS)
    assert {measure for step in STEPS for measure in step.measures} <= set(text.MEASURES)


def test_nothing_stored_is_told_in_a_sentence(tmp_path):
    with pytest.raises(SourcierError, match=r"ablation\.no_runs"):
        ablation.main(["--out", str(tmp_path)])
