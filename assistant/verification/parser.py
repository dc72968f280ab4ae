"""Text into statements: stems, number words as numbers, one name for each unit, negations with what they are about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from assistant.text.lexicon import FRENCH, Lexicon, lexicon
from assistant.text.words import number, stem
from assistant.verification.statement import JOINED, Kind, Statement, Token

TOKEN = re.compile(
    r"(?P<minus>(?<![\w.,])[-−](?=\d))"
    r"|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+/\d+(?!\d)"
    r"|(?P<ordinal>\d+)(?:st|nd|rd|th|er|ère|e|ème)\b"
    r"|[^\W\d_]+\d\w*(?:\.\d+)*|\d+[A-Z]\b"  # B12, H1N1, CaV1.2; type 2E
    r"|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
    r"|[%°,;:()\n—]|(?:(?<=\s)|^)[-–•*](?=\s)"
)
CONTRACTED = re.compile(r"n['’]t$")
POSSESSIVE = re.compile(r"['’]s$")
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu)['’]")
# "no one", "this one": not a number
PRONOUN_ONE = frozenset("no this that any every each which the another".split())


def statement(text: str, language: str = "en") -> Statement:
    """Reads a sentence."""
    words = lexicon(language)
    tokens = _with_units(_with_values(list(_tokens(text, language)), words), words)
    return Statement(tuple(_with_negation(tokens, words)), words)


def _tokens(text: str, language: str) -> Iterator[Token]:
    first = True
    minus = ""
    for match in TOKEN.finditer(text):
        shown = match[0]
        if match["minus"]:
            minus = "-"
            continue
        if shown in ",;:()\n—-–•*":
            yield Token("break", shown, shown)
            continue
        if shown[0].isdigit() and not shown[-1].isupper():
            value = f"o{int(match['ordinal'])}" if match["ordinal"] else minus + _value(shown)
            yield Token("number", value, shown)
        else:
            yield from _word_tokens(shown, language, first)
        minus, first = "", False


def _value(digits: str) -> str:
    """One spelling a value: "1,000", "1 000" and "1000.0" are one number."""
    if "/" in digits:
        return digits
    plain = number(re.sub(r"\s", "", digits))
    try:
        return format(Decimal(plain).normalize(), "f")
    except ArithmeticError:
        return plain


@lru_cache(maxsize=20_000)
def _word_tokens(shown: str, language: str, first: bool) -> tuple[Token, ...]:
    words = lexicon(language)
    word = shown.lower().replace("’", "'")
    if CONTRACTED.search(word) or word == "cannot":
        verb = "can" if word == "cannot" else word[:-3]
        kind: Kind = "hedge" if verb == "can" else "function"
        return Token(kind, "may" if kind == "hedge" else verb, verb), Token("negation", "not", "not")
    found: tuple[Token, ...] = ()
    elided = ELIDED.match(word) if language == "fr" else None
    if elided:
        article = {"n'": "ne", "jusqu'": "jusqu"}.get(elided[0], elided[0][:-1])
        found = (_word_token(article, article, words, language, first),)
        word, shown = word[elided.end() :], shown[elided.end() :]
    word = POSSESSIVE.sub("", word)
    if word in words.negated_forms:
        found += (Token("negation", "not", "not"),)
        word = words.negated_forms[word]
    return (*found, _word_token(word, shown, words, language, first))


def _word_token(word: str, shown: str, words: Lexicon, language: str, first: bool) -> Token:
    if word in words.quantifiers:
        return Token("quantifier", words.quantifiers[word], word)
    if word in words.negations:
        return Token("negation", "not", word)
    if word in words.hedges:
        return Token("hedge", "may", word)
    if word in words.relations:
        return Token("relation", words.relations[word], word)
    if word in words.synonyms and words.synonyms[word] in "+-":
        return Token("word", words.synonyms[word], word)
    if word in words.function or len(word) == 1:
        return Token("function", word, word)
    capital = shown[0].isupper() and (not first or shown[1:].lower() != shown[1:])
    key = words.synonyms.get(word) or stem(word, language)
    return Token("word", key, word, capital=capital, light=word in words.light)


# --- numbers ---------------------------------------------------------------------------------------------------


def _with_values(tokens: list[Token], words: Lexicon) -> list[Token]:
    """Number words become numbers: "twenty-four", "5 million", "twice", "second"."""
    found: list[Token] = []
    for place, token in enumerate(tokens):
        before = found[-1] if found else None
        after = tokens[place + 1].surface if place + 1 < len(tokens) else ""
        value = words.numbers.get(token.surface)
        if token.surface in ("once", "twice", "thrice"):
            found += [
                Token("number", str(("once", "twice", "thrice").index(token.surface) + 1), token.surface),
                Token("unit", "time", "times"),
            ]
        elif token.surface in words.ordinals and not (token.surface == "second" and _counts(before)):
            found.append(Token("number", f"o{words.ordinals[token.surface]}", token.surface))
        elif value is not None and not _pronoun(token, before, after):
            found += _added(found, value, token, words)
        elif token.surface in words.scales and before is not None and _counts(before):
            found[-1] = replace(before, key=_value(str(Decimal(before.key) * words.scales[token.surface])))
        else:
            found.append(token)
    return found


def _pronoun(token: Token, before: Token | None, after: str) -> bool:
    return token.surface == "one" and (
        after in ("of", "another", "who", "or") or (before is not None and before.surface in PRONOUN_ONE)
    )


def _counts(token: Token | None) -> bool:
    return token is not None and token.kind == "number" and token.key.replace(".", "").isdigit()


def _added(found: list[Token], value: int, token: Token, words: Lexicon) -> list[Token]:
    """ "twenty" and "four" are 24, "dix" and "sept" 17, "quatre" and "vingt" 80; the first is taken off `found`."""
    before = found[-1] if found else None
    if before is not None and before.surface in words.numbers and before.key.isdigit():
        first, french = int(before.key), words.numbers is FRENCH.numbers
        if first >= 20 and first % 10 == 0 and 0 < value < (20 if french else 10):
            return [replace(found.pop(), key=str(first + value), surface=token.surface)]
        if french and (first, value) in ((10, 7), (10, 8), (10, 9), (4, 20)):
            return [replace(found.pop(), key=str(80 if value == 20 else 10 + value), surface=token.surface)]
    return [Token("number", str(value), token.surface)]


# --- units -----------------------------------------------------------------------------------------------------


def _with_units(tokens: list[Token], words: Lexicon) -> list[Token]:
    """Marks units, and gives each number the one that follows it."""
    found: list[Token] = []
    for place, token in enumerate(tokens):
        after_number = bool(found) and found[-1].kind == "number"
        unit = words.units.get(token.surface) or (words.short_units.get(token.surface) if after_number else None)
        per = after_number and token.surface in ("per", "pour") and place + 1 < len(tokens)
        if per and tokens[place + 1].surface in ("cent", "hundred"):
            unit = "%"
        if token.surface == "cent" and found and found[-1].key == "%":
            continue
        found.append(Token("unit", unit, token.surface) if unit and token.kind != "number" else token)
    return [_measured(token, place, found) for place, token in enumerate(found)]


def _measured(token: Token, place: int, tokens: Sequence[Token]) -> Token:
    if token.kind != "number":
        return token
    following = place + 1
    while following + 1 < len(tokens) and tokens[following].surface in JOINED | {"-"}:
        if tokens[following + 1].kind != "number":
            break
        following += 2
    while following < len(tokens) and tokens[following].kind == "number":
        following += 1  # "2-3 times"
    unit = tokens[following].key if following < len(tokens) and tokens[following].kind == "unit" else ""
    return replace(token, unit=unit)


# --- negation --------------------------------------------------------------------------------------------------


def _with_negation(tokens: Sequence[Token], words: Lexicon) -> Iterator[Token]:
    """Marks what stands behind a negation, up to the end of its clause, and the first word that it is about."""
    negated = focus = False
    since = 0
    for token in tokens:
        if token.kind == "negation":
            # In French one negation takes two words: "ne ... pas".
            if not (negated and since < 4 and token.surface in ("pas", "jamais", "plus")):
                focus = True
            negated, since = True, 0
        elif token.kind == "break" or token.surface in words.turns or token.surface in ("because", "car"):
            negated = focus = False
        since += 1
        if negated and token.is_content and token.kind != "negation":
            yield replace(token, negated=True, focus=focus and token.kind == "word")
            focus = focus and token.kind != "word"
        else:
            yield token
