"""Every word the app shows, in English and French: `t` looks one up, the others write numbers as each language does."""

import locale
import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from assistant.ui.i18n import course_en, course_fr, explanation_en, explanation_fr
from assistant.ui.i18n.en import ENGLISH as GENERAL
from assistant.ui.i18n.fr import FRENCH as GENERAL_FRENCH
from assistant.ui.i18n.typography import NARROW_SPACE, french_spaces

ENGLISH: Mapping[str, str] = MappingProxyType({**GENERAL, **explanation_en.ENGLISH, **course_en.ENGLISH})
FRENCH: Mapping[str, str] = MappingProxyType({**GENERAL_FRENCH, **explanation_fr.FRENCH, **course_fr.FRENCH})
TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": ENGLISH, "fr": FRENCH})
LANGUAGES = tuple(TEXTS)
STRONG, WEAK = 0.66, 0.33  # the least probability that is called so


def t(key: str, lang: str, **values: object) -> str:
    """The text `key` in `lang` (English for an unknown language) with its placeholders filled. Raises KeyError."""
    text = TEXTS.get(lang, ENGLISH)[key]
    if lang == "fr":
        text = french_spaces(text)
    return text.format(**values) if values else text


def notice(key: str, lang: str) -> str:
    """The remark of the pipeline called `key`, "" for one that this version has no words for."""
    return t(f"notice.{key}", lang) if f"notice.{key}" in ENGLISH else ""


def counted(key: str, n: int, lang: str, **values: object) -> str:
    """ "1 passage", "6 passages": the text `key.one` or `key.other`. French counts 0 as singular."""
    one = n < 2 if lang == "fr" else n == 1
    return t(f"{key}.one" if one else f"{key}.other", lang, n=integer(n, lang), **values)


def integer(n: int, lang: str) -> str:
    """16407 as "16,407" in English, "16 407" in French."""
    return f"{n:,}".replace(",", NARROW_SPACE) if lang == "fr" else f"{n:,}"


def decimal(x: float, lang: str, digits: int = 1) -> str:
    """0.15 as "0.2" in English, "0,2" in French."""
    text = f"{x:.{digits}f}"
    return text.replace(".", ",") if lang == "fr" else text


def percent(share: float, lang: str) -> str:
    """A share in [0, 1] as "83%" in English, "83 %" in French; never rounded up to a hundred."""
    whole = min(round(share * 100), 99) if share < 1 else 100
    return f"{whole}{NARROW_SPACE}%" if lang == "fr" else f"{whole}%"


def certainty(share: float) -> str:
    """Which of the three words says a probability in [0, 1]: "strong", "weak" or "none" (texts `certainty.…`)."""
    return "strong" if share >= STRONG else "weak" if share >= WEAK else "none"


def model_name(name: str, lang: str) -> str:
    """What a generator is called on the page; the user's own have the names that the user gave."""
    return t("model.starter", lang) if name == "starter" else name


def model_names(names: Iterable[str], lang: str) -> list[tuple[str, str]]:
    """Pairs of what is shown and what is meant, for a choice of generators."""
    return [(model_name(name, lang), name) for name in names]


def duration(seconds: float, lang: str) -> str:
    """A remaining time in words: "less than a minute", "4 min", "2 h 05"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return t("duration.short", lang)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours else f"{minutes} min"


def preferred_language(accepted: str) -> str:
    """The language of the app that an Accept-Language header ranks highest, English when it names none of them."""
    ranked = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for weight, _, tag in sorted(ranked) if tag in TEXTS and weight < 0), "en")


def system_language() -> str:
    """The language for messages on the command line: "fr" under a French locale, otherwise "en"."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))  # the order in which they count
    name = next((value for value in variables if value), None) or locale.getlocale()[0] or ""
    return "fr" if name.lower().startswith("fr") else "en"
