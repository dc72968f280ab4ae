"""The expected answer type (Li and Roth 2002, "Learning question classifiers"), where the words of a question tell it.

The gate judges whether the passages are on what is asked about. Whether they say *when* is another matter: an answer to
"When did she die?" that names no date, or the one of her prize only, is marked as such, since a page on her is not yet
an answer.
"""

import re

from assistant.text.lexicon import ENGLISH, FRENCH

_MONTHS = (
    "january february march april may june july august september october november december "
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
).split()
_NUMBERS = [word for table in (ENGLISH, FRENCH) for word in (*table.numbers, *table.scales)]


def _either(*words: str) -> str:
    return rf"\b(?:{'|'.join(words)})\b"


# What asks for it, and what a sentence that gives it holds. "How long is the Nile" asks for a number, "how far has it
# spread" for none.
TYPES = {
    "date": (
        _either(r"when (?:did|was|were)", r"(?:what|which) (?:year|date|century)")
        + "|"
        + _either(
            r"quand (?:est|sont|a|ont|fut|furent|était|étaient|eut)",
            r"quand (?:\w+ ){1,3}(?:est|sont|a|ont|fut|était)-t?-?(?:il|elle|ils|elles)",
            r"quelle (?:année|date)",
            r"quel siècle",
        ),
        r"\b(?:1\d{3}|20\d{2})s?\b|"
        + rf"\b\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?{_either(*_MONTHS)}|{_either(*_MONTHS)} \d"
        + "|"
        + _either("century", "centuries", "siècles?", r"\d+ bce?", r"years ago", r"il y a \d+ ans"),
    ),
    "duration": (
        _either(
            r"how long (?:do|does|did|will|would|can|could|should|may|might|must|has|have|had|until|before|after)",
            r"combien de temps",
            r"combien dur\w+",
        ),
        _either(
            "(?:second|minute|hour|day|week|month|year|decade|lifetime)s?",
            "life-?long",
            "for life",
            r"(?:permanent|temporar|chroni|indefinite)\w*",
            "(?:short|long)-term",
            "brief(?:ly)?",
            "(?:seconde|minute|heure|jour|semaine|an|année|décennie)s?",
            "mois",
            "à vie",
            "toute la vie",
        ),
    ),
    "number": (
        _either(
            r"how (?:many|old|tall|high|big)",
            r"how much (?:is|are|was|were|does|do|did|of)",
            r"how long (?:is|are|was|were)",
            r"what (?:percentage|proportion|age)",
            r"combien(?! de temps| dur)",
            "quel (?:âge|pourcentage)",
            "quelle proportion",
        ),
        r"\d|"
        + _either(
            *sorted({*_NUMBERS} - {"one", "un", "une", "zero", "zéro"}),
            "dozens?",
            "hundreds",
            "thousands",
            "millions?",
            "billions?",
            "half",
            "quarter",
            "percent",
            "milliers",
            "milliards?",
            "dizaines?",
            "centaines?",
            "moitié",
            # Nobody knows how many, or hardly any.
            "unknown",
            "rare",
            "uncommon",
            "few",
            "several",
            "inconnue?s?",
            "rares",
            "quelques",
            "plusieurs",
        ),
    ),
}
# What a date is asked of. Only births and deaths are told from other events: what else happens has too many names.
_EVENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _either(
            "die[ds]?",
            "death",
            "dead",
            "killed",
            "assassinated",
            "executed",
            r"mort(?:e|s|es)?",
            r"décéd\w+",
            "décès",
            "mourut",
        ),
        _either("born", "births?", r"née?s?", "naissance", "naquit"),
    )
)
_LIFESPAN = re.compile(r"\(.*\d{3,4}\s*[–—-].*\d{3,4}.*\)")  # "(7 November 1867 – 4 July 1934)"
_COMPILED = {
    name: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns) for name, patterns in TYPES.items()
}


def expected(question: str) -> str:
    """ "date", "duration" or "number" where the question asks for one, else ""."""
    return next((name for name, (asked, _) in _COMPILED.items() if asked.search(question)), "")


def gives(text: str, kind: str, question: str = "") -> bool:
    """Whether a sentence holds an expression of that type: for a `question` after a birth or a death one that stands
    beside it. For all others it may still be another one than what is asked for."""
    if not _COMPILED[kind][1].search(text):
        return False
    event = next((event for event in _EVENTS if event.search(question)), None) if kind == "date" else None
    return event is None or bool(event.search(text) or _LIFESPAN.search(text))
