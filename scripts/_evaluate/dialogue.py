"""`dialogue`: a generator's answers to questions of topics it never saw, beside the best passage's first sentences."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from assistant.evaluation import dialogue
from assistant.evaluation.dialogue import DECODINGS, Result, answered, facts, ranked
from assistant.evaluation.measures import loops, repetition, token_f1
from assistant.evaluation.runs import Table, paired, table
from assistant.generation.presets import STARTER
from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import reason
from scripts._evaluate.command import Measured, count_option, progress, stored

ROUGES = ("rouge_l", "lead_rouge_l")


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "dialogue", "a generator's answers to questions of held-out topics", measured)
    sub.add_argument("--data", default="medquad", metavar="NAME", help="a data set that was fetched")
    count_option(sub, 200, "questions")
    sub.add_argument("--model", default=STARTER)
    sub.add_argument(
        "--decoding",
        choices=DECODINGS,
        default="grounded",
        help="as the chat's grounded mode writes a draft, or the plain model's likeliest token each time",
    )
    sub.add_argument("--without-passages", action="store_true", help="the ablation: questions alone")
    sub.add_argument(
        "--shuffled", action="store_true", help="passages in random order instead of as a search ranks them"
    )
    sub.add_argument("--answers", metavar="FILE.jsonl", help="keep every question, answer and score")


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """One table over the questions."""
    from assistant.generation.generator import Generator
    from index.vectors.embedder import load_embedder

    data = dialogue.cases(options.data, home.datasets, options.count)
    if not data:
        raise SourcierError("evaluate.no_cases", data=options.data)
    generator = Generator.load(options.model, models=home.models)
    if not options.shuffled:
        data = ranked(data, load_embedder().encode)
    answers = answered(generator, data, options.decoding, not options.without_passages)
    results = list(progress(answers, len(data), "dialogue"))
    if options.answers:
        _keep(results, Path(options.answers))
    found = tabulated(options.data, results)
    generated, leads = (found.values[name] for name in ROUGES)
    gap = paired("the generator - the passage's first sentences", "rouge_l", generated, leads)
    return Measured([found], comparisons=[gap])


def tabulated(name: str, results: Sequence[Result]) -> Table:
    """The scores of each answer, and those that only a whole set has."""
    # In whatever order they were shown: the same questions of the same passages are compared.
    asked = [
        [n, case.question, case.reference, sorted((asdict(one) for one in case.passages), key=lambda one: one["text"])]
        for n, case in enumerate(result.case for result in results)
    ]
    values: dict[str, Sequence[float]] = {
        "rouge_l": [result.rouge_l for result in results],
        "lead_rouge_l": [result.lead_rouge_l for result in results],
        "token_f1": [token_f1(result.answer, result.case.reference) for result in results],
        "looping_answers": [loops(result.answer) for result in results],
        "empty_answers": [not result.answer for result in results],
        "repetition": [repetition(result.answer) for result in results],
    }
    return table(name, asked, values, facts=facts(results))


def _keep(results: Sequence[Result], path: Path) -> None:
    lines = (json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results)
    try:
        path.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise SourcierError("evaluate.answers_unwritable", path=path, reason=reason(error)) from error
