"""A fine-tuning from its request to the saved generator: the one way, for the app's process and the command line."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.generation import presets
from assistant.generation.engine.keras_engine import import_keras_nlp
from assistant.storage import feedback_records
from assistant.storage.feedback_records import Judgement
from assistant.training.data import collect, feedback
from assistant.training.data.split import split
from assistant.training.errors import TrainingError
from assistant.training.finetune import samples
from assistant.training.finetune.learner import devices
from assistant.training.finetune.settings import Request
from assistant.training.finetune.tuning import FineTuning, Progress
from assistant.training.runs import card, curves, export
from assistant.training.runs.folder import CONFIG
from corpus import readers
from corpus.document import Document, Dropped, ReadingError
from corpus.errors import SourcierError
from corpus.home import Home

log = logging.getLogger(__name__)

Unreadable = Callable[[ReadingError], None]


class Job:
    """One request with its examples read. Raises TrainingError, ModelError, ReadingError and OSError."""

    def __init__(self, request: Request, home: Home, unreadable: Unreadable = lambda _: None, *, dry: bool = False):
        """Reads the examples. `unreadable` is told of each document that cannot be read; the others are learnt.

        A `dry` job is only looked at: its name may be taken and its devices may be missing.
        """
        self.request, self._preset = request, home.models / request.name
        folder, settings = home.runs / request.name, request.settings
        self._devices: list[str] = []
        if not dry:  # what is quickly known, before minutes of reading
            _refuse_a_taken_name(request.name, home)
            self._devices = _devices(request)
        base = presets.find(settings.base, home.models)
        self._judged = _judged(settings.data, home, folder)
        self.left_out: list[Dropped] = []  # of the documents, with the reasons
        documents = _documents(request.documents, unreadable)
        datasets = Path(request.datasets or home.datasets)
        found = collect.by_source(settings.data, datasets, documents, self._judged, self.left_out.append)
        self.sources = {name: len(part) for name, part in found.items()}  # how many examples each gives
        self.tuning = FineTuning(settings, base, folder, *split([one for part in found.values() for one in part]))

    def train(
        self, *, progress: Callable[[Progress], None] = lambda _: None, stop: threading.Event | None = None
    ) -> Path | None:
        """Trains, goes on from a checkpoint if there is one, and saves the generator among the others.

        Returns its folder; None when `stop` ended the run, with a checkpoint.
        """
        self._keep_feedback()
        finished = self.tuning.run(progress=progress, stop=stop, names=self._devices)
        return self._publish() if finished else None

    def _keep_feedback(self) -> None:
        """Copies the feedback into the run: votes go on being given, and the run must be able to go on."""
        kept = self.tuning.folder / feedback_records.FILE
        if self._judged and not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            feedback_records.append(kept, self._judged)

    def _publish(self) -> Path:
        """Saves the preset with its card inside the run first, then moves it in place: never half of one is seen."""
        staged, data = self.tuning.folder / "preset", self.request.settings.data
        shutil.rmtree(staged, ignore_errors=True)
        try:
            self.tuning.export(staged)
            card.write(
                staged, self.request.name, _facts(self.tuning), card.sources(data), card.scores(self.tuning.folder)
            )
            curves.draw(self.tuning.folder)
            export.put_in_place(staged, self._preset)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        try:
            samples.write(self.tuning.folder, self.tuning.base, self._preset, self.tuning.valid)
        except (SourcierError, OSError) as error:
            log.warning("no samples were written: %s", error)  # the generator is there, which matters more
        return self._preset


def _refuse_a_taken_name(name: str, home: Home) -> None:
    made_by_this = (home.runs / name / CONFIG).is_file()
    if presets.is_reserved(name) or ((home.models / name).exists() and not made_by_this):
        raise TrainingError("training.name_taken", name=name)


def _devices(request: Request) -> list[str]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import_keras_nlp()
    import tensorflow as tf

    if request.gpu and not tf.config.list_physical_devices("GPU"):
        raise TrainingError("training.no_gpu")
    return devices(request.devices)


def _judged(data: Sequence[str], home: Home, folder: Path) -> list[Judgement]:
    """The feedback that an unfinished run learns from, else all of the data folder's."""
    if "feedback" not in data:
        return []
    return feedback_records.read(folder / feedback_records.FILE) or feedback.of_home(home)


def _documents(paths: Sequence[str], unreadable: Unreadable) -> list[Document | Dropped]:
    """What the readers give of the files and folders named."""
    found: list[Document | Dropped] = []
    for path in map(Path, paths):
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            try:
                found += readers.read(file)
            except ReadingError as error:
                unreadable(error)
    return found


def _facts(tuning: FineTuning) -> dict[str, str]:
    settings = tuning.settings
    return {
        card.BASE: Path(settings.base).name,
        "Method": f"LoRA, rank {settings.lora_rank}" if settings.lora_rank else "all weights",
        "Steps": f"{tuning.step} of {settings.batch} rows, {settings.accumulate} an update; best: {tuning.best_step}",
        "Examples": f"{len(tuning.train.examples)} to learn from, {len(tuning.valid.examples)} held out by group",
        "Time": f"{tuning.record.seconds / 60:.0f} minutes",
        "Data hash": tuning.data_hash(),
    }
