"""The sentences that the parts below the app say in English, in the language of the page.

Those parts know nothing of languages: what they raise is one English sentence, also on the command line. Here it is
recognised by its wording and said in French; what is not recognised stays as it is.
"""

import re
from functools import cache

from assistant.ui.i18n import reasons_documents_fr, reasons_fr, reasons_readers_fr

LONGEST = 2000  # characters; a longer sentence holds something that nobody translates
NESTED = 3  # a reason may hold a reason, and that one more


def reason(sentence: str, lang: str, depth: int = NESTED) -> str:
    """`sentence` in `lang`, with what stands in its gaps translated likewise."""
    if lang != "fr" or not sentence or len(sentence) > LONGEST or not depth:
        return sentence
    stop = "." if sentence.endswith(".") else ""
    for pattern, french in _patterns():
        found = pattern.fullmatch(sentence) or pattern.fullmatch(sentence + ".")
        if found:
            said = french.format(*(reason(gap, lang, depth - 1) for gap in found.groups()))
            return said if stop else said.removesuffix(".")
    return sentence


def all_french() -> dict[str, str]:
    """French by English, of all tables."""
    return {**reasons_fr.FRENCH, **reasons_documents_fr.FRENCH, **reasons_readers_fr.FRENCH}


@cache
def _patterns() -> tuple[tuple[re.Pattern, str], ...]:
    """Patterns of the English sentences, those with the most fixed words first."""
    known = all_french()
    ordered = sorted(known.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return tuple((_pattern(english), french) for english, french in ordered)


def _pattern(english: str) -> re.Pattern:
    return re.compile("(.*?)".join(re.escape(part) for part in english.split("{}")), re.DOTALL)
