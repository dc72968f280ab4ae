"""Numbers and dates as a spreadsheet shows them: leading zeros, units, durations; full dates in ISO 8601.

Written by hand because the libraries that read workbooks give values without their format, and the ports of Excel's
formatter round: here no digit that somebody entered is lost. Every function takes time linear in the format's length.
"""

import datetime
from dataclasses import dataclass, field
from functools import lru_cache

from corpus.cleaning import one_line

LONGEST = 255  # characters of a format in Excel; a longer one is not looked at
ENTERED = 6  # decimals up to which a value was probably entered: more come from a computation, and are rounded
MONTHS = "January February March April May June July August September October November December".split()


def shown_number(value: int | float, code: str) -> str:
    """The number in this format: 815 in "000000" is "000815"; whatever is not understood gives the plain number."""
    form = _section(value, code)
    if form is None or value != value or value in (float("inf"), float("-inf")):
        return plain(value)
    amount = abs(value) if form.is_own_sign else value
    amount = amount * 100 if form.percent else amount
    if form.thousands:
        scaled = _digits(amount / 1000**form.thousands, form)
        return f"{form.wrapped(scaled)} ({plain(value)})"
    return form.wrapped(_digits(amount, form))


def plain(value: int | float) -> str:
    """The number as Excel shows it without a format: 15 digits at most."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def shown_moment(value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta, code: str) -> str:
    """A date as "2026-03-09", a time as "09:30", a duration as "26:15", in what the format shows of them."""
    parts = _date_parts(code)
    if isinstance(value, datetime.timedelta):
        return _duration(value, parts)
    if isinstance(value, datetime.time):
        return value.isoformat("seconds" if "s" in parts or not parts else "minutes")
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    dated = parts & {"y", "d", "M"}
    if not dated and parts and value.year == 1900:  # more than 24 hours in the format of a time
        return _duration(value - datetime.datetime(1899, 12, 31), parts)
    if dated == {"y"}:
        return str(value.year)
    date = value.date().isoformat()
    if dated == {"y", "M"} and not parts & {"h", "s"}:
        return f"{MONTHS[value.month - 1]} {value.year} ({date})"
    if value.time() == datetime.time() or (dated and not parts & {"h", "s"} and value.second):
        return date  # seconds that nobody sees were not entered: NOW() leaves them
    return value.replace(microsecond=0).isoformat(" ", "seconds" if value.second else "minutes")


def shown_serial(value: float, code: str) -> str:
    """A number that may stand for a date, as charts keep them: its format decides."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format
    from openpyxl.utils.datetime import from_excel

    if len(code) <= LONGEST and is_date_format(code):
        try:
            return shown_moment(from_excel(value, timedelta=is_timedelta_format(code)), code)
        except (ValueError, OverflowError):
            return plain(value)
    return shown_number(int(value) if value == int(value) and abs(value) < 1e15 else value, code)


def _duration(value: datetime.timedelta, parts: frozenset[str]) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if "[m" in parts and "h" not in parts:
        return f"{sign}{seconds // 60}" + (f":{seconds % 60:02}" if "s" in parts else " min")
    if "[s" in parts:
        return f"{sign}{seconds} s"
    return f"{sign}{hours}:{minutes:02}" + (f":{seconds % 60:02}" if "s" in parts or not parts else "")


@lru_cache(maxsize=256)
def _date_parts(code: str) -> frozenset[str]:
    """Of "y M d h m s" those that the format shows (M: months, m: minutes); "[m" and "[s" are totals."""
    parts: list[str] = []
    at, code = 0, code.lower() if len(code) <= LONGEST else ""
    while at < len(code):
        sign = code[at]
        if sign == "[":
            end = code.find("]", at)
            end = len(code) if end < 0 else end
            inside = code[at + 1 : end]
            if inside and not inside.strip("hms") and len(set(inside)) == 1:
                parts.append("h" if inside[0] == "h" else "[" + inside[0])
            at = end + 1
        elif sign in '"\\':
            end = code.find('"', at + 1) if sign == '"' else at + 1
            at = (len(code) if end < 0 else end) + 1
        elif sign == ";":
            break
        else:
            if sign in "ydhms" and (not parts or parts[-1] != sign or code[at - 1] != sign):
                parts.append(sign)
            at += 1
    found = set()
    for place, part in enumerate(parts):
        before, behind = parts[max(0, place - 1) : place], parts[place + 1 : place + 2]
        is_minutes = part == "m" and ("h" in before or "s" in before + behind or "[" in "".join(before + behind))
        found.add("M" if part == "m" and not is_minutes else part)
    return frozenset(found)


@dataclass
class _Form:
    """One section of a format, taken apart."""

    before: str = ""
    behind: str = ""
    places: list[str] = field(default_factory=list)  # "0#?" in front of the decimal point, and signs between them
    decimals: int = 0
    grouped: bool = False
    percent: bool = False
    thousands: int = 0  # by how many thousands the number is divided
    is_own_sign: bool = False  # a section for negative numbers shows the sign itself

    def wrapped(self, digits: str) -> str:
        """The digits between what stands around them."""
        sign = "-" if digits.startswith("-") else ""
        return one_line(f"{sign}{self.before}{digits.removeprefix('-')}{self.behind}")


def _section(value: int | float, code: str) -> _Form | None:
    """The part of the format for this number; None for "General", and for what is too special."""
    if not code or len(code) > LONGEST or code.lower() == "general":
        return None
    sections = _sections(code)
    return sections[1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0]


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Form | None, ...]:
    forms = tuple(_taken_apart(section) for section in _split(code))
    if len(forms) > 1 and forms[1] is not None:
        forms[1].is_own_sign = True
    return forms


def _split(code: str) -> list[str]:
    """The sections between the semicolons that are not quoted."""
    sections, quoted, escaped = [""], False, False
    for sign in code:
        if sign == ";" and not quoted and not escaped:
            sections.append("")
        else:
            sections[-1] += sign
            quoted ^= sign == '"' and not escaped
        escaped = sign == "\\" and not escaped
    return sections


def _taken_apart(section: str) -> _Form | None:
    form, at = _Form(), 0
    point = False
    while at < len(section):
        sign, at = section[at], at + 1
        text = ""
        if sign == '"':
            end = section.find('"', at)
            end = len(section) if end < 0 else end
            text, at = section[at:end], end + 1
        elif sign == "[":
            end = section.find("]", at)
            inside, at = section[at : end if end > 0 else len(section)], (end if end > 0 else len(section)) + 1
            if inside[:1] in "<>=":
                return None
            text = inside[1:].split("-")[0] if inside.startswith("$") else ""
        elif sign == "\\":
            text, at = section[at : at + 1], at + 1
        elif sign in "_*":
            at += 1
            text = " " if sign == "_" else ""
        elif sign in "0#?":
            if form.behind.strip(","):
                return None  # digits in two places: a fraction, or something rarer
            if point:
                form.decimals += 1
            else:
                form.places.append(sign)
        elif sign == "." and form.places and not point:
            point = True
        elif sign == ",":
            rest = section[at:].lstrip(",")
            if form.places and rest[:1] in ("0", "#", "?") and not point:
                form.grouped = True
            elif form.places:
                form.thousands += 1
        elif sign in "Ee@" or (sign == "/" and form.places):
            return None
        else:
            form.percent = form.percent or sign == "%"
            text = sign
        if not text:
            continue
        if not form.places:
            form.before += text
        elif not point and any(each in "0#?" for each in section[at:].split('"')[0].split(".")[0]) and sign != "%":
            form.places.append("\0" + text)  # inside the digits, as in a telephone number
        else:
            form.behind += text
    return form if form.places else None


def _digits(value: int | float, form: _Form) -> str:
    sign = "-" if value < 0 else ""
    own = plain(float(f"{abs(value):.12g}")) if isinstance(value, float) else str(abs(value))
    if "e" in own:
        return plain(value)
    decimals = len(own.partition(".")[2])
    decimals = form.decimals if decimals > ENTERED or decimals < form.decimals else decimals
    number = f"{abs(value):.{decimals}f}"
    whole, point, rest = number.partition(".")
    zeros = sum(place == "0" for place in form.places)
    whole = whole.zfill(zeros)
    if form.grouped:
        whole = f"{int(whole):,}" if len(whole.lstrip("0")) >= zeros else whole
    elif any(place.startswith("\0") for place in form.places):
        whole = _placed(whole, form.places)
    return f"{sign}{whole}{point}{rest}"


def _placed(whole: str, places: list[str]) -> str:
    """The digits from the right, with the signs that stand between their places."""
    found: list[str] = []
    left = list(whole)
    slots = sum(not place.startswith("\0") for place in places)
    for place in reversed(places):
        if place.startswith("\0"):
            found.append(place[1:])
        else:
            slots -= 1
            found.append("".join(left) if not slots else left.pop() if left else "")
    return "".join(reversed(found))
