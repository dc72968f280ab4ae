"""`open`: whole answers to open questions on ordinary documents; the order and the gate are fitted here, too."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.evaluation import ablation, gate_fitting, open_answers, open_questions
from assistant.evaluation.open_answers import Outcome
from assistant.evaluation.open_questions import Questions
from assistant.evaluation.runs import Comparison, Table, paired, table
from assistant.gate import gate
from assistant.pipeline import Assistant
from assistant.schema import Mode
from assistant.training.reader.export import with_scores
from corpus.home import Home
from index.reader import weights
from index.retrieval import reading
from index.vectors.embedder import load_embedder
from scripts._evaluate.command import Measured, count_option, stored

WORK = "evaluation/open"  # of the data folder: an index of its own, made once
SHIPPED_THRESHOLD = 0.5


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "open", "whole answers to questions on ordinary documents in two languages", measured)
    sub.add_argument("--qa", type=Path, required=True, metavar="DIR", help="the folder of question-answering sets")
    sub.add_argument("--medquad", type=Path, metavar="FILE", help="MedQuAD's CSV file with types, as one more set")
    sub.add_argument("--sets", nargs="+", default=[], metavar="NAME", help="only these sets")
    sub.add_argument("--mode", choices=("quotes", "grounded"), default="quotes")
    sub.add_argument("--work", type=Path, metavar="DIR", help=f"where the documents are indexed (default: {WORK})")
    sub.add_argument("--fit", action="store_true", help="fit order and gate on these sets first, and keep them")
    sub.add_argument(
        "--without", nargs="+", default=[], choices=ablation.PARTS, metavar="PART",
        help=f"the same again without a part, and what the part gives: {', '.join(ablation.PARTS)}",
    )  # fmt: skip
    count_option(sub, open_questions.QUESTIONS, "questions of each kind and set at most")


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each collection; with --fit the figures of the gate come from fits without that collection."""
    work = Home(options.work or home.path / WORK).make()
    collections = open_questions.load(options.qa, options.medquad, options.sets, count=options.count)
    tests = [each for each in open_questions.workplace() if not options.sets or each.name in options.sets]
    assistant = Assistant(work)
    try:
        embedder = assistant.resources.search.embedder or load_embedder()
        open_questions.fill(assistant.resources.store, embedder, [*collections, *tests])
        facts: dict[str, object] = {"embedder": assistant.resources.search.embedder_name}
        if options.fit:
            facts["left out"] = _fit(assistant, collections)
        tables: list[Table] = []
        gaps: list[Comparison] = []
        for each in (*collections, *tests):
            whole = _tables(each, _asked(assistant, each, options.mode))
            tables += whole
            for part in options.without:
                less = _tables(each, _asked(ablation.without(assistant, part), each, options.mode), f", no {part}")
                tables += less
                gaps += [gap for first, second in zip(whole, less, strict=True) for gap in _gaps(part, first, second)]
    finally:
        assistant.close()
    return Measured(tables, facts, gaps)


def _asked(assistant: Assistant, questions: Questions, mode: Mode) -> list[Outcome]:
    return open_answers.asked(assistant, questions, mode, _progress(questions))


def _fit(assistant: Assistant, collections: Sequence[Questions]) -> dict[str, dict[str, float]]:
    """Fits and keeps order and gates; the figures of each collection under a fit without it."""
    embedder = assistant.resources.search.embedder_name
    data = [one for each in collections for one in gate_fitting.examples(assistant, each, _progress(each))]
    figures = gate_fitting.left_out(data, embedder, SHIPPED_THRESHOLD)
    order = gate_fitting.fit_order(data)
    data = gate_fitting.calibrated(data, order)
    rounded = {name: {what: round(value, 4) for what, value in row.items()} for name, row in figures.items()}
    gates = gate_fitting.fit_gates(data, embedder)
    gates.save(gate.FITTED, threshold=SHIPPED_THRESHOLD, examples=len(data), left_out=rounded)
    kept = {"order": gate_fitting.record(order), "examples": len(data)}
    reading.FITTED.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    card = weights.SHIPPED / "README.md"
    card.write_text(with_scores(card.read_text("utf-8"), json.loads(gate.FITTED.read_text("utf-8"))), "utf-8")
    assistant.resources.forget_fits()
    print(f"Order and gate are kept in {reading.FITTED.name} and {gate.FITTED.name}.", file=sys.stderr)
    return rounded


def _tables(questions: Questions, outcomes: Sequence[Outcome], suffix: str = "") -> list[Table]:
    """Of all questions how they were decided; of the answerable ones what was shown, whatever the gate decided."""
    right = {"decided rightly": [one.refused != one.case.answerable for one in outcomes]}
    facts = open_answers.summary(outcomes)
    found = [table(f"{questions.name}{suffix}", _keys(outcomes), right, shares=True, facts=facts)]
    held = [one for one in outcomes if one.case.answerable and (one.case.answers or one.case.sentence)]
    if held:
        shown = {"leads": [one.leads for one in held], "holds": [one.holds for one in held]}
        found.append(table(f"{questions.name}, answers{suffix}", _keys(held), shown, shares=True))
    return found


def _keys(outcomes: Sequence[Outcome]) -> list[list[str]]:
    return [[one.case.question, one.case.kind, one.case.document] for one in outcomes]


def _gaps(part: str, whole: Table, less: Table) -> list[Comparison]:
    return [
        paired(f"{whole.name}: whole - no {part}", measure, values, less.values[measure])
        for measure, values in whole.values.items()
    ]


def _progress(questions: Questions):
    from tqdm import tqdm

    bar = tqdm(total=len(questions.cases), desc=questions.name, unit="question")

    def told(done: int) -> None:
        bar.update(done - bar.n)
        if done == len(questions.cases):
            bar.close()

    return told
