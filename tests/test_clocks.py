"""No monotonic time is compared with a number written in the source: such a clock may begin anywhere.

On Linux it begins when the machine starts, so that "0.0" for "never" holds only once the machine is up for long enough.
`-math.inf` and `None` mean "never" on every machine.
"""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLOCKS = ("monotonic", "perf_counter")
SOURCES = [path for room in ("assistant", "corpus", "index", "scripts") for path in (ROOT / room).rglob("*.py")]


def name_of(node: ast.AST) -> str:
    """ "looked_at" for a variable, "_read_at" for an attribute of any object or an element of it, else ""."""
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def is_moment(node: ast.AST, moments: Collection[str] = ()) -> bool:
    """Whether an expression is a moment of a monotonic clock; `moments` are variables that hold one."""
    if isinstance(node, ast.BinOp):  # a difference of two moments is a duration
        return isinstance(node.op, ast.Add) and (is_moment(node.left, moments) or is_moment(node.right, moments))
    if isinstance(node, ast.BoolOp | ast.IfExp):
        sides = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return any(is_moment(side, moments) for side in sides)
    return (isinstance(node, ast.Call) and name_of(node.func) in CLOCKS) or name_of(node) in moments


def has_number(node: ast.AST | None) -> bool:
    """Whether a value is a number, or a list or tuple that holds one."""
    if isinstance(node, ast.Tuple | ast.List):
        return any(map(has_number, node.elts))
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def assignments(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(name, value) of all assignments, those of tuples one by one."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) else None
        for target in targets if value is not None else ():
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = list(zip(target.elts, value.elts, strict=True))
            yield from ((name_of(one), given) for one, given in pairs if name_of(one))


def offenders(source: str) -> set[str]:
    """Variables that hold a moment of a monotonic clock at one time, and a number from the source at another.

    Only those count that are compared, or subtracted, together with a moment of the clock.
    """
    tree = ast.parse(source)
    given = list(assignments(tree))
    moments = {name for name, value in given if is_moment(value)}
    numbers = {name for name, value in given if has_number(value)}
    found = set()
    for node in ast.walk(tree):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            sides = [node.left, node.right]
        if any(is_moment(side, moments) for side in sides):
            found |= {name_of(side) for side in sides} & numbers
    return found


@pytest.mark.parametrize(
    "source",
    [
        "told = 0.0\nif time.monotonic() - told > 5: told = time.monotonic()",
        "began, told = monotonic(), 0\nnow = monotonic()\nif now - told > 5: told = now",
        "self._at = 0.0\nnow = time.monotonic()\nif now < self._at + 1 or now < self._at: pass",
        "last = [0.0]\nnow = time.monotonic()\nif now - last[0] < 1: last[0] = now",
        "class A:\n    look_at: float = 0.0\nif time.monotonic() >= a.look_at: pass",
        "self._counted = (-1, 0.0)\nnow = time.monotonic()\nif now - self._counted[1] < 5: pass",
    ],
)
def test_a_clock_that_is_compared_with_a_number_is_noticed(source):
    assert offenders(source)


def test_never_and_durations_are_fine():
    assert not offenders("told = -math.inf\nif time.monotonic() - told > 5: told = time.monotonic()")
    assert not offenders("first = 0.0\nbegan = time.monotonic()\nfirst = time.monotonic() - began\nif first > 2: pass")


def test_no_clock_is_compared_with_a_number():
    sources = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in SOURCES}
    with_clocks = {path: text for path, text in sources.items() if any(clock in text for clock in CLOCKS)}
    found = {path: offenders(text) for path, text in with_clocks.items()}
    assert {path: names for path, names in found.items() if names} == {}
