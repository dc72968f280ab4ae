"""What is not a sentence among the sentences of a flattened page: headings, list items, tables, cut-off ends, notices.

A web page that was flattened to text loses the line break between a heading and its first sentence: "Tests for
Diabetes The following tests are used". All functions give offsets into the text; nothing is rewritten. What only one
data set's pages hold is declared beside that data set (`corpus.datasets.page_furniture`).
"""

import re

from corpus.datasets import page_furniture
from corpus.tables import CELL

MARKER = re.compile(r"\s*(?:[-*•‣▪◦–]|\d{1,3}[.)]|[a-z]\))[^\S\n]+(?=\S)")
CODE_INDENT = "    "  # opens a line of code in a section's text, where no other line begins with a space
DEEPEST = 400  # characters of a line's indentation that are looked at
LABEL = re.compile(r"(?:Summary|Note|Key Points?|Overview|Answer)\s*:\s+(?=\S)")
WORD = re.compile(r"\S+")
HASHES = re.compile(r"\s*#{1,6}\s+(?=\S)")  # Markdown's, in files that are not read as Markdown
CAPITAL = re.compile(r"[\"'“(]?[A-ZÀ-ÖØ-Þ][\w'’/&-]*[\"'”)]?,?:?$")
LOWER = re.compile(r"[\"'“(]?[a-zß-öø-ÿ0-9]")
ENDED = re.compile(r"[.!?…:;][\"'”»)\]]*(?:\d{1,2}(?:,\d{1,2})*)?$")  # also with the number of a note: "fails.3"
VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|may|might|can|could|will|should|must|does|do|did)\b")

# Stand in lower case inside a heading.
CONNECTORS = frozenset("and of the for or in on to with a an at by from as your its vs".split())
# Begin a sentence; inside a heading they would be rare or in lower case. "A" is one only after a heading of three
# words, so that vitamin A and hepatitis A stay what they are.
OPENERS = frozenset(
    """An As Although After Another Although Because Before Both But By Certain Despite During Each Early Even Every For
    From He Her However If In It Its Like Many Most No Not Often Older On Once Other Our People Several She Since
    Some Sometimes Such That The Their There These They This Those Though Through Thus To Two Three Under Unlike Until
    Usually We When Whether While With Within You Your
    Adults Children Doctors Experts Men Patients Physicians Research Researchers Scientists Studies Surgeons Symptoms
    Talk Women""".split()
)
VERBS_OF_HEADINGS = frozenset("Is Are Can May Do Does Was Were Has Have Will Should Help".split())
ALONE = frozenset(
    """Background Causes Complications Definition Diagnosis Epidemiology Etiology Frequency Inheritance Introduction
    Medications Medicines Outlook Overview Prevention Prognosis Risks Screening Signs Summary Surgery Symptoms Tests
    Therapy Treatment Treatments""".split()
)
LONGEST_HEADING = 12  # words
MOST_CELLS = 4  # of " - " or of percentages in one sentence: more are a table in a row
LONGEST_CELL = 15  # words
CELL_ENDS = re.compile(r"(?:\d\s?%|\d/\d+|\d of \d+)(\s+)|(\s+-\s+)|(\s{2,})")


def is_list_item(text: str, start: int, end: int) -> bool:
    """Whether the sentence at characters [start, end) of `text` is an item of a list, or begins one: "- a cup"."""
    before = text[max(0, start - DEEPEST) : start]  # not the whole line, which may have megabytes
    return bool(MARKER.match(text, start, end)) and not before.rpartition("\n")[2].strip()


def is_row(text: str, start: int, end: int) -> bool:
    """Whether the sentence is a table's row: "Room: Double | Winter: 870"."""
    return CELL in text[start:end] and "\n" not in text[start:end].strip()


def is_code(text: str, start: int) -> bool:
    """Whether a line of code stands at `start`, which may lie behind its indentation."""
    line = text.rfind("\n", max(0, start - DEEPEST), start) + 1
    if line == 0 and start > DEEPEST:
        return False
    before = text[line:start]
    return not before.strip() and (before + text[start : start + 4]).startswith(CODE_INDENT)


def body_start(text: str, start: int, end: int) -> int:
    """Where the sentence itself begins, behind a list marker, a label ("Summary: ") or a heading glued before it.

    `start` where nothing of the kind is there; a sentence that is all heading comes back at `start` too.
    """
    marker = MARKER.match(text, start, end) if is_list_item(text, start, end) else None
    at = marker.end() if marker else start
    label = LABEL.match(text, at, end)
    at = label.end() if label else at
    return _behind_heading(text, at, end)


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether all of the sentence is a title: short, without an end, its words capitalised or without a verb."""
    shown = text[start:end].strip()
    if is_row(text, start, end) or is_code(text, start):
        return False
    if HASHES.match(shown) and "\n" not in shown:
        return True
    words = shown.split()
    if not words or len(words) > LONGEST_HEADING or is_list_item(text, start, end):
        return False
    if shown.endswith("?") and CAPITAL.match(words[0]):
        return True  # "What are the signs of X?" asks what the next sentences answer
    if ENDED.search(shown) and not shown.endswith(":"):
        return False
    titled = all(CAPITAL.match(word) or word in CONNECTORS or not LOWER.match(word) for word in words)
    return titled or (CAPITAL.match(words[0]) is not None and not shown.endswith(":") and not VERB.search(shown))


def is_fragment(text: str, start: int, end: int) -> bool:
    """Whether the sentence lost its beginning or its end: passages are cut, and pages hold loose words."""
    shown = text[start:end].strip()
    if not shown or is_list_item(text, start, end):
        return not shown
    return bool(re.match(r"[a-zß-öø-ÿ,;.)\]%]", shown)) or not ENDED.search(shown)


def is_table(text: str, start: int, end: int) -> bool:
    """Whether cells of a table stand one after another, "Ataxia 50% Fever 7.5% ...", or lines of a contents page."""
    if is_row(text, start, end):
        return False  # a fact, with its columns' names
    shown = text[start:end]
    dotted = shown.count(" . ") > MOST_CELLS or "....." in shown
    many = shown.count(" - ") > MOST_CELLS or len(re.findall(r"\d\s?%", shown)) > MOST_CELLS
    return dotted or many or _columns_end(shown, 0, len(shown)) > 0


def cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The cells of the flattened table at [start, end), in order: "Fever 90% Rash 3/8 Ataxia - " has three.

    [] where it is no table. Its columns' names are left out, and a sentence that goes on behind the last cell.
    """
    if not is_table(text, start, end):
        return []
    marker = MARKER.match(text, start, end)
    columns = _columns_end(text, start, end)
    edges = [columns or (marker.end() if marker else start)]
    for cut in CELL_ENDS.finditer(text, edges[0], end):
        edges += cut.span(cut.lastindex or 0)
    spans = [
        (first, last) for first, last in zip(edges[::2], [*edges[1::2], end], strict=True) if text[first:last].strip()
    ]
    if len(spans) > 1 and _goes_on(text[slice(*spans[-1])]):
        spans.pop()
    return spans if columns or len(spans) > 1 else []


def _columns_end(text: str, start: int, end: int) -> int:
    """Where the names of a known table's columns end that stand at `start`; 0 where there are none."""
    found = (each.columns.match(text, start, end) for each in page_furniture())
    return next((match.end() for match in found if match), 0)


def _goes_on(cell: str) -> bool:
    return len(cell.split()) > LONGEST_CELL and ENDED.search(cell.strip()) is not None


def is_notice(text: str, start: int, end: int) -> bool:
    """Whether the sentence speaks of the page and not of its subject: "Key Points", "For more information, see"."""
    marker = MARKER.match(text, start, end)
    shown = text[marker.end() if marker else start : end].lstrip(" (\"'")
    return any(each.notices.match(shown) for each in page_furniture())


def prose(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of the sentence as it may be quoted, without a glued heading; None where it is no whole sentence.

    Items of lists come back whole, with their marker; so do rows of tables and lines of code.
    """
    if is_row(text, start, end) or is_code(text, start):
        return start, end
    if any(test(text, start, end) for test in (is_heading, is_fragment, is_table, is_notice)):
        return None
    if is_list_item(text, start, end):
        return start, end
    body = body_start(text, start, end)
    return None if is_notice(text, body, end) else (body, end)


def _behind_heading(text: str, start: int, end: int) -> int:
    words = [(match[0], match.start()) for match in WORD.finditer(text, start, end)][: LONGEST_HEADING + 3]
    run = 0
    while run < len(words) and (CAPITAL.match(words[run][0]) or (run and words[run][0] in CONNECTORS)):
        run += 1
    if run == len(words) or not LOWER.match(words[run][0]):
        return start
    shown = [word for word, _ in words]
    for begins in (_opens, _repeats):
        for at in range(min(run - 1, LONGEST_HEADING), 0, -1):
            if _may_begin(shown, at, run) and begins(shown, at, run):
                return words[at][1]
    return start


def _may_begin(words: list[str], at: int, run: int) -> bool:
    """Whether a sentence may begin at word `at`; the words before `run` are capitalised or connect such."""
    before = words[at - 1]
    if not CAPITAL.match(words[at]) or run - at > 3 or before in CONNECTORS or before.endswith(","):
        return False
    return at > 1 or words[0] in ALONE


def _opens(words: list[str], at: int, run: int) -> bool:
    if words[at] == "A":
        return at >= 3 and words[at - 1] not in VERBS_OF_HEADINGS and not VERB.match(words[run])
    return words[at] in OPENERS


def _repeats(words: list[str], at: int, run: int) -> bool:
    """ "Causes of Hearing Loss Hearing loss can": the sentence begins with the heading's own word.

    Not so in "The Amur River or Heilong River is".
    """
    word, heading = words[at], words[:at]
    named = {other.lower() for other in heading if other not in CONNECTORS}
    apart = heading[0] == "The" or any(other == "or" or other.endswith(",") for other in heading)
    return run - at <= 2 and len(word) > 1 and not apart and word.lower() in named
