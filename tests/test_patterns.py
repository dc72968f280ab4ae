"""No regular expression of corpus/ and index/ takes a text's or question's length worse than linearly.

All compiled patterns of all modules are collected, and each is tried on long lines made of what it looks for.
"""

import importlib
import pkgutil
import re
import time
from pathlib import Path

import corpus
import index

try:
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_parse as parser

LENGTHS = (16, 32, 48, 70, 100, 150, 225, 400, 1_600)  # characters; steps so short that no power of them hangs
SLOW = 0.02  # seconds, which no line of this length may take
NARROW = 16  # times that a repetition may take without counting as one
WORTH = 0.002  # seconds from which two times can be compared
GROWTH = 8  # times longer for a line four times as long: 4 is linear, 16 a square
UNITS = (
    " ", "\n", "\t", "a", "A", "1", ".", ",", "-", "'", "(", ")", "[", "]", "{", "<", ">", "|", "=", "#", "*", "_", "é",
    "`", '"', ":", "/", "\\", "\r\n", "a ", "Aa ", "A.", "1.", "1 ", "1,", " -", "a\n", "\n ", "\n- ", "(a", "<a",
    "a<a ", "a'", "..",
)  # fmt: skip
# Patterns that only ever see a short stretch, with what bounds it.
BOUNDED = {"corpus.sentences.LAST_WORD": "searched for in the last 24 characters of a sentence"}
STARTERS = (" ", "a", "a ", "(", "<a", "a<a ", "{", ">")  # repeated behind each word that a pattern looks for


def modules():
    for package in (corpus, index):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def patterns():
    """(name, pattern, whether it is searched for and not only matched at a place) of every pattern, each once."""
    met = set()
    for module in modules():
        source = Path(module.__file__).read_text(encoding="utf-8")
        for name, value in vars(module).items():
            for pattern in inside(value):
                if id(pattern) in met:
                    continue
                met.add(id(pattern))
                used = re.findall(rf"\b{name}\b(?:\[[^\]]*\])?\.(\w+)\(", source)
                places = {"match", "fullmatch"}
                searched = not set(used) <= places if used else not re.search(r"\bpattern\.match\(", source)
                yield f"{module.__name__}.{name}", pattern, searched


def inside(value, depth=3):
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for each in value.values():
            yield from inside(each, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from inside(each, depth - 1)
    elif depth and hasattr(value, "__dataclass_fields__") and type(value).__module__.startswith(("corpus.", "index.")):
        yield from inside([getattr(value, name) for name in value.__dataclass_fields__], depth - 1)


def may_grow(pattern, searched):
    """Whether the pattern repeats enough to grow: anything twice, or once where its place is searched for, too."""
    return repeats(parser.parse(pattern.pattern, pattern.flags)) > (0 if searched else 1)


def repeats(parsed):
    """Repetitions without a narrow bound; one inside another counts as two."""
    count = 0
    for operator, argument in parsed:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, inner = argument
            inside = repeats(inner)
            count += inside * (2 if most > 1 else 1) + (most > NARROW)
        elif name == "BRANCH":
            count += max(map(repeats, argument[1]))
        elif name == "SUBPATTERN":
            count += repeats(argument[-1])
        elif name in ("ASSERT", "ASSERT_NOT"):
            count += repeats(argument[1])
        elif name == "ATOMIC_GROUP":
            count += repeats(argument)
    return count


def lines(pattern, searched):
    """(start, what is repeated behind it): the usual signs, and words that stand in the pattern."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\\.|\?P<\w+>", " ", str(pattern.pattern)))
    words = list(dict.fromkeys(words))[:6]
    yield from ((start, unit) for start in (("",) if searched else ("", "x ")) for unit in UNITS)
    yield from (("", f"{word} ") for word in words)
    yield from ((word, unit) for word in words for unit in STARTERS)


def slowest(pattern, searched):
    """(seconds, start, unit, length) of the first line that takes too long, None where none does."""
    if not may_grow(pattern, searched):
        return None
    method = pattern.search if searched else pattern.match
    for start, unit in lines(pattern, searched):
        for length in LENGTHS:
            line = made(pattern, start, unit, length)
            taken = timed(method, line)
            if taken > WORTH and is_slow(method, line, made(pattern, start, unit, length // 4)):
                return round(taken, 4), start, unit, length
    return None


def made(pattern, start, unit, length):
    line = (start + unit * (length // len(unit) + 1))[:length] + "\x00"
    return line.encode() if isinstance(pattern.pattern, bytes) else line


def is_slow(method, line, shorter):
    """Measured anew, the best of three, so that no other program on the machine decides."""
    taken = min(timed(method, line) for _ in range(3))
    before = min(timed(method, shorter) for _ in range(3))
    return taken > SLOW or (taken > WORTH and taken > GROWTH * before)


def timed(method, line):
    begun = time.process_time()
    method(line)
    return time.process_time() - begun


def test_no_pattern_grows_worse_than_linearly():
    slow = {}
    for name, pattern, searched in patterns():
        found = slowest(pattern, searched) if name not in BOUNDED else None
        if found:
            slow[name] = (*found, pattern.pattern[:60])
    assert not slow, "\n".join(f"{name}: {found}" for name, found in slow.items())
