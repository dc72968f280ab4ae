"""Fine-tuning from the app: one training at a time, in a process of its own that can be stopped and resumed.

A run's folder holds, beside what the fine-tuning writes: session.json (the user's plan, and the request made of it),
forecast.json (what was expected of it, if anybody looked), outcome.json (how the run ended; absent while it runs or
after a kill) and output.log.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant.generation import presets
from assistant.generation.presets import ModelError
from assistant.training.data import feedback
from assistant.training.errors import TrainingError
from assistant.training.finetune import forecast, samples
from assistant.training.finetune.forecast import Forecast
from assistant.training.finetune.samples import Sample
from assistant.training.finetune.settings import Request, Settings, request_from, settings_from
from assistant.training.runs import journal
from assistant.training.runs.folder import CONFIG, METRICS
from assistant.training.runs.json_file import read_json, write_json
from assistant.training.runs.lock import holder
from corpus import datasets
from corpus.datasets.fetching import place
from corpus.errors import Reason
from corpus.files import parsed
from corpus.home import Home
from index.storage.store import Store

SESSION, OUTCOME, OUTPUT = "session.json", "outcome.json", "output.log"
PROCESS = (sys.executable, "-m", "assistant.training.runs.training_process")
LOOKING_AHEAD = (sys.executable, "-m", "assistant.training.runs.forecast_process")
LOOK_S = 0.2  # how often somebody may stop the looking ahead
VALIDATE_EVERY, PATIENCE = 50, 6  # steps; validations without improvement
LONGEST_ROW = 512  # tokens
LORA_RANK = 8
POINTS = 240  # of a curve, at most
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # device names on Windows

Points = tuple[tuple[int, float], ...]


class SessionError(TrainingError):
    """A training that cannot be started or deleted: its code is session.name, .exists, .running, .base, .nothing,
    .disk, .forecast or .in_use."""


@dataclass(frozen=True)
class Plan:
    """What to train: `data` are names of data sets, `collections` names of the user's collections."""

    name: str
    base: str
    data: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    epochs: float = 1.0
    lora: bool = False


@dataclass(frozen=True)
class Session:
    """A run as it is now. `state`: starting, running, stopping, stopped, failed or done.

    `reason` says why it failed, as `corpus.errors.Reason.dumps` wrote it ("" where only the log knows). Losses are in
    nats a token, by step; `steps` is 0 and `seconds_left` None while unknown. `cut` examples are longer than a row,
    `left_out` do not fit into one at all. `use` is the accuracy of answer tokens on held-out questions: with their
    passages before and after, without them before and after; empty where it is not measured. `held_out` are loss and
    accuracy on held-out examples before, then after. `preset` is the folder of the generator that came of it, "" where
    there is none, and `size` what it takes, in bytes.
    """

    name: str
    state: str
    base: str = ""
    data: tuple[str, ...] = ()
    reason: str = ""
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    training: Points = ()
    validation: Points = ()
    cut: int = 0
    left_out: int = 0
    use: tuple[float, ...] = ()
    expected: Forecast | None = None
    examples: int = 0
    held_out: tuple[tuple[float, float], ...] = ()
    samples: tuple[Sample, ...] = ()
    seconds: float = 0.0  # of training
    preset: str = ""
    size: int = 0
    ours: bool = True  # False for one that another window of the program trains

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.state in ("starting", "running", "stopping")


class Sessions:
    """The runs of one data folder."""

    def __init__(
        self, home: Home, store: Store, command: Sequence[str] = PROCESS, ahead: Sequence[str] = LOOKING_AHEAD
    ):
        self._home = home
        self._store = store
        self._command, self._ahead = tuple(command), tuple(ahead)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._name = ""
        self._stopping = False

    def data_sets(self) -> list[str]:
        """Names of the data sets that are on this machine."""
        known = [datasets.get(name) for name in datasets.NAMES]
        return [data_set.name for data_set in known if data_set.find(place(data_set, self._home))]

    def feedback(self) -> int:
        """How many answers the user thought well of can be learnt from."""
        return len(feedback.examples(feedback.of_home(self._home)))

    def free_name(self, base: str) -> str:
        """A name made of the base's, not yet taken."""
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"my-{base}")[:30].rstrip("._-")
        return next(name for n in range(1, 10_000) if not self._taken(name := f"{stem}-{n}"))

    def forecast(self, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> Forecast | None:
        """What the run would be; nothing is started or kept. None as soon as `stopped` says so.

        Raises TrainingError for what would keep it from starting.
        """
        request = self._checked(plan)
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
            asked.write(json.dumps(asdict(request)).encode())
            asked.seek(0)
            process = subprocess.Popen(
                [*self._ahead, "--home", str(self._home.path)],
                stdin=asked,
                stdout=said,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[3],
            )
            try:
                while process.poll() is None:
                    if stopped():
                        return None
                    time.sleep(LOOK_S)
            finally:
                process.kill()
                process.wait()
            said.seek(0)
            return _forecast(said.read())

    def start(self, plan: Plan, expected: Forecast | None = None) -> None:
        """Starts a new run, of which `expected` is kept for later. Raises SessionError."""
        request = self._checked(plan)
        folder = self._home.runs / plan.name
        with self._lock:
            self._refuse_a_second_one()
            with _disk():
                folder.mkdir(parents=True)
                write_json(folder / SESSION, {"plan": asdict(plan), "request": asdict(request)})
                if expected is not None:
                    write_json(folder / forecast.FILE, forecast.record(expected))
                self._launch(plan.name)

    def resume(self, name: str) -> None:
        """Goes on with a run that was stopped, killed or failed. Raises SessionError."""
        with self._lock:
            self._refuse_a_second_one()
            if name in self.names() and self.session(name).state in ("stopped", "failed"):
                with _disk():
                    self._launch(name)

    def delete(self, name: str, *, generator: bool = False) -> None:
        """Deletes what a run that has ended has left; with `generator`, also what came of it. Raises SessionError."""
        with self._lock:
            if self.running() == name:
                raise SessionError("session.in_use", name=name)
            if name in self.names():
                with _disk():
                    shutil.rmtree(self._home.runs / name)
                    if generator and (self._home.models / name).is_dir():
                        shutil.rmtree(self._home.models / name)

    def stop(self) -> None:
        """Asks the run that this app started to save a checkpoint and end; it does so after its step."""
        with self._lock:
            if self._process is not None and self._process.stdin and not self._process.stdin.closed:
                self._stopping = True
                with contextlib.suppress(OSError):
                    self._process.stdin.close()

    close = stop

    def running(self) -> str:
        """The name of the run in progress, whoever started it; "" when there is none."""
        if self._process is not None and self._process.poll() is None:
            return self._name
        return holder(self._home)

    def names(self) -> list[str]:
        """The runs that were started from the app, newest first; before them the one that a command trains now."""
        running, names = self.running(), []
        with contextlib.suppress(OSError):
            found = [folder for folder in self._home.runs.iterdir() if (folder / SESSION).is_file()]
            names = [f.name for f in sorted(found, key=lambda f: -(f / SESSION).stat().st_mtime)]
        return names if running in ("", *names) or Path(running).name != running else [running, *names]

    def session(self, name: str) -> Session:
        """The run of that name as it is now."""
        folder = self._home.runs / name
        plan = _object(read_json(folder / SESSION).get("plan"))
        config, lines = read_json(folder / CONFIG), journal.by_step(journal.read(folder))
        step = lines[-1]["step"] if lines else 0
        settings = _object(config.get("settings"))
        data = [*_texts(plan.get("data") or settings.get("data")), *_texts(plan.get("collections"))]
        metrics, preset = read_json(folder / METRICS), self._home.models / name
        found = Session(
            name=name,
            state="stopped",
            base=str(plan.get("base") or Path(str(settings.get("base", ""))).name),
            data=tuple(data),
            use=_use(metrics),
            held_out=_held_out(metrics),
            seconds=max((_number(line.get("seconds")) for line in lines), default=0.0),
            samples=samples.read(folder),
            expected=_expected(folder),
            examples=_count(config.get("examples")),
            preset=str(preset) if preset.is_dir() else "",
            size=_size(preset),
            step=step,
            steps=_count(config.get("steps")),
            seconds_left=_seconds_left(lines),
            cut=_count(config.get("cut")),
            left_out=_count(config.get("left_out")),
            training=thinned(_curve(lines, "loss")),
            validation=_curve(lines, "validation_loss"),
        )
        if self.running() == name:
            ours = self._process is not None and self._process.poll() is None
            state = "stopping" if ours and self._stopping else "running" if step else "starting"
            return replace(found, state=state, ours=ours)
        outcome = read_json(folder / OUTCOME)
        if (ended := outcome.get("state")) in ("done", "failed"):
            return replace(found, state=ended, reason=str(outcome.get("reason", "")), seconds_left=None)
        return found

    def _checked(self, plan: Plan) -> Request:
        """The request, if the plan's name is good and free. Raises SessionError."""
        if not _NAME.fullmatch(plan.name) or _RESERVED.fullmatch(plan.name):
            raise SessionError("session.name")
        if self._taken(plan.name):
            raise SessionError("session.exists")
        return self._request(plan)

    def _request(self, plan: Plan) -> Request:
        """What is trained for the plan. Raises SessionError for a base or data that are not there."""
        try:
            window = presets.validate(presets.find(plan.base, self._home.models))["max_sequence_length"]
        except ModelError as error:
            raise SessionError("session.base", reason=error.reason) from error
        data, documents = list(plan.data), []
        for collection in plan.collections:
            for source in self._store.sources(collection):
                if source.kind == "dataset":
                    data.append(source.path)
                elif source.kind == "file" and Path(source.path).is_file():
                    documents.append(source.path)
        if not data and not documents:
            raise SessionError("session.nothing")
        data += ["follow-ups"] if "medquad" in data else []
        settings = Settings(
            base=plan.base,
            data=tuple(dict.fromkeys([*data, "manners"])),
            epochs=plan.epochs,
            length=min(LONGEST_ROW, window),
            lora_rank=LORA_RANK if plan.lora else 0,
            validate_every=VALIDATE_EVERY,
            patience=PATIENCE,
        )
        return Request(plan.name, settings, tuple(documents))

    def _taken(self, name: str) -> bool:
        return presets.is_reserved(name) or (self._home.runs / name).exists() or (self._home.models / name).exists()

    def _refuse_a_second_one(self) -> None:
        name = self.running()
        if name:
            raise SessionError("session.running", name=name)

    def _launch(self, name: str) -> None:
        folder = self._home.runs / name
        (folder / OUTCOME).unlink(missing_ok=True)
        with (folder / OUTPUT).open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command, "--home", str(self._home.path), name],
                stdin=subprocess.PIPE,  # closing it asks for the end, and the app's own end closes it
                stdout=output,
                stderr=output,
                cwd=Path(__file__).parents[3],
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C in the terminal ends the app, and by that the training
            )
        self._name, self._stopping = name, False


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SessionError("session.disk", reason=error.strerror or str(error)) from error


def request_of(folder: Path) -> Request:
    """What the run in `folder` was asked to do. Raises TrainingError when its session.json does not say it."""
    session = read_json(folder / SESSION)
    try:
        if "request" in session:
            return request_from(session["request"])
        # Versions before 0.2 kept a command line; its settings are those in config.json.
        arguments = _texts(session["arguments"])
        documents = arguments[arguments.index("--documents") + 1 :] if "--documents" in arguments else []
        return Request(folder.name, settings_from(read_json(folder / CONFIG)["settings"]), tuple(documents))
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError("training.session_damaged", path=folder / SESSION) from error


def thinned(points: Points, most: int = POINTS) -> Points:
    """At most `most` points: means of equal stretches, each at its last step."""
    size = -(-len(points) // most) if points else 1
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return tuple((group[-1][0], sum(loss for _, loss in group) / len(group)) for group in groups)


def _use(metrics: dict) -> tuple[float, ...]:
    try:
        before, after = (metrics[when]["use_of_passages"]["accuracy"] for when in ("before", "after"))
        return tuple(float(part[case]) for case in ("with", "without") for part in (before, after))
    except (KeyError, TypeError, ValueError):
        return ()


def _held_out(metrics: dict) -> tuple[tuple[float, float], ...]:
    """(nats, accuracy) before and after; () where either is missing."""
    try:
        parts = [metrics[when]["validation"] for when in ("before", "after")]
        return tuple((float(part["nats"]), float(part["accuracy"])) for part in parts)
    except (KeyError, TypeError, ValueError):
        return ()


def _expected(folder: Path) -> Forecast | None:
    try:
        return forecast.from_record(read_json(folder / forecast.FILE))
    except (KeyError, TypeError, ValueError):
        return None


def _forecast(said: bytes) -> Forecast:
    """What the process that looks ahead has printed. Raises TrainingError for its reason, or where it said nothing."""
    try:
        found = parsed(said)
        if "forecast" in found:
            return forecast.from_record(found["forecast"])
        reason = Reason.loads(found["reason"])
    except (KeyError, TypeError, ValueError):
        reason = None
    if reason is None:
        raise SessionError("session.forecast")
    raise TrainingError(reason.code, **reason.values)


def _size(folder: Path) -> int:
    """Bytes of the files in it, 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value == value else 0.0


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _seconds_left(lines: Sequence[dict]) -> float | None:
    """As in the newest line that has them."""
    said = (line.get("seconds_left") for line in reversed(lines))
    return next((float(left) for left in said if isinstance(left, int | float)), None)


def _curve(lines: Sequence[dict], key: str) -> Points:
    found = [(line["step"], line.get(key)) for line in lines]
    return tuple((step, float(loss)) for step, loss in found if isinstance(loss, int | float) and loss == loss)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []
