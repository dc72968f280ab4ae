"""What pyproject.toml asks for, and whether the running interpreter has it, without importing any of it.

Python 3.10 has no TOML parser and a bare one has no `packaging`, so this reads just the small part of both that
pyproject.toml uses; tests hold it equal to the real ones.
"""

import ast
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

BASE = ""  # the key of the requirements that belong to no extra

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*?)\s*(?:;\s*(.*))?$")
_CONDITION = re.compile(r"^\s*(\w+)\s*(==|!=|>=|<=|<|>)\s*(['\"])(.*?)\3\s*$")


def read(pyproject: Path) -> dict[str, list[str]]:
    """The requirement strings of each extra, those of the project itself under `BASE`.

    Raises OSError when the file cannot be read, ValueError when an array in it never closes.
    """
    found: dict[str, list[str]] = {BASE: []}
    section = ""
    lines = iter(pyproject.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if header := re.match(r"\[([^\[\]]+)\]\s*(?:#.*)?$", line):
            section = header[1].strip()
        elif array := re.match(r"([\w-]+)\s*=\s*(\[.*)", line):
            key, text = array[1], array[2]
            if section == "project" and key == "dependencies":
                found[BASE] = _array(text, lines)
            elif section == "project.optional-dependencies":
                found[key] = _array(text, lines)
    return found


def _array(text: str, lines) -> list[str]:
    # A TOML array of plain strings with comments is also a Python list, so Python finds where it ends.
    while True:
        try:
            return list(ast.literal_eval(text))
        except SyntaxError:
            following = next(lines, None)
            if following is None:
                raise ValueError("an array in pyproject.toml is never closed") from None
            text += "\n" + following


def missing(requirements: list[str]) -> list[str]:
    """Those requirements that the running interpreter lacks or has in a version outside their range."""
    return [each for each in requirements if not _present(each)]


def name(requirement: str) -> str:
    """The package's name alone: `keras>=3,<4` gives `keras`."""
    return _REQUIREMENT.match(requirement)[1]


def _present(requirement: str) -> bool:
    package, ranges, marker = _REQUIREMENT.match(requirement).groups()
    if marker and not applies(marker):
        return True
    try:
        installed = version(package)
    except PackageNotFoundError:
        return False
    return bool(installed) and within(installed, ranges)


def applies(marker: str) -> bool:
    """Whether a marker such as `sys_platform == 'linux'` holds here. One that is not understood counts as holding."""
    values = {
        "sys_platform": sys.platform,
        "platform_system": platform.system(),
        "platform_machine": platform.machine(),
        "python_version": "{}.{}".format(*sys.version_info),
    }
    for condition in marker.split(" and "):
        parts = _CONDITION.match(condition)
        if not parts or parts[1] not in values:
            continue
        variable, operator, _, wanted = parts.groups()
        if variable == "python_version":
            holds = within(values[variable], operator + wanted)
        else:
            holds = (values[variable] == wanted) == (operator == "==")
        if not holds:
            return False
    return True


def within(installed: str, ranges: str) -> bool:
    """Whether a version satisfies ranges such as `>=2.7,<=2.13.0`; local and pre-release parts do not count."""
    return all(_holds(_release(installed), each.strip()) for each in ranges.split(",") if each.strip())


def _holds(have: tuple[int, ...], condition: str) -> bool:
    operator, wanted = re.match(r"(~=|===?|!=|<=|>=|<|>)\s*(.*)", condition).groups()
    want = _release(wanted)
    if operator == "~=":
        return have >= want and have[: len(want) - 1] == want[:-1]
    if wanted.endswith(".*"):
        return (have[: len(want)] == want) == (operator != "!=")
    width = max(len(have), len(want))
    have, want = (each + (0,) * (width - len(each)) for each in (have, want))
    outcomes = {"<": have < want, "<=": have <= want, ">": have > want, ">=": have >= want, "!=": have != want}
    return outcomes.get(operator, have == want)


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"v?(\d+(?:\.\d+)*)", text)[1].split("."))
