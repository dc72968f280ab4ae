"""Whether a text is English or French: chooses sentence rules, stems and the words around an answer.

py3langid (a naive Bayes model over byte n-grams) between the languages of Western Europe, so that German or Spanish is
not called French. Below half the probability no language is said: names, numbers and code look like none.

Share of right answers on public questions and passages in English (SQuAD 2.0, AfriQA) and French (PIAF, AfriQA):

                                  questions                     passages       wrong language
    py3langid, as here            0.983-0.999 en  0.966-0.988 fr  0.997-1.000    none of 5,403 questions
    lingua, same languages        0.985-0.991     0.941-0.966     0.993-1.000    0.1-1.8 %; 190 MB
    lingua, low accuracy          0.899-0.964     0.846-0.924     0.992-1.000    0.5-2.7 %
    counting the commonest words  0.414-0.423     0.379-0.457     0.977-0.998    none; silent for most questions

The model takes about a second and 120 MB when first needed, then 0.3 ms a question and 2 ms a passage.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE = 1_000  # characters from the beginning, and as many from the middle of a longer text
LIKELY_ENOUGH = 0.5
KNOWN = ("en", "fr")
OTHERS = ("de", "es", "it", "nl", "pt")  # told apart from the known ones; more of them cost short questions


def detect(text: str) -> str:
    """ "en" or "fr" (ISO 639-1), or "" where the text is in another language, or too short to tell."""
    if len(text) > 2 * SAMPLE:
        middle = len(text) // 2
        text = f"{text[:SAMPLE]}\n{text[middle : middle + SAMPLE]}"
    language, probability = _identifier().classify(text)
    return language if language in KNOWN and probability >= LIKELY_ENOUGH else ""


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*KNOWN, *OTHERS])
    return identifier
