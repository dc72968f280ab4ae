"""Fine-tunes a GPT-2 on data sets or on your own documents: python -m scripts.finetune --help."""

import argparse
import contextlib
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.generation import presets
from assistant.generation.presets import ModelError
from assistant.training.runs.lock import sole
from corpus.document import Document, ReadingError
from corpus.home import Home
from scripts._common import home_of, parser, reason, run


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done or stopped with a checkpoint, 1 when documents were unreadable; errors are one sentence."""
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING)
    home = home_of(options)
    try:
        with contextlib.nullcontext() if options.dry_run else sole(home, options.name):
            return _finetune(options, home)
    except ModelError as error:
        raise ReadingError(str(error)) from error
    except OSError as error:
        raise ReadingError(f"The run cannot go on: {reason(error)}.") from error


def _finetune(options: argparse.Namespace, home: Home) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from assistant.training.data import collect as examples
    from assistant.training.finetune.run import FineTuning

    settings = _settings(options)
    if not options.dry_run:  # what is quickly known, before minutes of reading
        _refuse_a_taken_name(options.name, home)
        names = _devices(options)
    base = presets.find(settings.base, home.models)
    judged = _judged(settings.data, home, home.runs / options.name)
    documents, unread = _documents(options.documents)
    found = examples.collect(settings.data, Path(options.datasets or home.datasets), documents, judged)
    train, valid = examples.split(found)
    tuning = FineTuning(settings, base, home.runs / options.name, train, valid)
    print(_plan(tuning))
    if options.dry_run:
        return 0
    _keep(judged, tuning.folder)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    finished = tuning.run(progress=_shown(), stop=stop, names=names)
    print()
    if not finished:
        print("Stopped with a checkpoint: the same command goes on from there.")
        return 0
    print(f"Saved as {_publish(tuning, home.models / options.name)}; choose it by the name {options.name}.")
    return int(unread > 0)


def _refuse_a_taken_name(name: str, home: Home) -> None:
    from assistant.training.runs.folder import CONFIG

    made_by_this = (home.runs / name / CONFIG).is_file()
    if name == presets.STARTER or name in presets.HUB_PRESETS or ((home.models / name).exists() and not made_by_this):
        raise ModelError(f"There is a generator called {name} already: choose another name.")


def _judged(data: Sequence[str], home: Home, folder: Path) -> list:
    """The feedback that an unfinished run learns from, else all of the data folder."""
    from assistant.training.data import feedback

    if "feedback" not in data:
        return []
    return feedback.read(folder / feedback.FILE) or feedback.of_home(home)


def _keep(judged: Sequence, folder: Path) -> None:
    """Copies the feedback into the run: votes go on being given, and the run must be able to go on."""
    from assistant.training.data import feedback

    if judged and not (folder / feedback.FILE).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        feedback.append(folder / feedback.FILE, judged)


def _settings(options: argparse.Namespace):
    from assistant.training.finetune.run import Settings

    names = (
        "base",
        "epochs",
        "batch",
        "accumulate",
        "rate",
        "length",
        "lora_rank",
        "precision",
        "patience",
        "seed",
        "measured",
    )
    data = tuple(options.data or (() if options.documents else ("medquad", "wikipedia", "follow-ups", "manners")))
    every = {"validate_every": options.validate_every, "validation": options.validation}
    chosen = {name: getattr(options, name) for name in names}
    return Settings(data=data, passages=not options.without_passages, **every, **chosen)


def _documents(paths: Sequence[str]) -> tuple[list[Document], int]:
    """(the readable documents among the files and folders named, how many are not; each of those is said)."""
    from corpus import readers

    found: list[Document] = []
    unread = 0
    for path in paths:
        files = sorted(p for p in Path(path).rglob("*") if p.is_file()) if Path(path).is_dir() else [Path(path)]
        for file in files:
            try:
                found += [item for item in readers.read(file) if isinstance(item, Document)]
            except ReadingError as error:
                print(error)
                unread += 1
    return found, unread


def _plan(tuning) -> str:
    """Tokens, steps, memory, time, and what does not fit: what `--dry-run` shows."""
    settings, sizes = tuning.settings, tuning.architecture
    rows = [tuning.batch_at(step)[0]["padding_mask"] for step in range(min(4, tuning.steps))]
    tokens = int(sum(mask.size for mask in rows) / len(rows) * tuning.steps)
    width, layers = sizes["hidden_dim"], sizes["num_layers"]
    parameters = (sizes["vocabulary_size"] + sizes["max_sequence_length"]) * width + 12 * layers * width**2
    batch = max(mask.size for mask in rows)
    # Weights, gradients and Adam's two moments; activations of about 34 numbers a layer and width, and the logits.
    memory = parameters * 4 * (4 if not settings.lora_rank else 1) + batch * 4 * (
        34 * layers * width + 3 * sizes["vocabulary_size"]
    )
    seconds = 6 * parameters * tokens / _flops()
    method = f"LoRA of rank {settings.lora_rank}" if settings.lora_rank else "all weights"
    return (
        f"{settings.base}: {parameters / 1e6:.1f} M parameters, {method}, {settings.precision}\n"
        f"{len(tuning.train.examples)} examples to learn from, {len(tuning.valid.examples)} held out by group\n"
        f"{_unfitting(tuning)}"
        f"{tuning.steps} steps of {settings.batch} rows, about {tokens / 1e6:.2f} M tokens\n"
        f"about {memory / 1e9 + 0.8:.1f} GB of memory, about {seconds / 60:.0f} minutes on this processor"
    )


def _unfitting(tuning) -> str:
    """What is too long for a row, a line each; "" when everything fits."""
    fitted, length = tuning.fitted, tuning.settings.length
    cut = f"{fitted.cut} of them are longer than a row of {length} tokens and are cut at a sentence\n"
    left_out = f"{fitted.left_out} are left out: their passage finds no room in a row of {length} tokens\n"
    return (cut if fitted.cut else "") + (left_out if fitted.left_out else "")


def _flops() -> float:
    """Floating-point operations a second of a matrix product here, a third of it: what training reaches."""
    import numpy as np

    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    a @ a
    started = time.perf_counter()
    for _ in range(4):
        a @ a
    return 4 * 2 * 1024**3 / (time.perf_counter() - started) / 3


def _devices(options: argparse.Namespace) -> list[str]:
    from assistant.generation.generator import import_keras_nlp
    from assistant.training.finetune.learner import devices

    import_keras_nlp()
    import tensorflow as tf

    if options.gpu and not tf.config.list_physical_devices("GPU"):
        raise ModelError("TensorFlow sees no GPU on this machine; leave --gpu out to train on the processor.")
    return devices(options.devices)


def _shown():
    last = [0.0]

    def show(progress) -> None:
        now = time.monotonic()
        if now - last[0] < 1 and progress.step < progress.steps:
            return
        last[0] = now
        left = "" if progress.seconds_left is None else f", {progress.seconds_left / 60:.0f} min left"
        held = "" if progress.validation_loss is None else f", validation {progress.validation_loss:.3f}"
        print(f"\rstep {progress.step}/{progress.steps}: loss {progress.loss:.3f}{held}{left}   ", end="", flush=True)

    return show


def _publish(tuning, folder: Path) -> Path:
    """Saves the preset with its card: first beside the run, then in its place, so that half of one is never seen."""
    from assistant.training.runs import export, report

    staged = tuning.folder / "preset"
    shutil.rmtree(staged, ignore_errors=True)
    try:
        tuning.export(staged)
        report.card(staged, folder.name, _facts(tuning), _sources(tuning.settings.data), report.scores(tuning.folder))
        report.curves(tuning.folder)
        export.put_in_place(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return folder


def _facts(tuning) -> dict[str, str]:
    settings = tuning.settings
    return {
        "Base": Path(settings.base).name,
        "Method": f"LoRA, rank {settings.lora_rank}" if settings.lora_rank else "all weights",
        "Steps": f"{tuning.step} of {settings.batch} rows, {settings.accumulate} an update; best: {tuning.best_step}",
        "Examples": f"{len(tuning.train.examples)} to learn from, {len(tuning.valid.examples)} held out by group",
        "Time": f"{tuning.record.seconds / 60:.0f} minutes",
        "Data hash": tuning.data_hash(),
    }


def _sources(data: Sequence[str]) -> list[str]:
    from corpus import datasets

    known = [datasets.get(name) for name in data if name in datasets.NAMES]
    lines = [f"{data_set.title}: {data_set.licence}, {data_set.homepage}" for data_set in known]
    return lines or ["The user's own documents"]


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("finetune", "Fine-tunes a GPT-2 on the assistant's job: passages and a question, then the answer.")
    made.add_argument("name", help="what the result is called; the same name goes on with an unfinished run")
    made.add_argument("--base", default=presets.STARTER, help="starter, a downloaded hub preset, or a preset's folder")
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
