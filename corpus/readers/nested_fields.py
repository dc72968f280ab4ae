"""Values in values (JSON, XML) as text: a line for each, records as rows that name their fields."""

from collections.abc import Iterator, Mapping, Sequence

from corpus.cleaning import one_line, tidy
from corpus.document import Section
from corpus.readers.outline import SEPARATOR
from corpus.tables import named_row

DEEPEST = 60  # levels of values in each other; what lies deeper is left out
PROSE = 200  # characters of a value that is a paragraph of its own
MOST_FIELDS = 30  # of a row
SECTION = 20_000  # characters of a section, beyond which the next one begins at a value
Value = object  # what JSON gives: text, numbers, None, lists and mappings of such


def sections(value: Value) -> Iterator[Section]:
    """The value's text, a section for each member of the outermost mapping that holds several values."""
    if isinstance(value, dict) and any(isinstance(each, dict | list) for each in value.values()):
        plain = {name: each for name, each in value.items() if not isinstance(each, dict | list)}
        yield from _cut(_lines(plain, "", 1), "")
        for name, each in value.items():
            if isinstance(each, dict | list):
                yield from _cut(_lines(each, "", 1), one_line(str(name)))
    else:
        yield from _cut(_lines(value, "", 0), "")


def is_too_deep(value: Value) -> bool:
    """Whether values lie deeper in each other than is read."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _members(each)]
        if not level:
            return False
    return True


def _members(value: dict | list) -> list:
    return list(value.values()) if isinstance(value, dict) else value


def _cut(lines: Iterator[str], heading: str) -> Iterator[Section]:
    part: list[str] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size > SECTION:
            yield Section("\n".join(part), heading)
            part, size = [], 0
    text = tidy("\n".join(part))
    if text:
        yield Section(text, heading)


def _lines(value: Value, name: str, depth: int) -> Iterator[str]:
    """The value's lines; `name` says where it stands ("server › port")."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        row = _row(value) if depth > 1 or not name else None
        if row is not None:
            names = [SEPARATOR.join(filter(None, (name if at == 0 else "", key))) for at, key in enumerate(row)]
            yield from named_row(names, list(row.values()))
            return
        for key, each in value.items():
            yield from _lines(each, SEPARATOR.join(filter(None, (name, one_line(str(key))))), depth + 1)
    elif isinstance(value, list):
        if all(not isinstance(each, dict | list) for each in value):
            text = ", ".join(filter(None, (one_line(_text(each)) for each in value)))
            if text:
                yield f"- {name}: {text}" if name else text
            return
        for each in value:
            yield from _lines(each, "" if isinstance(each, dict) and depth < 2 else name, depth + 1)
    elif text := tidy(_text(value)):
        yield f"\n{name}: {text}\n" if len(text) > PROSE and name else f"- {name}: {one_line(text)}" if name else text


def _row(value: Mapping[str, Value]) -> dict[str, str] | None:
    """The mapping as one row, with the mappings inside it; None where it holds more than a row may."""
    found: dict[str, str] = {}
    todo: list[tuple[str, Value]] = [("", value)]
    while todo:
        name, each = todo.pop()
        if isinstance(each, dict):
            todo += [
                (SEPARATOR.join(filter(None, (name, one_line(str(key))))), inner)
                for key, inner in reversed(each.items())
            ]
        elif isinstance(each, list) and any(isinstance(inner, dict | list) for inner in each):
            return None
        elif text := one_line(_text(each)):
            found[name] = text
        if len(found) > MOST_FIELDS or len(found.get(name, "")) > PROSE or name.count(SEPARATOR) > 2:
            return None
    return found if len(found) > 1 else None


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_text(each) for each in value)
    return str(value)
