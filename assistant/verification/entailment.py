"""Whether one sentence of a passage states what another sentence claims.

Every test here can only reject: a claim stands when the source holds each of its words, and nothing that decides a
statement (numbers with their units, negations, directions, quantifiers, hedges, who does what) was changed.
"""

from collections.abc import Sequence, Set
from itertools import pairwise

from assistant.verification.statement import Statement, Token

# Shares of the claim's neighbouring words, and of its neighbouring content words; with less it is a word salad.
IN_ORDER, SIDE_BY_SIDE = 0.3, 0.4
LEAST = 2  # content words and numbers of a claim
NEAR = 2  # content words on each side that say what a number or a direction belongs to
# "over 65" and "older than 65" are one bound.
BOUNDS = {
    "above": frozenset(["above", "+", "older", "old", "greater"]),
    "below": frozenset(["below", "-", "younger", "young", "smaller"]),
}
AGE = frozenset("over under above below than aged age until avant après".split())
# A quantifier may only be left out where this makes the claim no stronger.
MAY_BE_DROPPED = frozenset(["all", "most", "never"])


def coverage(claim: Statement, source: Statement, known: Set[str]) -> float:
    """The share of the claim's content that the source holds or that is known from around it.

    0 where the source itself holds nothing of it. A claim of one word that is not the source's own wording counts half:
    a single word states nothing.
    """
    held = claim.needed & source.keys
    if not held:
        return 0.0
    if len(claim.needed) + len(claim.numbers) < LEAST and claim.line != source.line:
        return 0.5
    return len(held | (claim.needed & known)) / len(claim.needed)


def contradicts(claim: Statement, source: Statement) -> bool:
    """Whether `source`, which holds the claim's words, says something else with them."""
    return claim.line != source.line and any(test(claim, source) for test in TESTS)


def changes_number(claim: Statement, source: Statement) -> bool:
    """Whether the claim has a value, or its unit, that the source lacks or has less often."""
    for (value, unit), count in claim.numbers.items():
        if count > source.numbers[value, unit] and not (source.numbers[value, "year"] and _is_age(claim, value)):
            return True
    return False


def _is_age(claim: Statement, value: str) -> bool:
    """ "people over 65": years are meant, though not written."""
    places = [place for place, token in claim.of_kind["number"] if token.key == value and not token.unit]
    if sum(count for (number, _), count in claim.numbers.items() if number == value) > 1:
        return False
    return bool(places) and all(claim.tokens[place - 1].surface in AGE for place in places if place)


def _polarity_changed(claim: Statement, source: Statement) -> bool:
    """Whether one of the two negates a word that the other affirms."""
    return _negates_alone(claim, source) or _negates_alone(source, claim)


def _negates_alone(one: Statement, other: Statement) -> bool:
    for _, token in one.of_kind.get("word", ()):
        if token.focus:
            twins = [twin for twin in other.tokens if twin.key == token.key and twin.kind == "word"]
            if twins and not any(twin.negated for twin in twins):
                return True
    return False


def _negation_added(claim: Statement, source: Statement) -> bool:
    return bool(claim.of_kind.get("negation")) and not source.of_kind.get("negation")


def _hedge_dropped(claim: Statement, source: Statement) -> bool:
    """ "may cause" became "causes"."""
    if claim.of_kind.get("hedge"):
        return False
    return any(_about(source, place) & claim.keys for place, _ in source.of_kind.get("hedge", ()))


def _quantifier_changed(claim: Statement, source: Statement) -> bool:
    said = {token.key for place, token in claim.of_kind.get("quantifier", ()) if not _timed(claim, place)}
    held = {token.key for place, token in source.of_kind.get("quantifier", ()) if not _timed(source, place)}
    if said - held - {"some"} or ("some" in said and "few" in held):
        return True
    return any(
        token.key not in said and token.key not in MAY_BE_DROPPED | _droppable(token) and not _timed(source, place)
        for place, token in source.of_kind.get("quantifier", ())
        if _about(source, place) & claim.keys
    )


def _droppable(token: Token) -> Set[str]:
    return set() if token.surface in ("most", "plupart", "majority", "majorité") else {"most"}


def _timed(statement: Statement, place: int) -> bool:
    """ "every 12 hours", "each day": says how often, not how many."""
    following = statement.tokens[place + 1 : place + 2]
    return bool(following) and (following[0].kind in ("number", "unit") or following[0].surface == "other")


def _about(statement: Statement, place: int) -> frozenset[str]:
    """Keys of the first content words behind a hedge or a quantifier."""
    found: list[str] = []
    for token in statement.tokens[place + 1 :]:
        if token.kind == "break" and found:
            break
        if token.kind == "word":
            found.append(token.key)
            if len(found) == 2 or not token.light:
                break
    return frozenset(found)


def _relation_changed(claim: Statement, source: Statement) -> bool:
    """ "before meals" became "after meals"."""
    for place, token in claim.of_kind.get("relation", ()):
        heads = _behind(claim, place)
        same = [at for at, twin in source.of_kind.get("relation", ()) if twin.key == token.key]
        if any(not heads or set(heads) & set(_behind(source, at)) for at in same):
            continue
        if not (token.key in BOUNDS and _bounded(source, heads[:1], BOUNDS[token.key])):
            return True
    return False


def _behind(statement: Statement, place: int) -> list[str]:
    """Keys of the first content behind a word."""
    return [token.key for token in statement.tokens[place + 1 :] if token.is_content][:3]


def _bounded(source: Statement, numbers: Sequence[str], bounds: Set[str]) -> bool:
    for place, token in source.of_kind.get("number", ()):
        if token.key in numbers:
            before = source.tokens[max(0, place - 3) : place]
            return any(token.key in bounds or token.surface in bounds for token in before)
    return False


def _bound_elsewhere(claim: Statement, source: Statement) -> bool:
    """A number or a direction that the source says of something else.

    The words around it in the claim are sought in the segment of the source that it stands in, and in the others.
    """
    if len(source.segments) < 2:
        return False
    for place, token in claim.content:
        if not (token.key in ("+", "-") or token.is_numeric):
            continue
        near = _around(claim, place)
        places = [at for at, twin in source.content if (twin.key, twin.unit) == (token.key, token.unit)]
        if not near or not places:
            continue
        own = max(len(near & source.segment(at)) for at in places)
        back = max((len(near & source.antecedent(at)) for at in places), default=0)
        shares = any(claim.segment(place) & source.segment(at) or not source.segment(at) for at in places)
        if not shares or max(own, back) < max(len(near & keys) for keys in source.segments):
            return True
    return False


def _around(claim: Statement, place: int) -> frozenset[str]:
    near: set[str] = set()
    for step in (-1, 1):
        found, at = 0, place + step
        while 0 <= at < len(claim.tokens) and found < NEAR and not claim.parts_at(at):
            if claim.tokens[at].kind == "word" and claim.tokens[at].key not in ("+", "-"):
                near.add(claim.tokens[at].key)
                found += 1
            at += step
    return frozenset(near)


def _roles_swapped(claim: Statement, source: Statement) -> bool:
    """ "A causes B" became "B causes A", "more in A than in B" became "more in B than in A"."""
    shared = [key for key in claim.roles if key in source.roles]
    in_order = shared == [key for key in source.roles if key in claim.roles]
    same = all(claim.roles[key][0] == source.roles[key][0] for key in shared)
    if in_order and same and not (claim.passives or source.passives):
        return False
    return any(_swapped(a, b, claim, source, shared) for at, a in enumerate(shared) for b in shared[at + 1 :])


def _swapped(a: str, b: str, claim: Statement, source: Statement, shared: list[str]) -> bool:
    said, held = (_marks(statement, a, b) for statement in (claim, source))
    if said != held[::-1]:
        return False
    if said[0] != said[1]:
        return True
    return not (a[-1].isdigit() or b[-1].isdigit()) and any(_turned(a, b, pivot, claim, source) for pivot in shared)


def _marks(statement: Statement, *keys: str) -> list[str]:
    """The prepositions; that of a passive's agent is no mark of its own."""
    marks = (statement.roles[key][0] for key in keys)
    return ["" if mark == statement.lexicon.by else mark for mark in marks]


def _turned(a: str, b: str, pivot: str, claim: Statement, source: Statement) -> bool:
    """Whether the two stand on either side of a verb, and the other way round in the source."""
    if pivot in (a, b) or pivot.isdigit():
        return False
    sides = []
    for statement in (claim, source):
        middle = statement.roles[pivot][1]
        places = sorted((statement.roles[a][1], statement.roles[b][1], middle))
        if any(token.kind == "break" for token in statement.tokens[places[0] : places[2]]):
            return False
        sides.append((_side(statement, a, middle), _side(statement, b, middle)))
    return sides[0][0] != sides[0][1] and sides[0] == sides[1][::-1]


def _side(statement: Statement, key: str, middle: int) -> bool:
    """Whether the word is the verb's object; a passive turns the sides."""
    mark, place = statement.roles[key]
    if middle in statement.passives:
        return statement.lexicon.by not in mark.split()
    return place > middle


def _name_changed(claim: Statement, source: Statement) -> bool:
    """ "Thomas Hollis" where the source has an Anna Hollis and a Thomas."""
    return any(pair not in source.pairs for pair in claim.names if pair[0] in source.keys and pair[1] in source.keys)


def _modifier_changed(claim: Statement, source: Statement) -> bool:
    """ "glaucoma surgery" in a passage on glaucoma that speaks of cataract surgery."""
    for one, two in pairwise(claim.tokens):
        if one.kind == "word" and two.kind == "word" and one.key not in source.keys and two.key in source.keys:
            places = [at for at, token in source.content if token.key == two.key]
            before = [source.tokens[at - 1] for at in places if at]
            if before and all(token.kind in ("word", "number") and token.key not in claim.keys for token in before):
                return True
    return False


def _counts_others(claim: Statement, source: Statement) -> bool:
    """ "3 people" where the source counts no people."""
    for place, _ in claim.of_kind.get("number", ()):
        following = claim.tokens[place + 1 : place + 2]
        if following and following[0].kind == "word" and following[0].key not in source.keys:
            return True
    return False


def _repeated(claim: Statement, source: Statement) -> bool:
    """A word that stands more often in the claim than in the source: it replaced another one, or the draft loops."""
    return any(count > max(source.counts[key], 1) for key, count in claim.counts.items() if key in source.keys)


def _salad(claim: Statement, source: Statement) -> bool:
    """The source's words in another order. Turning a passive changes the order as well, and is allowed."""
    if bool(claim.passives) != bool(source.passives):
        return False
    in_order = sum(pair in source.pairs for pair in claim.pairs)
    side_by_side = sum(pair in source.neighbours for pair in claim.neighbours)
    return in_order < IN_ORDER * len(claim.pairs) and side_by_side < SIDE_BY_SIDE * len(claim.neighbours)


TESTS = (
    changes_number,
    _polarity_changed,
    _negation_added,
    _hedge_dropped,
    _quantifier_changed,
    _relation_changed,
    _bound_elsewhere,
    _name_changed,
    _modifier_changed,
    _counts_others,
    _repeated,
    _roles_swapped,
    _salad,
)
