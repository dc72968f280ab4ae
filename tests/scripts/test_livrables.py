"""The deliverables: what commands make is up to date with its sources, links lead somewhere, notebooks ran."""

import json
import re
from pathlib import Path

import pytest

from assistant.ui.i18n.texts import TEXTS
from scripts import livrables
from scripts._course.livrables import parts, quantities
from scripts._course.livrables.catalogue import PARTS
from scripts._course.livrables.links import anchor, broken, texts
from scripts._course.livrables.parts import LIVRABLES, ROOT, Part, make, stale
from scripts._course.livrables.quantities import Quantity

NOTEBOOKS = sorted(LIVRABLES.rglob("*.ipynb"))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_built_files_are_up_to_date(part):
    assert stale(part) == ""


@pytest.mark.parametrize("path", texts(LIVRABLES), ids=lambda path: path.relative_to(LIVRABLES).as_posix())
def test_links_lead_somewhere(path):
    assert broken(path) == []


@pytest.mark.parametrize("path", texts(LIVRABLES), ids=lambda path: path.relative_to(LIVRABLES).as_posix())
def test_commands_and_modules_that_are_named_are_there(path):
    text = path.read_text(encoding="utf-8")
    commands = {f"scripts/{name}.py" for name in re.findall(r"python -m scripts\.(\w+)", text)}
    modules = set(re.findall(r"`((?:assistant|index|corpus|scripts|tests)/[\w/.]*)`", text))
    named = {name for name in commands | modules if "NOM" not in name}  # NOM: to be chosen by the reader
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("name", ["guide-utilisateur.md", "demonstration.md"])
def test_the_guides_call_things_as_the_app_does(name):
    """What stands in bold in them are words of the page."""
    texts_fr = [text for text in TEXTS["fr"].values() if isinstance(text, str)]
    (path,) = LIVRABLES.rglob(name)
    named = set(re.findall(r"\*\*(.+?)\*\*", path.read_text(encoding="utf-8")))
    assert named and sorted(word for word in named if not any(word in text for text in texts_fr)) == []


def test_every_folder_stands_in_the_list():
    listed = (LIVRABLES / "README.md").read_text(encoding="utf-8")
    folders = [path.name for path in LIVRABLES.iterdir() if path.is_dir()]
    assert [name for name in folders if f"({name}/" not in listed] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_ran_from_top_to_bottom_without_an_error(path):
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"] == []


@pytest.mark.real
@pytest.mark.parametrize("name", ["gpt2", "affiner-gpt2", "generique-specialise"])
def test_a_notebook_runs_offline_on_the_shipped_generator(name, tmp_path):
    """Every statement that a cell asserts holds; whatever asks for a page meets a proxy that is not there."""
    from scripts._course.livrables.catalogue import QUIET
    from scripts._course.livrables.notebooks import run_all

    (source,) = LIVRABLES.rglob(f"{name}.ipynb")
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    offline = {**nowhere, "HF_HUB_OFFLINE": "1", "SOURCIER_HOME": str(tmp_path / "home")}
    run_all(source, tmp_path / "ran.ipynb", {**QUIET, **offline})
    assert (tmp_path / "ran.ipynb").stat().st_size > 10_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_nothing_of_the_machine_that_ran_it(path):
    text = path.read_text("utf-8")
    assert [name for name in (str(ROOT), str(Path.home())) if len(name) > 5 and name in text] == []


def test_the_deliverables_stay_small():
    size = sum(path.stat().st_size for path in LIVRABLES.rglob("*") if path.is_file())
    assert size < 8_000_000


@pytest.fixture
def part(tmp_path, monkeypatch):
    """A part that writes its source in capitals."""
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    monkeypatch.setattr(parts, "LIVRABLES", tmp_path / "livrables")
    source = tmp_path / "livrables" / "11-essai" / "source.md"
    source.parent.mkdir(parents=True)
    source.write_text("fougère\n", encoding="utf-8")

    def build(folder):
        (folder / "capitales.txt").write_text(source.read_text("utf-8").upper(), encoding="utf-8")

    return Part("essai", "11-essai", ("livrables/11-essai/*.md",), ("capitales.txt",), build)


def test_a_part_is_stale_until_built_and_after_any_change(part):
    assert stale(part) == "essai was never built."
    make(part)
    assert stale(part) == ""
    (part.place / "source.md").write_text("fougères\n", encoding="utf-8")
    assert stale(part) == "essai was built from other sources."
    make(part)
    (part.place / "capitales.txt").write_text("FOUGERES\n", encoding="utf-8")
    assert stale(part) == "essai: capitales.txt was changed after it was built."
    (part.place / "capitales.txt").unlink()
    assert stale(part) == "essai: capitales.txt is missing."


def test_line_ends_that_git_changes_make_nothing_stale(part):
    make(part)
    (part.place / "source.md").write_bytes("fougère\r\n".encode())
    (part.place / "capitales.txt").write_bytes("FOUGÈRE\r\n".encode())
    assert stale(part) == ""


def test_what_a_notebook_printed_is_no_source(part, tmp_path):
    def write(source, printed):
        cell = {"cell_type": "code", "source": [source], "outputs": [printed], "execution_count": 1}
        (part.place / "carnet.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")

    write("1 + 1", "2")
    notebook = Part("carnet", "11-essai", ("livrables/11-essai/carnet.ipynb",), (), lambda folder: None)
    make(notebook)
    write("1 + 1", "deux")
    assert stale(notebook) == ""
    write("1 + 2", "3")
    assert stale(notebook) == "carnet was built from other sources."


def test_a_link_to_nothing_is_found(tmp_path):
    (tmp_path / "a.md").write_text(
        "# Été : l’an 1\n\n[b](b.md#là-bas) [c](c.md) ![d](d.png) [e](#été--lan-1)\n", "utf-8"
    )
    (tmp_path / "b.md").write_text("## Ici\n\n[site](https://example.org/x) [a](a.md#été--lan-1)\n", encoding="utf-8")
    assert broken(tmp_path / "a.md") == ["b.md#l%C3%A0-bas", "c.md", "d.png"]
    assert broken(tmp_path / "b.md") == []
    assert anchor("Été : l’an 1") == "été--lan-1"


def test_an_unknown_part_is_wrong_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        livrables.main(["build", "nothing"])
    assert "there is no part 'nothing'; there are: plan" in capsys.readouterr().err


def test_the_deliverables_give_one_value_for_each_quantity():
    assert quantities.contradictions() == []


PLANTED = Quantity(
    "ferns", "count.json", lambda folder: 1234.56, [("a.md", r"([\d ,]+) ferns"), ("b.md", r"([\d,]+) f")]
)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("1 235 ferns", "1234,6 f", []),  # each to its own number of digits
        ("1 235 ferns", "1234,5 f", ["ferns: livrables/b.md says 1234,5, but count.json 1234.56."]),
        ("1\u202f236 ferns", "1234,56 f", ["ferns: livrables/a.md says 1 236, but count.json 1234.56."]),
        ("no plants", "1235 f", ["ferns: livrables/a.md no longer says it."]),
    ],
)
def test_a_planted_contradiction_is_found(tmp_path, first, second, said):
    (tmp_path / "a.md").write_text(f"There are {first} here.", encoding="utf-8")
    cell = {"source": [], "outputs": [{"text": [second]}]}
    (tmp_path / "b.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    (tmp_path / "b.md").write_text(second, encoding="utf-8")
    assert quantities.contradictions([PLANTED], tmp_path) == said
    book = Quantity("ferns", "count.json", PLANTED.value, [("b.ipynb", PLANTED.said[1][1])])
    assert bool(quantities.contradictions([book], tmp_path)) == any("b.md" in sentence for sentence in said)


def test_check_tells_what_is_stale_and_what_contradicts(part, monkeypatch, tmp_path, capsys):
    from scripts._course.livrables import catalogue

    monkeypatch.setattr(catalogue, "PARTS", (part,))
    monkeypatch.setattr(quantities, "REGISTRY", ())
    assert livrables.main(["check"]) == 1
    assert "essai was never built." in capsys.readouterr().out
    assert livrables.main(["build"]) == 0
    assert livrables.main(["check"]) == 0
    monkeypatch.setattr(quantities, "REGISTRY", (PLANTED,))
    assert livrables.main(["check"]) == 1
    assert "ferns: livrables/a.md no longer says it." in capsys.readouterr().out
