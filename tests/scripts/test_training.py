"""The report on fine-tuning: what is read from a run's folder, kept, and written."""

import json

import pytest

from corpus.errors import SourcierError
from scripts import training
from scripts._course.training import summary, text


@pytest.fixture
def folder(tmp_path):
    """A run that went down and up again, and was killed while it wrote its journal."""
    made = tmp_path / "runs" / "mine"
    made.mkdir(parents=True)
    settings = {"base": "/somewhere/starter", "data": ["medquad"], "rate": 1e-4, "batch": 8, "passages": True}
    config = {
        "settings": settings,
        "base": "/somewhere/starter",
        "steps": 30,
        "examples": 240,
        "held_out": 16,
        "cut": 3,
    }
    (made / "config.json").write_text(json.dumps(config))
    (made / "split.json").write_text(json.dumps({"train": ["a", "b"], "held_out": ["c"]}))
    lines = [
        {"step": 0, "validation_loss": 2.0},
        {"step": 10, "loss": 1.9, "validation_loss": 1.5},
        {"step": 20, "loss": 1.4, "validation_loss": 1.25},
        {"step": 30, "loss": 1.2, "validation_loss": 1.375},
    ]
    (made / "journal.jsonl").write_text("\n".join(map(json.dumps, lines)) + '\n{"step": 31, "lo')
    use = {"accuracy": {"with": 0.5, "without": 0.25}}
    metrics = {
        "before": {"validation": {"nats": 2.0, "accuracy": 0.4}, "use_of_passages": use},
        "after": {"validation": {"nats": 1.25, "accuracy": 0.6}},
        **{"step": 30, "best_step": 20, "seconds": 120, "devices": 1},
    }
    (made / "metrics.json").write_text(json.dumps(metrics))
    return made


def test_a_folder_becomes_a_summary_without_the_machine_s_paths(folder):
    found = summary.of_folder(folder)
    assert found.settings["base"] == "starter" and "somewhere" not in json.dumps(found.settings)
    assert found.curves["validation_loss"] == [(0, 2.0), (10, 1.5), (20, 1.25), (30, 1.375)]
    assert found.groups == {"train": 2, "held_out": 1}
    assert found.seconds == 120


def test_the_report_has_settings_curves_measures_and_cost(folder, tmp_path):
    out = tmp_path / "out"
    assert training.main(["--home", str(tmp_path), "mine", "--out", str(out)]) == 0
    said = (out / text.REPORT).read_text("utf-8").replace("\u00a0", " ")
    assert "| perte (nats par token de réponse) | 2,000 → 1,250 |" in said
    assert "| … avec le bon passage parmi d’autres | 0,50 → ? |" in said
    assert "au plus bas, 1,250 au pas 20, puis elle remonte" in said
    assert "| taux d’apprentissage maximal | 0,0001 |" in said
    assert "| durée d’apprentissage (minutes) | 2,0 |" in said
    assert "| exemples vus par seconde | 2,0 |" in said
    assert "| passages dans l’invite | oui |" in said
    assert (out / text.PICTURE).stat().st_size > 1000


def test_what_is_kept_gives_the_same_report_without_the_folder(folder, tmp_path):
    out = tmp_path / "out"
    training.main([str(folder), "--out", str(out)])
    before = (out / text.REPORT).read_bytes(), (out / text.PICTURE).read_bytes()
    folder.rename(tmp_path / "gone")
    assert training.main(["--out", str(out)]) == 0
    assert ((out / text.REPORT).read_bytes(), (out / text.PICTURE).read_bytes()) == before


def test_a_run_of_the_same_name_replaces_the_kept_one(folder, tmp_path):
    out = tmp_path / "out"
    training.main([str(folder), "--out", str(out)])
    other = folder.rename(tmp_path / "other")
    training.main([str(other), "--out", str(out)])
    training.main([str(other), "--out", str(out)])
    assert [run.name for run in summary.load(out / training.KEPT)] == ["mine", "other"]
    training.main([str(other), "--out", str(out), "--fresh"])
    assert [run.name for run in summary.load(out / training.KEPT)] == ["other"]


def test_a_long_curve_is_thinned_and_keeps_its_end():
    points = [(n, float(n)) for n in range(10_000)]
    kept = summary._thinned(points)
    assert len(kept) <= summary.POINTS + 1 and kept[0] == points[0] and kept[-1] == points[-1]
    assert summary._thinned([]) == []


def test_what_is_no_run_is_told_in_a_sentence(tmp_path):
    with pytest.raises(SourcierError, match=r"training_report\.no_run"):
        training.main([str(tmp_path), "--out", str(tmp_path / "out")])
    with pytest.raises(SourcierError, match=r"training_report\.nothing"):
        training.main(["--out", str(tmp_path / "out")])
    (tmp_path / training.KEPT).write_text("[1]")
    with pytest.raises(SourcierError, match=r"training_report\.damaged"):
        training.main(["--out", str(tmp_path)])
