"""Measures of the parts, one command each; what they measure on is made by `questions` or stands in the program."""

import argparse

from scripts._common import parser, run
from scripts._evaluate import (
    answers,
    cross_lingual,
    dialogue,
    follow_ups,
    grounding,
    lm,
    open,
    queries,
    questions,
    refusal,
    retrieval,
)

MEASURES = (lm, dialogue, questions, retrieval, answers, open, cross_lingual, refusal, grounding, follow_ups, queries)
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
    return options.action(options)


if __name__ == "__main__":
    run(main)
