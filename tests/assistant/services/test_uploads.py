from pathlib import Path

import pytest

from assistant.services.uploads import discard, folder_name, receive, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Résumé d'été.docx", "Résumé d_été.docx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\x.txt", "x.txt"),
        (".hidden", "hidden"),
        ("<script>.html", "script_.html"),
        ("con.txt", "_con.txt"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("///", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


def test_folders_of_different_collections_differ():
    names = {folder_name(name) for name in ("Notes", "No/tes", "../Notes", "Notes!", "Été")}
    assert len(names) == 5
    assert all(Path(name).name == name and not name.startswith(".") for name in names)


def test_the_same_collection_has_one_folder():
    assert folder_name("My  notes") == folder_name("My notes")


def dropped(tmp_path, name: str, text: str) -> Path:
    folder = tmp_path / "uploads" / text
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


def test_a_dropped_file_is_moved(tmp_path):
    file = dropped(tmp_path, "a.txt", "one")
    target = receive(file, tmp_path / "documents")
    assert target == tmp_path / "documents" / "a.txt"
    assert target.read_text() == "one" and not file.exists()


def test_the_same_file_twice_is_one_copy(tmp_path):
    folder = tmp_path / "documents"
    first = receive(dropped(tmp_path, "a.txt", "one"), folder)
    assert receive(dropped(tmp_path, "a.txt", "one"), folder) == first
    assert len(list(folder.iterdir())) == 1


def test_another_file_of_that_name_gets_a_number(tmp_path):
    folder = tmp_path / "documents"
    names = [receive(dropped(tmp_path, "a.txt", text), folder).name for text in ("one", "two", "three")]
    assert names == ["a.txt", "a (2).txt", "a (3).txt"]


def test_only_our_own_copies_are_deleted(tmp_path):
    ours, theirs = tmp_path / "documents" / "a.txt", tmp_path / "mine.txt"
    ours.parent.mkdir()
    for file in (ours, theirs):
        file.write_text("x")
    for path in (str(ours), str(theirs), str(tmp_path / "documents" / ".." / "mine.txt"), "wikipedia", ""):
        discard(path, tmp_path / "documents")
    assert theirs.exists() and not ours.exists()
