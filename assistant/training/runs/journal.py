"""What a run records while it goes on: journal.jsonl, with the time left, and the same values for TensorBoard."""

import json
import logging
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.files import parsed

log = logging.getLogger(__name__)

JOURNAL = "journal.jsonl"
EVERY_STEPS, EVERY_S = 10, 5.0  # a line after so many steps, or sooner when they take long
PACE = 30  # steps that tell how fast it goes
TENSORBOARD = "logs"


class Record:
    """The journal of one run. `seconds` counts training only, over all pieces of the run."""

    def __init__(self, folder: Path):
        self.folder, self.seconds = Path(folder), 0.0
        self._times: deque[float] = deque(maxlen=PACE)
        self._last = self._noted = self._saved = time.monotonic()
        self._logs: Any = None  # TensorBoard's writer, made when first needed

    def begin(self) -> None:
        """Starts the clock: the time before was not spent on training."""
        self._last = time.monotonic()

    def stepped(self, step: int, steps: int, values: dict) -> float | None:
        """Notes a finished step, with a line now and then. Returns the seconds left, None while unknown."""
        now = time.monotonic()
        self._times.append(now - self._last)
        self.seconds += now - self._last
        self._last = now
        pace = sorted(self._times)[len(self._times) // 2]  # the first step takes long: it builds the graph
        left = pace * (steps - step) if len(self._times) > 1 else None
        if step % EVERY_STEPS == 0 or now - self._noted > EVERY_S:
            self._noted = now
            self.note(step, values | ({} if left is None else {"seconds_left": round(left)}))
        return left

    def note(self, step: int, values: dict) -> None:
        """Adds a line to the journal, and to TensorBoard's logs if those can be written. Raises OSError."""
        append(self.folder / JOURNAL, {"step": step, "seconds": round(self.seconds, 1), **values})
        self._show(step, values)

    @property
    def since_saved(self) -> float:
        """Seconds since the last checkpoint."""
        return time.monotonic() - self._saved

    def saved(self) -> None:
        """Notes that a checkpoint was written."""
        self._saved = time.monotonic()

    def _show(self, step: int, values: dict) -> None:
        """Scalars in TensorBoard's format, which TensorFlow writes without TensorBoard being installed."""
        import tensorflow as tf

        try:
            self._logs = self._logs or tf.summary.create_file_writer(str(self.folder / TENSORBOARD))
            plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
            metadata = tf.compat.v1.SummaryMetadata(plugin_data=plugin)
            with self._logs.as_default():
                for name, value in values.items():
                    tf.summary.write(name, tf.constant(value, tf.float32), step=step, metadata=metadata)
            self._logs.flush()
        except (OSError, tf.errors.OpError) as error:
            log.warning("TensorBoard's logs could not be written: %s", error)


def append(path: Path, values: dict) -> None:
    """Adds a line to a journal; starts a new line first if a kill cut the last one short. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        cut = False
        if file.tell():
            file.seek(-1, 2)
            cut = file.read(1) != b"\n"
        file.write((b"\n" if cut else b"") + json.dumps(values).encode() + b"\n")


def read(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's journal; a line that a kill cut short is left out."""
    lines = []
    path = Path(folder) / JOURNAL
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []:
        try:
            lines.append(parsed(line))
        except ValueError:
            continue
    return lines


def by_step(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line a step, in order: a step that was done again after a kill replaces the earlier one."""
    whole: dict[int, dict[str, Any]] = {}
    last = 0
    for line in lines:
        if isinstance(line, dict) and isinstance(line.get("step"), int):
            last = line["step"]
            whole[last] = {**whole.get(last, {}), **line}
    return [whole[step] for step in sorted(whole) if step <= last]
