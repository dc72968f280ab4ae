"""Figures of runs put into texts, French spacing, and the tools that documents and slides need."""

import shutil

import pytest

from assistant.evaluation import runs
from corpus.errors import SourcierError
from scripts import livrables
from scripts._course.livrables import figures, slides
from scripts._course.livrables.catalogue import SLIDES
from scripts._course.livrables.typography import spaced


@pytest.fixture
def run(tmp_path):
    """A stored run over four questions."""
    asked = [[n, f"question {n}"] for n in range(4)]
    table = runs.table("held_out", asked, {"right": [1, 1, 1, 0]}, shares=True, facts={"seconds": 0.0625})
    path = tmp_path / "run.json"
    runs.save(runs.Run("grounding", "2026-11-23T02:00:00+00:00", {}, (table,)), path)
    return path


def test_a_run_s_values_are_kept_with_their_interval(run, tmp_path):
    figures.keep({"old/table/value": {"valeur": 1.0}}, tmp_path)
    figures.keep(figures.of_runs([run]), tmp_path)
    kept = figures.kept(tmp_path)
    assert kept["grounding/held_out/right"] == {
        "valeur": 0.75,
        "intervalle": [0.3006, 0.9544],
        "questions": 4,
        "mesure": "2026-11-23",
    }
    assert list(kept) == ["grounding/held_out/right", "grounding/held_out/seconds", "old/table/value"]


def test_places_are_filled_and_those_without_a_figure_marked(run, tmp_path):
    figures.keep(figures.of_runs([run]), tmp_path)
    known = figures.known(tmp_path)
    text = "{{grounding/held_out/right}} en {{ grounding/held_out/seconds }} s ; {{lm/x/y}}"
    assert figures.places(text) == ["grounding/held_out/right", "grounding/held_out/seconds", "lm/x/y"]
    assert figures.fill(text, known) == "0,75 [0,30 ; 0,95] en 0,06 s ; <mark>à mesurer</mark>"


def test_what_was_counted_of_the_data_is_known(tmp_path):
    (tmp_path / "04-donnees").mkdir()
    (tmp_path / "04-donnees" / "comptes.json").write_text('{"ferns": {"mots": {"q50": 1234, "moyenne": 2.5}}}', "utf-8")
    assert figures.known(tmp_path) == {"donnees/ferns/mots/q50": "1\u202f234", "donnees/ferns/mots/moyenne": "2,5"}


def test_a_file_that_is_no_run_is_told(tmp_path):
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SourcierError, match=r"run\."):
        figures.of_runs([tmp_path / "run.json"])


def test_every_place_of_the_slides_is_filled_or_says_what_fills_it(capsys):
    keys = figures.places(SLIDES.read_text(encoding="utf-8"))
    known = figures.known()
    assert [key for key in keys if key not in known and key.split("/")[0] not in figures.COMMANDS] == []
    assert [key for key in keys if key.startswith("donnees/") and key not in known] == []
    assert livrables.main(["figures"]) == 0
    missing = [key for key in keys if key not in known]
    assert all(f"  {key}\n" in capsys.readouterr().out for key in missing[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oui : « non » ?", "Oui\u00a0: «\u00a0non\u00a0»\u00a0?"),
        ("50 % et 5 %.", "50\u00a0% et 5\u00a0%."),
        ("`a : b` reste ; ceci non", "`a : b` reste\u00a0; ceci non"),
        ("---\ntitle: a : b\n---\nx : y\n", "---\ntitle: a : b\n---\nx\u00a0: y\n"),
        ("```\nx : y\n```\nx : y\n", "```\nx : y\n```\nx\u00a0: y\n"),
        ("| a | b :|\n[x](y) ![z](t)", "| a | b :|\n[x](y) ![z](t)"),
    ],
)
def test_french_signs_stay_on_the_line_of_their_word(text, expected):
    assert spaced(text) == expected


def test_slides_without_their_tools_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CHROME_PATH", raising=False)
    source = tmp_path / "slides.md"
    source.write_text("# Bonjour", encoding="utf-8")
    with pytest.raises(SourcierError, match=r"slides\.no_"):
        slides.build(source, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["slides.md"]  # what was filled in is cleared away


def test_a_document_becomes_word_with_ruled_tables(tmp_path):
    pytest.importorskip("pypandoc")
    docx = pytest.importorskip("docx")
    from scripts._course.livrables.documents import to_word

    source = tmp_path / "form.md"
    source.write_text("---\ntitle: Essai\nlang: fr\n---\n\n| a | b |\n|---|---|\n| c | [d](e.md) |\n", "utf-8")
    to_word(source, tmp_path / "form.docx")
    (table,) = docx.Document(str(tmp_path / "form.docx")).tables
    assert [cell.text for row in table.rows for cell in row.cells] == ["a", "b", "c", "d"]
    assert "w:insideV" in table._tbl.xml


def test_a_document_becomes_a_pdf_that_can_be_read(tmp_path):
    pytest.importorskip("pypandoc")
    pytest.importorskip("typst")
    from corpus.readers import read
    from scripts._course.livrables.documents import to_pdf

    source = tmp_path / "guide.md"
    source.write_text("---\ntitle: Essai\nlang: fr\n---\n\n# Essai\n\n## Fougères\n\nElles poussent.\n", "utf-8")
    to_pdf(source, tmp_path / "guide.pdf")
    text = "\n".join(document.text for document in read(tmp_path / "guide.pdf"))
    assert "Fougères" in text and "Elles poussent." in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["guide.md", "guide.pdf"]
