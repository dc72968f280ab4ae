"""One pass over a data set: documents, what was left out, lengths, classes, repeats, and the words of each class."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.ui.i18n.errors import sentence
from corpus.datasets.dataset import LABEL_SEPARATOR, DataSet, Item
from corpus.datasets.fetching import kind
from corpus.document import Document, Dropped
from corpus.errors import Reason

SETS = ("medquad", "scientific_papers", "financial_phrasebank", "cancer_text", "corona_tweets")
# The metadata field that sorts a set without labels of its own into classes.
SORTED_BY = {"medquad": "question_type", "scientific_papers": "variant"}
SEVERAL, NONE = "plusieurs", "sans classe"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
SHORTEST = 3  # letters of a word worth counting


@dataclass
class Survey:
    """What one data set holds. Lengths are in characters and words of the cleaned texts, one number a document."""

    name: str
    documents: int = 0
    dropped: Counter = field(default_factory=Counter)  # kind of reason → rows
    classes: Counter = field(default_factory=Counter)  # class → documents
    characters: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    repeated_titles: int = 0  # documents whose title stood above another one before
    repeated_texts: int = 0
    vocabulary: dict[str, Counter] = field(default_factory=dict)  # class → word → times

    @property
    def rows(self) -> int:
        """Rows of the source."""
        return self.documents + sum(self.dropped.values())

    @property
    def all_words(self) -> Counter:
        """Word → times, over all classes."""
        return sum(self.vocabulary.values(), Counter())

    def figures(self) -> dict:
        """The counts as plain JSON values, without any word or text."""
        vocabulary = self.all_words
        return {
            "lignes": self.rows,
            "documents": self.documents,
            "ecartes": dict(sorted(self.dropped.items())),
            "titres_repetes": self.repeated_titles,
            "textes_repetes": self.repeated_texts,
            "caracteres": summary(self.characters),
            "mots": summary(self.words),
            "mots_distincts": len(vocabulary),
            "classes": dict(sorted(self.classes.items(), key=lambda pair: (-pair[1], pair[0]))),
        }


def survey(data_set: DataSet, items: Iterable[Item]) -> Survey:
    """Counts what `data_set.documents` gives, in one pass."""
    found = Survey(data_set.name)
    titles: set[str] = set()
    texts: set[int] = set()
    for item in items:
        if isinstance(item, Dropped):
            found.dropped[sentence(Reason(kind(item)), "en")] += 1
            continue
        name, text = class_of(data_set, item), item.text
        words = WORD.findall(text)
        found.documents += 1
        found.classes[name] += 1
        found.characters.append(len(text))
        found.words.append(len(words))
        found.repeated_titles += item.title in titles
        found.repeated_texts += hash(text) in texts
        titles.add(item.title)
        texts.add(hash(text))
        known = (word for word in map(_plain, words) if len(word) >= SHORTEST)
        found.vocabulary.setdefault(name, Counter()).update(known)
    return found


def class_of(data_set: DataSet, document: Document) -> str:
    """The class that a document is counted in: its label, or what else sorts the set."""
    name = document.metadata.get(data_set.label or SORTED_BY.get(data_set.name, ""), "")
    if LABEL_SEPARATOR in name:
        return SEVERAL
    return name or NONE


def summary(values: Sequence[int]) -> dict[str, float]:
    """Smallest, quantiles, largest and mean; empty for no values. Quantiles are values that occur."""
    if not values:
        return {}
    ordered = sorted(values)
    at = {f"q{round(100 * share)}": ordered[round(share * (len(ordered) - 1))] for share in QUANTILES}
    return {"min": ordered[0], **at, "max": ordered[-1], "moyenne": round(sum(ordered) / len(ordered), 1)}


def largest(classes: Mapping[str, int], most: int) -> list[str]:
    """The names of the largest classes, those that are none left out."""
    named = [name for name in classes if name not in (SEVERAL, NONE)]
    return sorted(named, key=lambda name: (-classes[name], name))[:most]


def words_of(text: str) -> list[str]:
    """The words of a text, as the vocabulary holds them, the short ones too."""
    return [_plain(word) for word in WORD.findall(text)]


def _plain(word: str) -> str:
    """Lower-case and without an English genitive."""
    return re.sub(r"['’]s$", "", word.lower())
