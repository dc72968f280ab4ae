import io
import stat
import zipfile

import pytest

from corpus.document import Dropped, ReadingError
from corpus.errors import Reason
from corpus.readers import can_read, nested, package, read


def packed(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def archive(path, members):
    path.write_bytes(packed(members))
    return path


def test_files_are_read_in_order_with_their_place(tmp_path, sort):
    path = archive(
        tmp_path / "x.zip",
        {
            "notes/green_tea.txt": "Hot.",
            "a.csv": "name,price\nSencha,5\n",
            "photo.heic": "x",
            "empty.txt": "",
            ".DS_Store": "x",
            "__MACOSX/a.txt": "x",
        },
    )
    documents, dropped = sort(read(path))
    assert [(document.title, document.path) for document in documents] == [
        ("Sencha", f"{path} › a.csv, row 1"),
        ("green tea", f"{path} › notes/green_tea.txt"),
    ]
    assert dropped == [
        Dropped("empty.txt", Reason("file.empty", {"name": "empty.txt"})),
        Dropped("photo.heic", Reason("dropped.unknown_kind", {"kind": ".heic"})),
    ]


def test_a_name_is_never_a_path(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    names = ["../../up.txt", "/root.txt", "C:\\dir\\win.txt", "con.txt", "a\nb c'\"<b>é😀.txt", f"{'n' * 300}.txt"]
    path = archive(tmp_path / "x.zip", {name: f"text {at}" for at, name in enumerate(names)})
    assert sorted(document.text for document in read(path)) == [f"text {at}" for at in range(len(names))]
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["temp", "x.zip"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b.txt", "b.txt"),
        ("..\\..\\b.txt", "b.txt"),
        ("NUL.txt", "_NUL.txt"),
        ("...", "file"),
        ("a:b*c?.md", "a_b_c_.md"),
        (".txt", "file.txt"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert package.safe_name(name) == safe


def test_an_archive_in_an_archive_is_opened_but_no_deeper(tmp_path, sort):
    inner = packed({"deep.txt": "Deep.", "third.zip": packed({"x.txt": "Too deep."})})
    documents, dropped = sort(read(archive(tmp_path / "x.zip", {"in/second.zip": inner})))
    assert [(document.text, document.path) for document in documents] == [
        ("Deep.", f"{tmp_path / 'x.zip'} › in/second.zip › deep.txt")
    ]
    assert dropped[0].place == "in/second.zip › third.zip" and dropped[0].reason.code == "archive.too_deep"


def test_a_bomb_ends_in_one_sentence(tmp_path):
    path = archive(tmp_path / "x.zip", {"a.txt": bytes(60 << 20)})
    with pytest.raises(ReadingError, match=r"archive\.bomb .*x\.zip.*60"):
        list(read(path))
    documents = list(read(archive(tmp_path / "y.zip", {"x.zip": path.read_bytes(), "good.txt": "Good."})))
    assert isinstance(documents[1], Dropped) and documents[1].reason.code == "archive.bomb"
    assert documents[0].text == "Good."


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx", "epub"])
def test_a_bomb_in_another_format_ends_in_one_sentence(tmp_path, suffix):
    with pytest.raises(ReadingError, match=r"archive\.bomb"):
        list(read(archive(tmp_path / f"x.{suffix}", {"word/document.xml": bytes(60 << 20)})))


def test_members_and_bytes_are_limited_over_all_levels(tmp_path, sort):
    inner = packed({f"{n}.txt": "text " * 1000 for n in range(5)})
    path = archive(tmp_path / "x.zip", {f"{n}.zip": inner for n in range(5)})
    documents, dropped = sort(read(path, nested.Allowance(can_read, read, members=12)))
    assert len(documents) == 5 and {item.place for item in dropped} == {"1.zip", "2.zip", "3.zip", "4.zip"}
    assert dropped[0].reason == Reason("archive.too_many_files", {"name": "1.zip", "files": 5, "most": 2})
    documents, dropped = sort(read(path, nested.Allowance(can_read, read, size=40_000)))
    assert len(documents) == 5 and all(item.reason.code == "archive.too_large" for item in dropped)
    with pytest.raises(ReadingError, match=r"archive\.too_many_files"):
        list(read(path, nested.Allowance(can_read, read, members=3)))


def test_a_protected_or_damaged_member_is_named_and_the_others_are_read(tmp_path, sort):
    data = bytearray(packed({"a.txt": "Good text.", "b.txt": "Other text."}))
    central = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[central + 8] |= 1  # the flag of encryption, in the entry of b.txt
    (tmp_path / "x.zip").write_bytes(data)
    documents, dropped = sort(read(tmp_path / "x.zip"))
    assert [document.text for document in documents] == ["Good text."]
    assert dropped == [Dropped("b.txt", Reason("dropped.protected"))]
    data = packed({"a.txt": "Good text.", "b.txt": "Other text."}).replace(b"b.txt", b"c.txt", 1)
    (tmp_path / "x.zip").write_bytes(data)
    assert sort(read(tmp_path / "x.zip"))[1][0].place == "b.txt"


def test_an_archive_without_anything_to_read_says_why(tmp_path):
    with pytest.raises(ReadingError, match=r"archive\.nothing_readable .*a\.heic.*dropped\.unknown_kind"):
        list(read(archive(tmp_path / "x.zip", {"a.heic": "x", "b.heic": "x"})))
    with pytest.raises(ReadingError, match=r"file\.no_text"):
        list(read(archive(tmp_path / "x.zip", {})))


def test_a_link_is_not_followed(tmp_path, sort):
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr(info, "/etc/passwd")
        made.writestr("b.txt", "Text.")
    documents, dropped = sort(read(tmp_path / "x.zip"))
    assert len(documents) == 1 and dropped == [Dropped("a.txt", Reason("dropped.link"))]
