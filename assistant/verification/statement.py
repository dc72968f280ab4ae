"""What a sentence states, in a form in which two sentences can be compared.

A statement is a sequence of tokens: content words as stems, numbers as values with their unit, and the small words that
change what is stated (negations, hedges, quantifiers, "before" and "after"). There is no syntax tree; word order and
prepositions stand for the grammar. `assistant.verification.parser` makes statements of text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from assistant.text.lexicon import Lexicon

Kind = Literal["word", "number", "unit", "function", "relation", "quantifier", "hedge", "negation", "break"]

# By their ends, English and French; irregular ones among the common.
PARTICIPLE = re.compile(
    r"(?:ed|en|wn|ought|aught|é|ée|és|ées|ie?s?|ue?s?)$"
    r"|^(?:made|built|lost|found|held|led|sent|kept|left|put|set|cut|spread|done|run|begun|hit|felt|lit)$"
)
JOINED = frozenset("to and or à et ou a".split())  # "4 to 72 hours": the unit belongs to both


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign. `key` is what is compared; `unit` belongs to a number."""

    kind: Kind
    key: str
    surface: str = ""
    unit: str = ""
    capital: bool = False  # a name, as far as capitals tell
    light: bool = False
    negated: bool = False  # stands after a negation, in its clause
    focus: bool = False  # is the first word that a negation is about

    @property
    def is_content(self) -> bool:
        """Words and numbers; not what only relates them."""
        return self.kind in ("word", "number", "unit")

    @property
    def is_numeric(self) -> bool:
        """Numbers, and names with a digit in them."""
        return self.kind == "number" or any(character.isdigit() for character in self.key)


@dataclass(frozen=True)
class Statement:
    """The tokens of a sentence or of a part of one; what is derived from them is computed on first use."""

    tokens: tuple[Token, ...]
    lexicon: Lexicon

    @cached_property
    def content(self) -> tuple[tuple[int, Token], ...]:
        """The content tokens with their places."""
        return tuple((place, token) for place, token in enumerate(self.tokens) if token.is_content)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of the content words and units."""
        return frozenset(token.key for _, token in self.content if token.kind != "number")

    @cached_property
    def line(self) -> tuple[str, ...]:
        """All keys in order: equal for two spellings of one sentence."""
        return tuple(token.key for token in self.tokens if token.kind != "break")

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each key stands."""
        return Counter(token.key for _, token in self.content)

    @cached_property
    def required(self) -> tuple[tuple[int, Token], ...]:
        """The content words that a passage must hold: all but the light ones and the units."""
        return tuple((place, token) for place, token in self.content if token.kind == "word" and not token.light)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Keys of the required words; of all words and units where none is required."""
        return frozenset(token.key for _, token in self.required) or self.keys or frozenset(self.counts)

    @cached_property
    def numbers(self) -> Counter[tuple[str, str]]:
        """Values with their units, and how often each stands; names with a digit ("FGFR1") among them."""
        return Counter((token.key, token.unit) for token in self.tokens if token.is_numeric)

    @cached_property
    def of_kind(self) -> dict[str, tuple[tuple[int, Token], ...]]:
        """Tokens with their places, by kind."""
        found: dict[str, list[tuple[int, Token]]] = {}
        for place, token in enumerate(self.tokens):
            found.setdefault(token.kind, []).append((place, token))
        return {kind: tuple(tokens) for kind, tokens in found.items()}

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Neighbouring tokens in their order, function words included."""
        return frozenset(pairwise(token.key for token in self.tokens if token.kind != "break"))

    @cached_property
    def neighbours(self) -> frozenset[frozenset[str]]:
        """Neighbouring content words, in either order."""
        return frozenset(frozenset(pair) for pair in pairwise(token.key for _, token in self.content))

    @cached_property
    def segments(self) -> tuple[frozenset[str], ...]:
        """Keys of the content between commas and conjunctions."""
        return tuple(keys for _, _, keys in self._segments)

    def segment(self, place: int) -> frozenset[str]:
        """Keys of the segment that a token stands in."""
        return next((keys for start, end, keys in self._segments if start <= place < end), frozenset())

    def antecedent(self, place: int) -> frozenset[str]:
        """Keys of a segment and of the one before it, where a pronoun may point back to that; else none."""
        for before, (start, end, keys) in pairwise(((0, 0, frozenset()), *self._segments)):
            if start <= place < end and any(t.surface in self.lexicon.anaphors for t in self.tokens[start:end]):
                return keys | before[2]
        return frozenset()

    @cached_property
    def _segments(self) -> tuple[tuple[int, int, frozenset[str]], ...]:
        found, start = [], 0
        for place in range(len(self.tokens) + 1):
            if place == len(self.tokens) or self.parts_at(place):
                keys = frozenset(token.key for token in self.tokens[start:place] if token.kind == "word")
                if place > start:
                    found.append((start, place, keys))
                start = place + 1
        return tuple(found)

    def parts_at(self, place: int) -> bool:
        """Whether a segment ends at this token."""
        token = self.tokens[place]
        if token.surface in ("and", "et"):  # but not in "the 24th and 28th week"
            around = self.tokens[place - 1 : place] + self.tokens[place + 1 : place + 2]
            return not all(near.kind == "number" for near in around)
        return token.kind == "break" or token.surface in self.lexicon.turns

    @cached_property
    def subject(self) -> frozenset[str]:
        """Keys of what stands before the verb, or of the first words where no auxiliary shows it."""
        found: list[str] = []
        for token in self.tokens[:10]:
            if token.surface in self.lexicon.auxiliaries or token.kind in ("hedge", "negation"):
                return frozenset(found)
            if token.kind == "break" and found:
                break
            if token.kind == "word":
                found.append(token.key)
        return frozenset(found[:3])

    @cached_property
    def points_back(self) -> bool:
        """Whether a pronoun or the like stands in it."""
        return any(token.surface in self.lexicon.anaphors for token in self.tokens)

    @cached_property
    def roles(self) -> dict[str, tuple[str, int]]:
        """For each word and number that occurs once: the prepositions before it ("" for none), and its place."""
        found: dict[str, tuple[str, int]] = {}
        marks: list[str] = []
        phrase = False
        for place, token in enumerate(self.tokens):
            if token.kind == "break" or token.surface in self.lexicon.auxiliaries:
                marks = []
            elif token.surface in self.lexicon.prepositions:
                before = self.tokens[place - 1].surface if place else ""
                marks = [*(marks if before in self.lexicon.prepositions else []), token.surface]
            elif token.kind in ("word", "number"):
                phrase = True
                if self.counts[token.key] == 1:
                    found[token.key] = (" ".join(marks), place)
                continue
            elif phrase and token.surface not in JOINED:
                marks = []  # the article of another noun
            phrase = False
        return found

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Neighbouring capitalised words, as in a full name."""
        return tuple((a.key, b.key) for a, b in pairwise(self.tokens) if a.capital and b.capital)

    @cached_property
    def passives(self) -> frozenset[int]:
        """Places of passive verbs: an auxiliary before them and their agent behind."""
        agents = [place for place, token in enumerate(self.tokens) if token.surface == self.lexicon.by]
        auxiliaries = [place for place, token in enumerate(self.tokens) if token.surface in _BE] if agents else []
        return frozenset(
            place
            for place, token in self.content
            if any(0 < place - at < 5 for at in auxiliaries)
            and any(0 < at - place < 5 for at in agents)
            and PARTICIPLE.search(token.surface)
        )

    def parts(self) -> Iterator[tuple["Statement", "Statement"]]:
        """The statement cut in two at each comma and conjunction."""
        for place, token in enumerate(self.tokens):
            if place > 0 and (token.kind == "break" or token.surface in self.lexicon.joints):
                first = Statement(self.tokens[:place], self.lexicon)
                second = Statement(self.tokens[place + 1 :], self.lexicon)
                if len(first.required) and len(second.required):
                    yield first, second

    def clauses(self) -> list["Statement"]:
        """Cut where a clause of its own begins: at a semicolon, at "but"."""
        listed = sum(token.key == ";" for token in self.tokens) > 1  # a list, its items parted by semicolons
        found, start = [], 0
        for place, token in enumerate(self.tokens):
            if (token.key == ";" and not listed) or (token.surface in self.lexicon.turns and self._opens(place)):
                found.append(Statement(self.tokens[start:place], self.lexicon))
                start = place
        found.append(Statement(self.tokens[start:], self.lexicon))
        return [clause for clause in found if len(clause.content) > 1] or [self]

    def _opens(self, place: int) -> bool:
        """Whether a turn begins a clause behind a comma, as in ", but"; not ", however,"."""
        following = self.tokens[place + 1 : place + 2]
        return place > 0 and self.tokens[place - 1].kind == "break" and bool(following) and following[0].kind != "break"

    @cached_property
    def has_verb(self) -> bool:
        """Whether an auxiliary, a hedge or a negation shows that it is more than a name of something."""
        return any(
            token.kind in ("hedge", "negation") or token.surface in self.lexicon.auxiliaries for token in self.tokens
        )

    def joined(self, other: "Statement") -> "Statement":
        """The tokens of both, a break in between."""
        return Statement((*self.tokens, Token("break", ","), *other.tokens), self.lexicon)


_BE = frozenset("is are was were be been being est sont était étaient être été".split())
