"""What one text is worth beside another, or by itself. All values are in [0, 1] unless a docstring says otherwise."""

import re
from collections import Counter
from collections.abc import Sequence

from assistant.text.words import words_of
from corpus.sentences import split

LOOP = 8  # words: a run of so many that comes twice is a loop
SUPPORTED = 0.6  # of the content words, with every number, in one passage


def rouge_l(prediction: str, reference: str) -> float:
    """F1 of the longest common subsequence of stemmed words (Lin 2004), by rouge-score."""
    return _rouge().score(reference, prediction)["rougeL"].fmeasure


def bleu(predictions: Sequence[str], references: Sequence[str]) -> float:
    """BLEU of a whole set (Papineni et al. 2002), by sacrebleu with its standard tokenizer; divided by 100."""
    import sacrebleu

    return sacrebleu.corpus_bleu(list(predictions), [list(references)]).score / 100 if predictions else 0.0


def token_f1(prediction: str, reference: str) -> float:
    """F1 of the bags of words, as SQuAD measures answers (Rajpurkar et al. 2016)."""
    said, wanted = Counter(_words(prediction)), Counter(_words(reference))
    common = sum((said & wanted).values())
    return 2 * common / (sum(said.values()) + sum(wanted.values())) if common else float(not said and not wanted)


def distinct(texts: Sequence[str], n: int) -> float:
    """Share of different n-grams among all n-grams of the texts (Li et al. 2016)."""
    grams = [gram for text in texts for gram in _grams(_words(text), n)]
    return len(set(grams)) / len(grams) if grams else 0.0


def repetition(text: str, n: int = 4) -> float:
    """Share of a text's n-grams that have stood in it before (Welleck et al. 2020: seq-rep-n)."""
    grams = _grams(_words(text), n)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def loops(text: str) -> bool:
    """Whether a sentence, or a run of LOOP words, comes twice."""
    grams = _grams(_words(text), LOOP)
    sentences = [" ".join(_words(sentence)) for sentence in split(text)]
    sentences = [sentence for sentence in sentences if sentence]
    return len(set(grams)) < len(grams) or len(set(sentences)) < len(sentences)


def supported(sentence: str, passages: Sequence[str]) -> bool:
    """Whether one passage holds SUPPORTED of the sentence's stemmed content words and every number of it.

    Deliberately simpler than `assistant.verification.evidence`, which it checks.
    """
    claim = words_of(sentence)
    if not claim.content and not claim.numbers:
        return False
    for passage in map(words_of, passages):
        share = len(claim.content & passage.content) / len(claim.content) if claim.content else 1.0
        if share >= SUPPORTED and claim.numbers <= passage.numbers:
            return True
    return False


def _rouge():
    from rouge_score import rouge_scorer

    return rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _grams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
