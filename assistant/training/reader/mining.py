"""Near misses: for a question, the passages that look most like an answer and do not hold it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+")
STEM = 7  # letters of a word that count: plurals and verbs' endings fall away in both languages
K1, B = 1.2, 0.75


class Ranking:
    """BM25 (Robertson & Zaragoza 2009) over a few ten thousand passages, as one sparse matrix."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_matrix

        self.words: dict[str, int] = {}
        rows, columns, lengths = [], [], []
        for number, text in enumerate(texts):
            terms = _terms(text)
            lengths.append(len(terms))
            rows += [number] * len(terms)
            columns += [self.words.setdefault(term, len(self.words)) for term in terms]
        counts = csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(texts), max(len(self.words), 1))
        )
        counts.sum_duplicates()
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        norm = K1 * (1 - B + B * np.asarray(lengths, np.float32) / max(float(np.mean(lengths)), 1.0))
        repeated = np.repeat(norm, np.diff(counts.indptr))
        counts.data = counts.data * (K1 + 1) / (counts.data + repeated) * rarity[counts.indices]
        self.matrix = counts.T.tocsr()

    def best(self, questions: Sequence[str], top: int) -> list[NDArray[np.int64]]:
        """The numbers of the `top` passages of each question, best first."""
        from scipy.sparse import csr_matrix

        found = []
        for begin in range(0, len(questions), 256):
            rows, columns = [], []
            batch = questions[begin : begin + 256]
            for number, question in enumerate(batch):
                known = {self.words[term] for term in _terms(question) if term in self.words}
                rows += [number] * len(known)
                columns += list(known)
            asked = csr_matrix(
                (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(batch), self.matrix.shape[0])
            )
            for row in asked @ self.matrix:
                order = np.argsort(-row.data, kind="stable")[:top]
                found.append(np.asarray(row.indices[order], np.int64))
        return found


def _terms(text: str) -> list[str]:
    return [word[:STEM] for word in WORD.findall(text.casefold()) if len(word) > 1]
