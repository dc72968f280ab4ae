import pytest

from corpus.document import ReadingError
from corpus.readers import read

PYTHON = '''\
"""Makes tea."""
import os

# Kept hot.
@cached
def boil(water):
    def inner():
        pass
    return water

class Pot:
    """A pot."""
    size = 3

    async def pour(self):
        return os.name

print(boil(1))
'''


def sections(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (document,) = read(tmp_path / name)
    assert document.title == name
    return [(section.heading, section.text) for section in document.sections]


def test_functions_and_classes_are_sections_with_their_lines(tmp_path):
    assert sections(tmp_path, "x.py", PYTHON) == [
        ("lines 1–2", '"""Makes tea."""\nimport os'),
        ("boil, lines 4–9", "# Kept hot.\n@cached\ndef boil(water):\n    def inner():\n        pass\n    return water"),
        ("Pot, lines 11–13", 'class Pot:\n    """A pot."""\n    size = 3'),
        ("Pot › pour, lines 15–16", "    async def pour(self):\n        return os.name"),
        ("line 18", "print(boil(1))"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("x.go", "package tea\n\nfunc (p *Pot) Pour(n int) error {\n\treturn nil\n}\n", ["", "Pour"]),
        ("x.rs", "/// One.\npub struct Pot { n: u8 }\n\nimpl<T> Pot<T> {\n    pub(crate) fn pour(&self) {\n    }\n}\n",
         ["Pot", "Pot", "Pot › pour"]),
        ("x.java", "@Deprecated\npublic class Pot<T> {\n    int n = 1;\n    <A> List<A> pour(int n) throws E {\n"
         "        if (n > 1) {\n        }\n    }\n}\n", ["Pot", "Pot › pour"]),
        ("x.ts", "export interface Pot { n: number }\nexport const pour = async (p: Pot) => {\n};\n"
         "class A {\n  go() {\n  }\n}\n",
         ["Pot", "pour", "A", "A › go"]),
        ("x.js", "export default function pour(n) { return n; }\n\ndescribe('x', () => {\n});\n", ["pour", ""]),
        ("x.cpp", "int declared(int a);\nstatic int *count(int a) {\n}\nvoid Pot::pour() const\n{\n}\n",
         ["", "count", "Pot::pour"]),
        ("x.sh", "# Says it.\nhello() {\n  echo\n}\nfunction bye {\n}\n", ["hello", "bye"]),
        ("x.sql", "SELECT 1;\nCREATE OR REPLACE VIEW tea AS SELECT 1;\ncreate table if not exists pot (n int);\n",
         ["", "tea", "pot"]),
        ("x.rb", "module Tea\n  class Pot\n    def pour\n    end\n  end\nend\n",
         ["Tea", "Tea › Pot", "Tea › Pot › pour"]),
        ("x.toml", "a = 1\n[tool.x]\nb = [1]\n", ["", "tool.x"]),
        ("x.tex", "\\documentclass{a}\n\\section{Tea}\nHot.\n\\subsection*{Green}\nMild.\n", ["", "Tea", "Green"]),
        ("x.yaml", "a: 1\nb:\n  - 2\n", [""]),
    ],
)  # fmt: skip
def test_definitions_are_found_in_many_languages(tmp_path, name, text, expected):
    found = sections(tmp_path, name, text)
    assert [heading.rpartition("line")[0].rstrip(", ") for heading, _ in found] == expected


def test_no_line_is_lost_and_indentation_stays(tmp_path):
    text = "\n".join(f"{'    ' * (number % 5)}line {number}" for number in range(1000)) + "\n"
    found = sections(tmp_path, "x.c", text)
    assert "\n".join(text for _, text in found) == text.rstrip("\n")
    assert found[0][0] == "lines 1–80"


def test_packed_code_is_refused(tmp_path):
    (tmp_path / "x.js").write_text("a=1;" * 20_000)
    with pytest.raises(ReadingError, match=r"code\.minified"):
        list(read(tmp_path / "x.js"))


def test_a_film_named_like_a_program_is_refused(tmp_path):
    (tmp_path / "x.ts").write_bytes(b"\x47\x40\x00\x10\x00" * 100)
    with pytest.raises(ReadingError, match=r"file\.not_text"):
        list(read(tmp_path / "x.ts"))
