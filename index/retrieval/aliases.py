"""Other names of what a question asks for, read out of the documents.

"Adult neuronal ceroid lipofuscinosis (also known as Kufs disease)": who asks for Kufs disease wants the passages on
both. Nothing is kept: the passages that hold the question's rarest phrase are looked at when it is asked.
Abbreviations are resolved as in Schwartz and Hearst 2003.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from index.retrieval.candidates import MOST_WORDS, keyword_stems
from index.retrieval.stopwords import STOPWORDS
from index.retrieval.vocabulary import Vocabulary
from index.storage.matching import Match
from index.storage.store import Store

LONGEST = 5  # words of a name
RARE = 300  # passages that may hold a name whose other names are looked for
SHORT = 5  # letters of an abbreviation
MENTIONS = 5  # of the phrase that are looked at in one passage
LOOKED_AT = 40  # passages that hold the phrase
NAMES = 2  # other names that are searched for
AT_FRONT = 400  # characters of a passage in which its document's topic gets its other names
# What may stand between a cue or a bracket and the name.
BEFORE = r"(?: |an?\b|the\b|by\b|name\b|or\b|[\"“'(:,])*"
NAME = r"(?P<name>[^\W_][\w'’ \-]{2,60}?)"
ADVERBS = "also sometimes formerly previously once commonly often otherwise better"
CUE = rf"(?:{'|'.join(ADVERBS.split())})? ?(?:known|called|referred to|named|termed)(?: as| by)?"
# "A disorder called X", "a combination known as X": no names.
SAYS_NOTHING = frozenset(
    f"{ADVERBS} condition disorder disease syndrome combination type form group related problem kind 1 2 3".split()
)
BOUNDARY = re.compile(rf"\b(?:{'|'.join(STOPWORDS)})\s|\s(?:{'|'.join(ADVERBS.split())})\b.*")
CLOSE = 120  # characters on each side of the phrase
SPACE = re.compile(r"\s+")
# The three patterns below see single spaces: none has to find out how to share many among its parts.
END = r"(?=[,.;:()\"”]|\s(?:is|are|was|and|or|in|which|that|because|when|for|by)\b|$)"

WHOLE = re.compile(rf" ?(?:[,.;:()\"”]|$|(?:{'|'.join(STOPWORDS)}|{'|'.join(ADVERBS.split())})\b)", re.IGNORECASE)
CALLED = re.compile(rf"(?<![\w'’\-])(?P<name>(?:[\w'’\-]+ ){{0,4}}[\w'’\-]+) ?[,(]? ?{CUE}{BEFORE}$", re.IGNORECASE)
NAMED = re.compile(rf" ?[,(]? ?{CUE}{BEFORE}{NAME}{END}", re.IGNORECASE)


@dataclass(frozen=True)
class Alias:
    """`phrase`, as it stands in the question, is also called `name`."""

    phrase: str
    name: str


class Aliases:
    """Looks up other names in one index."""

    def __init__(self, store: Store, vocabulary: Vocabulary):
        self._store = store
        self._vocabulary = vocabulary

    def of(self, question: str, scope: Sequence[int]) -> list[Alias]:
        """Up to NAMES other names of the question's topic; `scope` holds collection ids."""
        if not scope:
            return []
        for phrases in _phrases(question):
            found = [(self._vocabulary.count_now(phrase), phrase) for phrase in phrases]
            known = sorted(item for item in found if item[0])
            if known:
                passages, phrase = known[0]
                short = len(phrase) <= SHORT  # likely an abbreviation, and stems make those common
                return self._names(phrase, scope) if short or passages <= RARE else []
        return []

    def _names(self, phrase: str, scope: Sequence[int]) -> list[Alias]:
        names = [name for row in self._passages(phrase, scope) for name in _names(phrase, row)]
        common = sorted(dict.fromkeys(names), key=lambda name: -names.count(name))
        # Nothing is won by searching for a name that no heading bears.
        return [Alias(phrase, name) for name in common if self._is_topic(name)][:NAMES]

    def _is_topic(self, name: str) -> bool:
        topic = keyword_stems(name)
        headings = self._vocabulary.headings(name, LOOKED_AT)
        return bool(topic) and any(keyword_stems(heading) == topic for heading in headings)

    def _passages(self, phrase: str, scope: Sequence[int]) -> list:
        return self._store.words.holding(Match((phrase,), place="anywhere"), scope, LOOKED_AT, texts=True)


def _phrases(text: str) -> list[list[str]]:
    """Runs of up to LONGEST words that neither start nor end with a function word, by length, longest first."""
    words = re.findall(r"\w+", text)[:MOST_WORDS]
    lengths = range(LONGEST, 0, -1)
    return [[phrase for start in range(len(words)) if (phrase := _run(words[start : start + n], n))] for n in lengths]


def _run(words: Sequence[str], length: int) -> str:
    if len(words) < length or words[0] in STOPWORDS or words[-1] in STOPWORDS or len("".join(words)) < 2:
        return ""
    return " ".join(words)


def _names(phrase: str, row) -> list[str]:
    """The other names that one passage gives to `phrase`: only what stands close to it is looked at."""
    text, topic = row["text"], _topic(row["title"])
    spelled = re.compile(r"\b" + r"[\s\-]+".join(map(re.escape, phrase.split())) + r"\b", re.IGNORECASE)
    found = []
    for match in islice(spelled.finditer(text), MENTIONS):
        before, after = text[max(0, match.start() - CLOSE) : match.start()], text[match.end() : match.end() + CLOSE]
        before, after = SPACE.sub(" ", before), SPACE.sub(" ", after)
        if not WHOLE.match(after):
            continue  # "asthma attacks" is another thing than asthma
        if (cue := CALLED.search(before)) is not None:
            # "... of NAME, also called PHRASE", and "X, also called PHRASE" in a document on X.
            found += BOUNDARY.split(f" {cue['name'].lower()} ")[-1:]
        if (cue or before.rstrip().endswith("(")) and match.start() < AT_FRONT and _mentions(before, topic):
            found.append(topic)
        if (cue := NAMED.match(after)) is not None:  # "PHRASE, also called NAME"
            found.append(cue["name"])
    if len(phrase) <= 8 and " " not in phrase:
        found += _long_forms(phrase, f"{row['title']}. {text}")
    own = SAYS_NOTHING | set(re.findall(r"\w+", phrase.lower()))
    cleaned = (" ".join(re.findall(r"\w+", name.lower())) for name in found)
    return [name for name in cleaned if len(name) > 2 and len(name.split()) <= 8 and not _contains(name, phrase, own)]


def _contains(name: str, phrase: str, own: frozenset[str]) -> bool:
    """Whether one of the two is the other with more words: a narrower term, or nothing new."""
    words = set(name.split())
    return words <= own or set(phrase.lower().split()) <= words


def _mentions(text: str, topic: str) -> bool:
    """Whether most words of the topic stand in the text's last sentence."""
    words = set(topic.split())
    held = words & set(re.findall(r"\w+", re.split(r"[.;]", text)[-1].lower()))
    return bool(words) and 2 * len(held) > len(words)


def _topic(title: str) -> str:
    words = re.findall(r"\w+", re.sub(r"\([^)]*\)", " ", title).lower())
    while words and words[0] in STOPWORDS:
        words.pop(0)
    while words and words[-1] in STOPWORDS:
        words.pop()
    return " ".join(words)


def _long_forms(short: str, text: str) -> list[str]:
    """The words before "(SHORT)" whose letters spell it, starting with its first one."""
    forms = []
    for match in re.finditer(rf"((?:[\w'’]+[\s\-]+){{1,{len(short) + 4}}})\(\s*{re.escape(short)}\s*\)", text, re.I):
        words = re.findall(r"[\w'’]+", match[1])
        for start in range(len(words) - 1, -1, -1):
            candidate = words[start:]
            if candidate[0][0].lower() == short[0].lower() and _spells(short.lower(), " ".join(candidate).lower()):
                forms.append(" ".join(candidate))
                break
    return forms


def _spells(short: str, long: str) -> bool:
    at = 0
    for sign in short:
        at = long.find(sign, at) + 1
        if not at:
            return False
    return True
