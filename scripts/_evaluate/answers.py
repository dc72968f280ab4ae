"""`answers`: whole answers to reworded questions, beside plain extraction."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from assistant.evaluation.answers import Judged, facts, judged, values
from assistant.evaluation.questions import Query
from assistant.evaluation.runs import Comparison, Table, paired, table
from assistant.schema import MODES
from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import reason
from scripts._evaluate import retrieval
from scripts._evaluate.command import Measured, collection_option, count_option, progress, searching, stored

OWN, BASELINES = "ROUGE-L", ("ROUGE-L lead", "ROUGE-L nearest")


def add(measures) -> None:
    """Declares the options."""
    sub = stored(measures, "answers", "whole answers to the questions of BEIR folders, beside extraction", measured)
    sub.add_argument("folders", nargs="+", metavar="DIR", help="as for retrieval; the judged documents are references")
    sub.add_argument("--split", default="test", metavar="NAME", help="the judgements: qrels/NAME.tsv (default: test)")
    collection_option(sub)
    count_option(sub, 200, "questions of each set")
    sub.add_argument("--mode", nargs="+", choices=MODES, default=["grounded"], help="default: grounded")
    sub.add_argument("--model", metavar="NAME", help="a generator on this machine (default: the one in the settings)")
    sub.add_argument("--answers", metavar="FILE.jsonl", help="keep every question, answer and score")
    sub.epilog = (
        "lead: first three sentences of the best passage; nearest: the three sentences of the first three passages "
        "that the embedder finds nearest to the question."
    )


def measured(options: argparse.Namespace, home: Home) -> Measured:
    """A table for each set of questions and mode."""
    sets = retrieval.judged([Path(folder) for folder in options.folders], options.split)
    found: list[Table] = []
    gaps: list[Comparison] = []
    kept: list[Judged] = []
    for name, (_, queries) in sets.items():
        chosen = queries[: options.count]
        for mode in dict.fromkeys(options.mode):
            results = _asked(options, home, mode, chosen)
            asked = [[query.id, query.text, sorted(query.relevant)] for query in chosen]
            row = table(f"{name}/{mode}", asked, values(results), facts=facts(results))
            found.append(row)
            gaps += [paired(f"{row.name} - {other}", OWN, row.values[OWN], row.values[other]) for other in BASELINES]
            kept += results
    if options.answers:
        _keep(kept, Path(options.answers))
    return Measured(found, {}, gaps)


def _asked(options: argparse.Namespace, home: Home, mode: str, queries: Sequence[Query]) -> list[Judged]:
    from assistant.pipeline import Assistant

    assistant = Assistant(home)
    try:
        assistant.warm_up()
        with searching(home) as (store, _, embedder):
            store.collection_id(options.collection)
            chosen = {"collections": [options.collection], "mode": mode, "model": options.model}
            return list(progress(judged(assistant, embedder, queries, store, **chosen), len(queries), mode))
    finally:
        assistant.close()


def _keep(results: Sequence[Judged], path: Path) -> None:
    lines = (json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results)
    try:
        path.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise SourcierError("evaluate.answers_unwritable", path=path, reason=reason(error)) from error
