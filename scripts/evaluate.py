"""Measures of the parts, one command each; what they measure on is made by `questions` or stands in the program."""

import argparse

from assistant.generation.presets import ModelError
from corpus.document import ReadingError
from scripts._common import parser, run
from scripts._evaluate import answers, dialogue, follow_ups, grounding, lm, questions, refusal, retrieval

MEASURES = (lm, dialogue, questions, retrieval, answers, refusal, grounding, follow_ups)
EXAMPLES = """A run is stored with its settings and every question's value, in evaluation/ of the data folder unless
--out names a file; --baseline RUN.json compares with an earlier one by a paired test, measure by measure.

examples:
  python -m scripts.evaluate questions --collection medquad --out questions
  python -m scripts.evaluate retrieval questions --systems sourcier blend --out before.json
  python -m scripts.evaluate retrieval questions --systems sourcier blend --baseline before.json
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 when data or model are not there or no part of a baseline is comparable, 2 wrong usage."""
    made = parser("evaluate", "Measures how well the parts do their work.")
    made.epilog = EXAMPLES
    measures = made.add_subparsers(dest="measure", required=True, metavar="MEASURE")
    for measure in MEASURES:
        measure.add(measures)
    options: argparse.Namespace = made.parse_args(argv)
    try:
        return options.action(options)
    except ModelError as error:
        raise ReadingError(str(error)) from error


if __name__ == "__main__":
    run(main)
