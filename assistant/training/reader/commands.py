"""What `scripts.reader` does: train, measure, export."""

import argparse
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from assistant.training.reader import development, mixture
from assistant.training.reader import export as exporting
from assistant.training.reader.reading import reads
from assistant.training.reader.run import Plan, Run, RunError
from index.ingestion.allocation import keep_freed_memory
from index.reader import network, weights
from index.reader.encoding import Encoder
from index.vectors import e5
from index.vectors.precision import computes_bfloat16

log = logging.getLogger(__name__)

TRAINED = "eager"  # attention as plain products: 12 examples a second where PyTorch's fused kernel makes 8
QUESTIONS, NEIGHBOURS = 50, 3  # of the measures along the way: a minute or two


def train(options: argparse.Namespace, stopping: Callable[[], bool]) -> dict[str, Any] | None:
    """Starts or resumes a run."""
    torch.set_num_threads(options.threads)
    plan = _plan(options.run) if options.resume else _new_plan(options)
    run = _run(options, plan, None if options.resume else options.start_from)
    if options.resume:
        run.load()
    else:
        run.start()
    run.write("preparing")
    data = mixture.prepare(options.qa, options.medquad, mixture.read_summaries(mixture.starter_files()))
    run.write("data", pools=data.mixture.counts(), held_out=list(data.excluded))

    def measure() -> dict[str, Any]:
        return _figures(run, data.development, QUESTIONS, NEIGHBOURS)

    run.train(data, measure, stopping)
    return None


def measure(options: argparse.Namespace, stopping: Callable[[], bool]) -> dict[str, Any] | None:
    """Figures of the last checkpoint."""
    torch.set_num_threads(options.threads)
    run = _run(options, _plan(options.run))
    run.load(training=False)
    run.model.eval()
    chosen = mixture.developments(options.qa)
    figures = _figures(run, chosen, options.questions, options.neighbours)
    told = {"neighbours": options.neighbours, "step": run.step, "examples": run.examples}
    return {**told, "minutes": round(run.elapsed / 60, 1), **figures}


def export(options: argparse.Namespace, stopping: Callable[[], bool]) -> dict[str, Any] | None:
    """Writes the last checkpoint's weights and their card."""
    run = _run(options, _plan(options.run))
    run.load(training=False)
    measures = json.loads(options.measured.read_text(encoding="utf-8")) if options.measured else None
    return exporting.export(run, e5.converted(options.models), options.out, measures)


def _figures(run: Run, sets: Any, questions: int, neighbours: int) -> dict[str, Any]:
    return {
        one.name: development.measured(
            development.tasks(one, questions, neighbours), reads(run.model, run.encoder, one.language, run.plan.width)
        )
        for one in sets
    }


def _plan(folder: Path) -> Plan:
    try:
        return Plan(**json.loads((folder / "plan.json").read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise RunError("reader.run_missing", folder=str(folder)) from error
    except (ValueError, TypeError) as error:
        raise RunError("reader.run_damaged", folder=str(folder)) from error


def _new_plan(options: argparse.Namespace) -> Plan:
    earlier = weights.changes(options.start_from)[0] if options.start_from else None
    return Plan(
        minutes=options.minutes,
        steps=options.steps,
        seed=options.seed,
        bfloat16=computes_bfloat16(),
        earlier_examples=earlier.examples if earlier else 0,
        earlier_minutes=earlier.minutes if earlier else 0.0,
    )


def _run(options: argparse.Namespace, plan: Plan, start_from: Path | None = None) -> Run:
    keep_freed_memory()
    body = e5.converted(options.models)
    if start_from:
        model = weights.restored(start_from, options.models, TRAINED)[0]
    else:
        model = network.build(body, attention=TRAINED)
    return Run(options.run, plan, model, Encoder.load(body, plan.length), options.threads)
