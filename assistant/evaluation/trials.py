"""Trials of settings on the user's own collections: made in the background, kept, and compared. No Gradio here."""

import contextlib
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from assistant.evaluation import runs
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.own import Outcome, outcomes, question_set, tables
from assistant.evaluation.runs import FOLDER, Run
from assistant.pipeline import Assistant
from assistant.settings import Settings
from corpus.errors import Reason, SourcierError
from corpus.files import parsed, replacing
from corpus.home import Home
from index.storage.store import Store

log = logging.getLogger(__name__)

MEASURE = "trial"
MOST_QUESTIONS = 300
LONGEST_FILE = 64 * 2**20  # bytes of a kept trial that is read


@dataclass(frozen=True)
class Plan:
    """What is tried: a collection, how many questions, and the settings under which they are asked."""

    collection: str
    count: int
    mode: str
    settings: Settings = field(default_factory=Settings)

    @property
    def told(self) -> dict[str, object]:
        """What a run says of itself."""
        return {"collection": self.collection, "count": self.count, "mode": self.mode, **asdict(self.settings)}


@dataclass(frozen=True)
class Progress:
    """How far the trial in progress is. `error` is why it ended early, `kept` the name of the last one stored."""

    running: bool = False
    done: int = 0
    total: int = 0
    error: Reason | None = None
    kept: str = ""


@dataclass(frozen=True)
class Trial:
    """One that was kept: its measures, and what became of every question."""

    name: str
    run: Run
    outcomes: tuple[Outcome, ...] = ()


class Trials:
    """One trial at a time a running app."""

    def __init__(self, home: Home, assistant: Assistant, store: Store):
        self._home = home
        self._assistant = assistant
        self._store = store
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        """A consistent snapshot."""
        return self._progress

    def start(self, plan: Plan) -> bool:
        """Begins a trial and returns at once; False when one is in progress."""
        with self._lock:
            if self._progress.running:
                return False
            self._stop = threading.Event()
            self._progress = Progress(running=True)
        threading.Thread(target=self._work, args=(plan, self._stop), name="trial", daemon=True).start()
        return True

    def stop(self) -> None:
        """Ends the trial; what was asked so far is kept."""
        self._stop.set()

    close = stop

    # --- what was kept ----------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Names of the trials, newest first."""
        folder = self._home.path / FOLDER
        return sorted((path.stem for path in folder.glob(f"*-{MEASURE}*.json")), reverse=True)

    def load(self, name: str) -> Trial:
        """Raises EvaluationError when it is not there or damaged."""
        if name not in self.names():
            raise EvaluationError("trial.unknown", name=name)
        path = self._home.path / FOLDER / f"{name}.json"
        return Trial(name, runs.load(path), tuple(_read(path.with_suffix(".outcomes.jsonl"))))

    def remove(self, name: str) -> None:
        """Deletes a trial that was kept; nothing happens when it is gone."""
        if name in self.names():
            path = self._home.path / FOLDER / f"{name}.json"
            path.unlink(missing_ok=True)
            path.with_suffix(".outcomes.jsonl").unlink(missing_ok=True)

    # --- the work ---------------------------------------------------------------------------------------------

    def _work(self, plan: Plan, stop: threading.Event) -> None:
        error: Reason | None = None
        kept = ""
        found: list[Outcome] = []
        try:
            questions = question_set(self._store, plan.collection, min(plan.count, MOST_QUESTIONS))
            self._note(total=len(questions))
            assistant = self._assistant.under(plan.settings)
            options = {"mode": plan.mode, "model": plan.settings.model}
            for outcome in outcomes(assistant, questions, plan.collection, stop, **options):
                found.append(outcome)
                self._note(done=len(found))
        except SourcierError as problem:
            error = problem.reason
        except Exception as problem:  # whatever the models raise: the page must not wait for ever
            log.exception("the trial failed")
            error = Reason("trial.failed", {"reason": f"{type(problem).__name__}: {problem}"})
        try:
            kept = self._keep(plan, found) if found else ""
        except EvaluationError as problem:
            error = problem.reason
        self._note(running=False, error=error, kept=kept)

    def _note(self, **changes: Any) -> None:
        with self._lock:
            self._progress = replace(self._progress, **changes)

    def _keep(self, plan: Plan, found: Sequence[Outcome]) -> str:
        made = runs.now()
        path = runs.place(self._home.path, MEASURE, made)
        lines = "".join(json.dumps(asdict(outcome), ensure_ascii=False) + "\n" for outcome in found)
        try:
            with replacing(path.with_suffix(".outcomes.jsonl")) as temporary:
                temporary.write_text(lines, "utf-8", errors="replace")
        except OSError as error:
            reason = error.strerror or str(error)
            raise EvaluationError("trial.unwritable", path=path, reason=reason) from error
        runs.save(Run(MEASURE, made, plan.told, tuple(tables(found))), path)
        return path.stem


def _read(path: Path) -> list[Outcome]:
    """The outcomes in a file of lines; what is damaged is left out."""
    found: list[Outcome] = []
    with contextlib.suppress(OSError):
        if path.stat().st_size > LONGEST_FILE:
            return found
        for line in path.read_text("utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                found.append(_outcome(parsed(line)))
    return found


def _outcome(record: dict[str, Any]) -> Outcome:
    """Lists become tuples again; whatever is not of the expected kind is an error."""
    usual = Outcome("", "", "", (), None, False, 0.0)
    values: dict[str, Any] = {}
    for name in (each.name for each in fields(Outcome)):
        value, kind = record[name], type(getattr(usual, name))
        if name == "rank":
            values[name] = None if value is None else int(value)
        else:
            values[name] = tuple(map(str, value)) if kind is tuple else kind(value)
    return Outcome(**values)
