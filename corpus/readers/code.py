"""Source code and settings: the text as it is, cut at functions and classes, with the lines as place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.cleaning import CONTROL, SURROGATE
from corpus.document import Document, ReadingError, Section
from corpus.language import detect
from corpus.readers.encoding import read_text
from corpus.readers.outline import SEPARATOR

LONGEST = 80  # lines of a section
WIDE = 400  # characters; longer lines are data, and no definition is looked for in them
DEEPEST = 8  # columns; a method stands no further in
MINIFIED = (".js", ".mjs", ".cjs", ".css")
NAME = r"(?P<name>[A-Za-z_$][\w$]*)"
PYTHON = (re.compile(rf" ?(?:async )?(?:def|class) {NAME} ?[(:\[]"),)
ELIXIR = (re.compile(r" ?(?:defp?|defmodule|defmacro) (?P<name>[\w.?!]+)"),)
RUBY = (re.compile(r" ?(?:def|class|module) (?P<name>[\w.:?!]+)"),)
SHELL = (re.compile(r"(?:function )?(?P<name>[\w.:-]+) ?\(\)"), re.compile(r"function (?P<name>[\w.:-]+)"))
SQL = (
    re.compile(
        r" ?create (?:or replace )?(?:\w+ ){0,3}?(?:table|view|function|procedure|trigger|type) "
        r'(?:if not exists )?(?P<name>[\w."`\[\]]+)',
        re.IGNORECASE,
    ),
)
SETTINGS = (re.compile(r"\[+(?P<name>[^\[\]\n]+)\]+$"),)
LATEX = (re.compile(r"\\(?:chapter|(?:sub){0,2}section|part)\*?\{(?P<name>[^{}\n]+)\}"),)
R_LANGUAGE = (re.compile(r"(?P<name>[\w.]+) ?(?:<-|=) ?function\b"),)
JULIA = (re.compile(r" ?(?:function|macro|struct|mutable struct|module|abstract type) (?P<name>[\w.!]+)"),)
PUBLIC = r"(?:pub ?(?:\([^()]*\))? )?"
WORD = r"(?:[A-Za-z_][\w<>\[\],.:*&?~@]* )"  # a modifier or a type
BRACES = (
    re.compile(
        rf" ?{PUBLIC}{WORD}{{0,5}}?(?:class|interface|struct|enum|trait|impl(?:<[^{{}}]*?>)?|namespace|module|object|"
        rf"protocol|record|union|message|service) {NAME}[^;=]*$"
    ),
    re.compile(rf" ?type {NAME} (?:struct|interface)\b"),
    re.compile(rf" ?{PUBLIC}{WORD}{{0,5}}?(?:fn|func|function|fun|def)\b ?\*? ?(?:\([^()]*\) ?)?{NAME}"),
    re.compile(rf" ?(?:export )?(?:default )?(?:const|let|var) {NAME} ?(?::[^=]*)?= ?(?:async ?)?(?:function\b|.*=>)"),
    # "static int count(Foo x) {" and, in C++, "void Foo::bar() const"; no ";", which would end a mere declaration.
    re.compile(r" ?(?:[A-Za-z_<][\w<>\[\],.:*&?~@]* [*&]*){1,6}(?P<name>~?[A-Za-z_][\w:~]*)\([^;{}=]*(?:\{.*)?$"),
    re.compile(rf" (?:async )?{NAME}\([\w\s,:=<>\[\].?|]*\)[^;(){{}}]*\{{$"),  # a method in JavaScript
)
HOLDER = re.compile(r"\b(?:class|interface|struct|enum|trait|impl|namespace|module|object|protocol|record|defmodule)\b")
FIRST_WORD = re.compile(r"[}\s]*([A-Za-z]*)")
STATEMENTS = frozenset(
    "if for foreach while switch catch return else do try elif new throw delete sizeof case default using synchronized "
    "lock with await yield typeof when unless in not and or assert print".split(" ")
)
LANGUAGES = {
    **dict.fromkeys((".py", ".pyi"), PYTHON),
    **dict.fromkeys((".ex", ".exs"), ELIXIR),
    ".rb": RUBY,
    **dict.fromkeys((".sh", ".bash", ".zsh", ".ps1"), SHELL),
    ".sql": SQL,
    **dict.fromkeys((".toml", ".ini", ".cfg"), SETTINGS),
    ".tex": LATEX,
    ".r": R_LANGUAGE,
    ".jl": JULIA,
    **dict.fromkeys((".css", ".scss", ".yaml", ".yml", ".hs", ".ml", ".clj", ".f90", ".lua", ".pl", ".pm"), ()),
}
ABOVE = re.compile(r"\s*(?:#|//|/\*|\*|@|--|%|;|\[[A-Za-z])")  # comments and decorators belong to what follows them


@dataclass(frozen=True)
class _Part:
    """Lines from `start` up to `end`, both counted from 0, the last one left out."""

    start: int
    end: int
    name: str


def read(path: Path) -> Iterator[Document]:
    """One document, or none when only white space is there. Raises ReadingError for what is no text."""
    text = SURROGATE.sub("\ufffd", read_text(path).replace("\r\n", "\n").replace("\r", "\n"))
    lines = [CONTROL.sub("", line.replace("\f", "")).expandtabs(4).rstrip() for line in text.split("\n")]
    if path.suffix.lower() in MINIFIED and len(text) > 20_000 and len(text) > 1_000 * len(lines):
        raise ReadingError("code.minified", name=path.name)
    patterns = LANGUAGES.get(path.suffix.lower(), BRACES)
    sections = tuple(_sections(lines, patterns))
    if sections:
        yield Document(path.name, sections, path=str(path), language=detect(text))


def _sections(lines: list[str], patterns: tuple[re.Pattern, ...]) -> Iterator[Section]:
    for part in _parts(lines, patterns):
        for start, end in _blocks(lines, part):
            while start < end and not lines[start]:
                start += 1
            while end > start and not lines[end - 1]:
                end -= 1
            if start < end:
                place = f"lines {start + 1}–{end}" if end > start + 1 else f"line {end}"
                heading = f"{part.name[:90]}, {place}" if part.name else place
                yield Section("\n".join(lines[start:end]), heading)


def _parts(lines: list[str], patterns: tuple[re.Pattern, ...]) -> list[_Part]:
    """The file cut before each definition and what is written right above it."""
    parts, start, name = [], 0, ""
    trail: list[tuple[int, str, bool]] = []  # (indent, name, holds methods) of the definitions around a line
    for at, line in enumerate(lines):
        found = _definition(line, patterns)
        indent = len(line) - len(line.lstrip())
        around = [outer for outer in trail if outer[0] < indent]
        if found and around and not around[-1][2]:
            continue  # a function in a function stays where it is
        if not found and not (trail and indent <= trail[-1][0] and _goes_on(lines, at)):
            continue
        begin = at
        while begin > start and ABOVE.match(lines[begin - 1]):
            begin -= 1
        if begin > start:
            parts.append(_Part(start, begin, name))
        start = begin
        trail = [*around, (indent, found, HOLDER.search(line) is not None)] if found else around
        name = SEPARATOR.join(each for _, each, _ in trail)
    return [*parts, _Part(start, len(lines), name)]


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether a statement starts here that, by its place, is no longer part of the definition before it."""
    before = lines[at - 1].lstrip() if at else ""
    words = lines[at].lstrip()
    closed = not before or before[0] in "})]" or before.rstrip(";") == "end"
    return closed and bool(words) and (words[0].isalnum() or words[0] in "_$") and words.rstrip(";") != "end"


def _definition(line: str, patterns: tuple[re.Pattern, ...]) -> str:
    """The name that the line defines, or ""."""
    if not line or len(line) > WIDE or len(line) - len(line.lstrip()) > DEEPEST:
        return ""
    first = FIRST_WORD.match(line)
    if first and first[1] in STATEMENTS:
        return ""
    # One space for many: no pattern has to find out how to share them among its parts.
    spaced = " " * line[0].isspace() + " ".join(line.split())
    found = next(filter(None, (pattern.match(spaced) for pattern in patterns)), None)
    name = found["name"].strip() if found else ""
    return "" if name in STATEMENTS else name


def _blocks(lines: list[str], part: _Part) -> Iterator[tuple[int, int]]:
    """A long part in pieces, cut at the last blank line that leaves a piece at least half full."""
    start = part.start
    while part.end - start > LONGEST:
        cuts = (at for at in range(start + LONGEST, start + LONGEST // 2, -1) if not lines[at - 1])
        end = next(cuts, start + LONGEST)
        yield start, end
        start = end
    yield start, part.end
