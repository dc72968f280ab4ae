"""Pretrains a small GPT-2 on the CPU: python -m scripts.pretrain --help."""

import argparse
import contextlib
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.training.errors import TrainingError
from assistant.training.runs.folder import disk_errors
from assistant.training.runs.lock import sole
from assistant.training.runs.stopping import stop_on_signals
from corpus.home import Home
from scripts._common import parser, run

if TYPE_CHECKING:
    from assistant.training.pretrain.plans import Plan
    from assistant.training.pretrain.pretraining import Pretraining


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done or stopped with a checkpoint; errors are one sentence (see `run`)."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    with disk_errors():
        return _pretrain(options)


def _pretrain(options: argparse.Namespace) -> int:
    from assistant.training.pretrain.plans import PLANS

    plan = PLANS[options.plan]
    home = Home.find(options.home)
    folder = Path(options.run or home.runs / f"pretrain-{plan.name}")
    if options.dry_run:
        print(_description(plan, options.speed))
        return 0
    trains = not (options.measure or options.export)
    with sole(home.make(), folder.name) if trains and _lies_in(folder, home) else contextlib.nullcontext():
        return _work(options, home, folder)


def _lies_in(folder: Path, home: Home) -> bool:
    """Whether the run shares the data folder's one place for trainings."""
    return folder.expanduser().resolve().is_relative_to(home.path)


def _work(options: argparse.Namespace, home: Home, folder: Path) -> int:
    from index.ingestion.allocation import keep_freed_memory

    keep_freed_memory()
    # Threads that wait asleep: spinning ones halve the speed as soon as anything else wants a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(options.threads or torch.get_num_threads())
    going_on = options.resume or options.export or options.measure
    training = _resume(options, folder) if going_on else _new(options, home, folder)
    if options.measure:
        print(json.dumps(training.measure(thorough=True), indent=1))
    elif not options.export:
        stop = stop_on_signals()
        training.train(minutes=options.minutes, measure_every=options.measure_every, stop=stop.is_set)
        print(f"Step {training.step} of {training.plan.steps}; go on with --run {folder} --resume.")
    if options.export:
        from assistant.training.runs.export import to_preset

        to_preset(training.model.state_dict(), training.plan.sizes, training.prepared.folder, Path(options.export))
        print(f"Saved the preset {options.export} from step {training.step}.")
    return 0


def _new(options: argparse.Namespace, home: Home, folder: Path) -> "Pretraining":
    from assistant.training.data import texts as sources
    from assistant.training.data.preparation import MANIFEST, Prepared, prepare
    from assistant.training.pretrain.plans import PLANS
    from assistant.training.pretrain.pretraining import CHECKPOINT, Pretraining

    if (folder / CHECKPOINT).is_file():
        raise TrainingError("training.run_exists", folder=folder)
    plan = PLANS[options.plan]
    data = Path(options.data or folder / "data")
    if (data / MANIFEST).is_file():
        return Pretraining(plan, Prepared.load(data), folder)
    texts = [*sources.wikipedia(), *sources.medquad(Path(options.medquad or home.datasets / "medquad"))]
    if options.prose:
        texts = [*sources.prose(Path(options.prose)), *texts]
    return Pretraining(plan, prepare(data, texts, plan.vocabulary_size), folder)


def _resume(options: argparse.Namespace, folder: Path) -> "Pretraining":
    from assistant.training.pretrain.plans import PLANS
    from assistant.training.pretrain.pretraining import Pretraining

    return Pretraining.resume(folder, PLANS[options.plan] if options.replan else None)


def _description(plan: "Plan", speed: float) -> str:
    lines = [
        f"Plan {plan.name}: GPT-2 of {plan.layers} layers of {plan.width}, {plan.parameters / 1e6:.1f} M parameters"
    ]
    for stage in plan.stages:
        tokens = stage.steps * stage.rows * stage.length
        mix = ", ".join(f"{name} {share:.0%}" for name, share in stage.mix.items())
        lines.append(
            f"  {stage.name}: {stage.steps} steps of {stage.rows} x {stage.length}, {tokens / 1e6:.1f} M tokens; {mix}"
        )
    # Weights, gradients, momentum and variance at four bytes; activations come to about as much again.
    lines.append(f"{plan.tokens / 1e6:.1f} M tokens, about {plan.parameters * 4 * 5 / 1e9 + 1:.1f} GB of memory")
    lines.append(f"about {plan.tokens / speed / 3600:.1f} hours at {speed:.0f} tokens a second (--speed)")
    return "\n".join(lines)


def _options(argv: list[str] | None) -> argparse.Namespace:
    from assistant.training.pretrain.plans import PLANS

    made = parser("pretrain", "Pretrains a small GPT-2 on the processor, in pieces that go on exactly where they were.")
    made.add_argument("--plan", choices=sorted(PLANS), default="starter", help="what to train (default: starter)")
    made.add_argument("--run", metavar="DIR", help="the run's folder (default: runs/pretrain-PLAN in the home)")
    made.add_argument("--prose", metavar="DIR", help="folder of *.txt files to learn from")
    made.add_argument("--medquad", metavar="DIR", help="MedQuAD's folder (default: the fetched one)")
    made.add_argument("--data", metavar="DIR", help="prepared data to use or to write (default: data in the run)")
    made.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    made.add_argument("--replan", action="store_true", help="with --resume: go on by the plan as it is now")
    made.add_argument("--minutes", type=float, help="stop after so many minutes, with a checkpoint")
    made.add_argument("--measure-every", type=int, default=500, metavar="STEPS")
    made.add_argument("--measure", action="store_true", help="only measure the last checkpoint, thoroughly")
    made.add_argument("--export", metavar="DIR", help="write the last checkpoint as a KerasNLP preset")
    made.add_argument("--threads", type=int, help="processor threads (default: all cores)")
    made.add_argument("--dry-run", action="store_true", help="only say what would be done, and how long it takes")
    made.add_argument("--speed", type=float, default=4000, help="tokens a second for --dry-run")
    return made.parse_args(argv)


if __name__ == "__main__":
    run(main)
