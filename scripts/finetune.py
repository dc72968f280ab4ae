"""Fine-tunes a GPT-2 on data sets or on your own documents: python -m scripts.finetune --help."""

import argparse
import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.generation import presets
from assistant.training.finetune.settings import Request, Settings
from assistant.training.runs.folder import disk_errors
from assistant.training.runs.lock import sole
from assistant.training.runs.stopping import stop_on_signals
from corpus.document import Dropped
from corpus.home import Home
from scripts._common import home_of, parser, run, say

if TYPE_CHECKING:
    from assistant.training.finetune.tuning import FineTuning, Progress

SHOWN = 3  # places of each reason for leaving something out
USUAL_DATA = ("medquad", "wikipedia", "follow-ups", "manners")  # where neither data nor documents are named


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done or stopped with a checkpoint, 1 when documents were unreadable; errors are one sentence."""
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING)
    home = home_of(options)
    with disk_errors(), contextlib.nullcontext() if options.dry_run else sole(home, options.name):
        return _finetune(_request(options), home, options.dry_run)


def _finetune(request: Request, home: Home, dry: bool) -> int:
    from assistant.training.finetune.job import Job

    unread: list[Exception] = []

    def unreadable(error: Exception) -> None:
        unread.append(error)
        print(say(error))

    job = Job(request, home, unreadable, dry=dry)
    print(_plan(job.tuning))
    for line in _left_out(job.left_out):
        print(line)
    if dry:
        return 0
    stop = stop_on_signals()
    with _bar(job.tuning) as progress:
        saved = job.train(progress=progress, stop=stop)
    if saved is None:
        print("Stopped with a checkpoint: the same command goes on from there.")
        return 0
    print(f"Saved as {saved}; choose it by the name {request.name}.")
    return int(bool(unread))


@contextlib.contextmanager
def _bar(tuning: "FineTuning") -> Iterator:
    """A progress bar with the losses; to be called with each Progress."""
    from tqdm import tqdm

    with tqdm(total=tuning.steps, unit="step") as bar:

        def show(progress: "Progress") -> None:
            held = "" if progress.validation_loss is None else f"{progress.validation_loss:.3f}"
            bar.set_postfix(loss=f"{progress.loss:.3f}", validation=held, refresh=False)
            bar.update(progress.step - bar.n)

        yield show


def _plan(tuning: "FineTuning") -> str:
    """Tokens, steps, memory, time, and what does not fit: what `--dry-run` shows."""
    from assistant.training.finetune.estimate import estimate

    settings, cost, fitted = tuning.settings, estimate(tuning), tuning.fitted
    method = f"LoRA of rank {settings.lora_rank}" if settings.lora_rank else "all weights"
    lines = [
        f"{settings.base}: {cost.parameters / 1e6:.1f} M parameters, {method}, {settings.precision}",
        f"{len(tuning.train.examples)} examples to learn from, {len(tuning.valid.examples)} held out by group",
    ]
    if fitted.cut:
        lines.append(
            f"{fitted.cut} of them are longer than a row of {settings.length} tokens and are cut at a sentence"
        )
    if fitted.left_out:
        lines.append(
            f"{fitted.left_out} are left out: their passage does not fit into a row of {settings.length} tokens"
        )
    lines += [
        f"{tuning.steps} steps of {settings.batch} rows, about {cost.tokens / 1e6:.2f} M tokens",
        f"about {cost.memory_gb:.1f} GB of memory, about {cost.minutes:.0f} minutes on this processor",
    ]
    return "\n".join(lines)


def _left_out(items: Sequence[Dropped]) -> Iterator[str]:
    """What of the documents is not learnt, a line a reason with the first places."""
    places: dict[str, list[str]] = {}
    for item in items:
        places.setdefault(say(item.reason).removesuffix("."), []).append(item.place)
    for reason, where in places.items():
        shown = "; ".join(where[:SHOWN]) + (" …" if len(where) > SHOWN else "")
        yield f"{len(where)} left out, {reason}: {shown}"


def _request(options: argparse.Namespace) -> Request:
    names = (
        *("base", "epochs", "batch", "accumulate", "rate", "length", "lora_rank", "precision"),
        *("validate_every", "validation", "patience", "seed", "measured"),
    )
    data = tuple(options.data or (() if options.documents else USUAL_DATA))
    chosen = {name: getattr(options, name) for name in names}
    settings = Settings(data=data, passages=not options.without_passages, **chosen)
    datasets = options.datasets or ""
    return Request(options.name, settings, tuple(options.documents), datasets, options.devices, options.gpu)


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("finetune", "Fine-tunes a GPT-2 on the assistant's job: passages and a question, then the answer.")
    made.add_argument("name", help="what the result is called; the same name goes on with an unfinished run")
    made.add_argument("--base", default=presets.STARTER, help="starter, a fetched gpt2_base_en, or a preset's folder")
    made.add_argument(
        "--data",
        action="append",
        help="a data set, follow-ups (from MedQuAD), feedback (your votes), or manners; may be given several times",
    )
    made.add_argument("--datasets", metavar="DIR", help="where the data sets are (default: the fetched ones)")
    made.add_argument("--documents", nargs="+", default=[], metavar="PATH", help="files and folders of your own")
    made.add_argument("--epochs", type=float, default=1.0)
    made.add_argument("--batch", type=int, default=8, help="rows at a time")
    made.add_argument("--accumulate", type=int, default=1, help="batches an update")
    made.add_argument("--rate", type=float, default=1e-4, help="highest learning rate")
    made.add_argument("--length", type=int, default=512, help="tokens a row")
    made.add_argument("--lora-rank", type=int, default=0, help="train LoRA matrices of this rank only")
    made.add_argument("--precision", choices=("float32", "mixed_float16", "mixed_bfloat16"), default="float32")
    made.add_argument("--validate-every", type=int, default=200, metavar="STEPS")
    made.add_argument("--validation", type=int, default=128, metavar="EXAMPLES")
    made.add_argument("--patience", type=int, default=3, help="validations without improvement before it stops")
    made.add_argument("--without-passages", action="store_true", help="the ablation: questions alone")
    made.add_argument(
        "--measured", type=int, default=100, metavar="QUESTIONS", help="held-out questions to measure use of passages"
    )
    made.add_argument("--devices", type=int, help="how many GPUs share each batch (default: all there are)")
    made.add_argument("--gpu", action="store_true", help="insist on a GPU")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--dry-run", action="store_true", help="only show the plan: tokens, steps, memory, time")
    options = made.parse_args(argv)
    for name in ("epochs", "batch", "accumulate", "rate", "length", "validate_every", "validation", "patience"):
        if not 0 < getattr(options, name) < float("inf"):
            made.error(f"--{name.replace('_', '-')} has to be more than 0")
    if options.lora_rank < 0 or options.measured < 0 or options.seed < 0:
        made.error("--lora-rank, --measured and --seed cannot be less than 0")
    if not options.name or Path(options.name).name != options.name or options.name in (".", ".."):
        made.error("the name is a single word without slashes")
    return options


if __name__ == "__main__":
    run(main)
