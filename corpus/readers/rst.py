"""reStructuredText: underlined headings become sections; directives and marks give way to what they frame.

Read by its lines instead of by docutils, whose directives include files and fetch addresses.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document
from corpus.language import guess
from corpus.readers.encoding import read_text
from corpus.readers.outline import Outline
from corpus.readers.text import title_of

ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+\s*")
BORDER = re.compile(r"\s*(?:=+(?: +=+)+|\+(?:[-=]+\+)+)\s*")  # of a simple or grid table
DIRECTIVE = re.compile(r"(\s*)\.\. (?:\|[^|\n]{1,100}\| )?([\w:+.-]+?)::(?:\s+(.*)|\s*)")
MARKUP = re.compile(r"(\s*)\.\.(?:\s+(?!\[)(.*))?")  # a comment, a target, a substitution; "[1]" is a footnote
LONGEST_ROWS = 200  # lines between two borders of a table
OPTION = re.compile(r"\s+:[\w-]+:(?:\s|$)")
WHOLLY_DROPPED = frozenset("contents include index meta raw replace tabularcolumns testsetup toctree".split(" "))
ARGUMENT_DROPPED = frozenset(
    "code code-block currentmodule default-role figure highlight image list-table literalinclude math module "
    "only parsed-literal role sourcecode".split(" ")
)
SAID = frozenset(
    "attention caution danger deprecated error hint important note seealso tip todo versionadded versionchanged "
    "warning".split(" ")
)
CODE = frozenset("code code-block parsed-literal sourcecode".split(" "))
INLINE = (
    (re.compile(r"(?::[\w:+.-]{1,60}:)?`([^`<\n]{1,300}?) *<[^<>`\n]{1,300}>`_{0,2}"), r"\1"),
    (re.compile(r"``([^`\n]{1,300})``"), r"\1"),
    (re.compile(r"(?::[\w:+.-]{1,60}:)?`~?([^`\n]{1,300})`_{0,2}"), r"\1"),
    (re.compile(r"\*\*(?=\S)([^*\n]{1,300})(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"\[([\w#*-]{1,40})\]_(?!\w)"), r"[\1]"),
    (re.compile(r"^(\s*)[*+•](?=\s+\S)"), r"\1-"),
    (re.compile(r"^(\s*)\| (?=.*\S)"), r"\1"),  # a line block
    (re.compile(r"^(\s*)\.\. (?=\[)"), r"\1"),  # a footnote
)


def read(path: Path) -> Iterator[Document]:
    """One document, or none when there is no text."""
    outline = _outline(read_text(path).replace("\r\n", "\n").replace("\r", "\n").expandtabs(8).split("\n"))
    title = outline.first_heading or title_of(path)
    sections = outline.sections(title)
    if sections:
        language = guess(" ".join(section.text for section in sections))
        yield Document(title, sections, path=str(path), language=language)


def _outline(lines: list[str]) -> Outline:
    outline, block, levels = Outline(), [], []
    at = 0
    while at < len(lines):
        if found := _heading(lines, at):
            style, text, used = found
            outline.text("\n".join(block))
            block.clear()
            if style not in levels:
                levels.append(style)  # the first style met is the highest heading
            outline.heading(levels.index(style) + 1, _plain(text))
        elif BORDER.fullmatch(lines[at]):
            rows, used = _table(lines, at)
            block += rows
        elif directive := DIRECTIVE.fullmatch(lines[at]):
            kept, used = _directive(lines, at, directive)
            block += kept
        elif (markup := MARKUP.fullmatch(lines[at])) and not lines[at].lstrip().startswith("..."):
            used = 1 + _indented(lines, at + 1, len(markup[1]))
        elif lines[at].rstrip().endswith("::"):
            line = lines[at].rstrip()[:-1]
            code = _indented(lines, at + 1, _indent(line))
            block += [_plain("" if line.strip() == ":" else line), *lines[at + 1 : at + 1 + code]]
            used = 1 + code
        else:
            block.append("" if _is_rule(lines, at) else _plain(lines[at]))
            used = 1
        at += used
    outline.text("\n".join(block))
    return outline


def _heading(lines: list[str], at: int) -> tuple[str, str, int] | None:
    """(style, text, lines taken) of the heading that starts here."""
    first, second, third = (lines[at + step] if at + step < len(lines) else "" for step in range(3))
    if ADORNMENT.fullmatch(first) and second.strip() and first.rstrip() == third.rstrip():
        return first[0] * 2, second.strip(), 3
    words = first.rstrip()
    under = second.rstrip()
    alone = not first.startswith(" ") and words and not ADORNMENT.fullmatch(first)
    if alone and ADORNMENT.fullmatch(second) and len(under) >= min(4, len(words)):
        before = lines[at - 1] if at else ""
        return None if before.strip() and before.startswith(" ") else (under[0], words, 2)
    return None


def _is_rule(lines: list[str], at: int) -> bool:
    return len(lines[at].strip()) >= 4 and ADORNMENT.fullmatch(lines[at]) is not None


def _directive(lines: list[str], at: int, found: re.Match) -> tuple[list[str], int]:
    """(lines kept, lines taken); the text inside most directives stays for the ordinary reading."""
    indent, name, argument = len(found[1]), found[2].lower(), (found[3] or "").strip()
    if name in WHOLLY_DROPPED:
        return [], 1 + _indented(lines, at + 1, indent)
    used = 1
    while at + used < len(lines) and OPTION.match(lines[at + used]):
        used += 1
    if name in CODE:
        code = _indented(lines, at + used, indent)
        return ["", *lines[at + used : at + used + code], ""], used + code
    if name in SAID:
        return ["", _plain(f"{name.capitalize()}: {argument}")], used
    return ["", "" if name in ARGUMENT_DROPPED else _plain(argument)], used


def _indented(lines: list[str], at: int, indent: int) -> int:
    """How many lines from `at` on are blank or further in than `indent`."""
    count = 0
    while at + count < len(lines) and (not lines[at + count].strip() or _indent(lines[at + count]) > indent):
        count += 1
    return count


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _table(lines: list[str], at: int) -> tuple[list[str], int]:
    """(rows as "cell | cell", lines taken) of the table that starts here, which ends at its last border."""
    grid = lines[at].lstrip().startswith("+")
    end = at + 1
    if grid:
        while end < len(lines) and lines[end].lstrip().startswith(("|", "+")):
            end += 1
        rows = [lines[each].strip().strip("|").split("|") for each in range(at, end) if "|" in lines[each]]
    else:
        borders = [at]
        while end < len(lines) and end - borders[-1] < LONGEST_ROWS and (lines[end].strip() or len(borders) < 3):
            if BORDER.fullmatch(lines[end]):
                borders.append(end)
            elif not lines[end].strip() and end - borders[-1] == 1 and len(borders) > 1:
                break
            end += 1
        if len(borders) < 2:
            return [], 1
        end = borders[-1] + 1
        starts = [match.start() for match in re.finditer("=+", lines[at])]
        ranges = list(zip(starts, [*starts[1:], None], strict=True))
        inside = (lines[each] for each in range(at, end) if not BORDER.fullmatch(lines[each]))
        rows = [[line[start:stop] for start, stop in ranges] for line in inside if line.strip(" -")]
    filled = [[_plain(cell.strip()) for cell in row] for row in rows]
    return ["", *(" | ".join(row).strip(" |") for row in filled if any(row)), ""], end - at


def _plain(text: str) -> str:
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return text
