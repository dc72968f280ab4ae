"""A linear classifier of questions over runs of one to three words: it says how a question is put, not on what.

The words that it knows are those of questions on many different articles; any other word counts as a name or number of
the question's own. So "When was he born?" differs from "When was Curie born?", and nothing is learnt about Curie. It
needs no embedder: any index has it, and it takes less than a millisecond.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(r"\w+|[^\w\s]")
BUCKETS = 2**14  # features are hashed into so many weights (Weinberger et al. 2009)
NEGLIGIBLE = 0.01  # a weight without effect
LONGEST = 3  # words in a run
STEM = 6  # letters of a word that count: "summarise", "summary" and "summarizing" are one
OWN, NUMBER = "*", "#"


@dataclass(frozen=True)
class Classifier:
    """Multinomial logistic regression: `weights` (BUCKETS, labels), `bias` (labels,)."""

    words: frozenset[str]
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, text: str) -> dict[str, float]:
        """How likely each label is; they sum to one."""
        scores = self.weights[buckets(text, self.words)].sum(axis=0) + self.bias
        likely = np.exp(scores - scores.max())
        return dict(zip(self.labels, map(float, likely / likely.sum()), strict=True))

    def save(self, path: Path) -> None:
        """One compressed file; weights in float16."""
        np.savez_compressed(
            path,
            words=np.array("\n".join(sorted(self.words))),
            labels=np.array("\n".join(self.labels)),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> "Classifier":
        """Raises OSError when the file cannot be read."""
        with np.load(path) as kept:
            return cls(
                frozenset(str(kept["words"]).split("\n")),
                tuple(str(kept["labels"]).split("\n")),
                kept["weights"].astype(np.float32),
                kept["bias"],
            )


def fit(texts: Iterable[str], labels: Iterable[str], words: Iterable[str], c: float = 0.5, seed: int = 0) -> Classifier:
    """Learns one label a text. `words` are stems that count as known; `c` is scikit-learn's inverse strength of the
    penalty on weights."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    known = frozenset(words)
    rows: list[int] = []
    columns: list[int] = []
    texts = list(texts)
    for number, text in enumerate(texts):
        found = buckets(text, known)
        rows += [number] * len(found)
        columns += list(found)
    matrix = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(texts), BUCKETS))
    matrix.data[:] = 1  # a bucket counts once, as in `probabilities`
    model = LogisticRegression(C=c, max_iter=400, random_state=seed).fit(matrix, list(labels))
    weights = model.coef_.T.astype(np.float16).astype(np.float32)
    weights[np.abs(weights) < NEGLIGIBLE] = 0  # they make up half of the file
    return Classifier(known, tuple(model.classes_), weights, model.intercept_.astype(np.float32))


def buckets(text: str, words: frozenset[str]) -> list[int]:
    """The distinct features of a text, hashed."""
    tokens = [shape(word, words) for word in TOKEN.findall(text)]
    marked = ["^", *tokens, "$"]
    found = {
        " ".join(marked[at : at + length]) for length in range(1, LONGEST + 1) for at in range(len(marked) - length + 1)
    }
    own = sum(token in (OWN, NUMBER) for token in tokens)
    found |= {f"length {min(len(tokens), 14)}", f"own {min(own, 5)}"}
    return sorted({zlib.crc32(feature.encode()) % BUCKETS for feature in found})


def shape(word: str, words: frozenset[str]) -> str:
    """A known word's stem, a sign as it is, else whether it is a word or a number."""
    known = stem(word)
    if known in words or not word[0].isalnum():
        return known
    return NUMBER if any(letter.isdigit() for letter in word) else OWN


def stem(word: str) -> str:
    """The first letters, in lower case and without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))[:STEM]
