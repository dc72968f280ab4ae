"""What a run writes down while it goes on: journal.jsonl with the time left, and the same for TensorBoard."""

import json
import logging
import time
from collections import deque
from pathlib import Path

from assistant.training.runs.report import JOURNAL

log = logging.getLogger(__name__)

EVERY_STEPS, EVERY_S = 10, 5.0  # a line after so many steps, or sooner when they take long
PACE = 30  # steps that tell how fast it goes
TENSORBOARD = "logs"


class Record:
    """The journal of one run. `seconds` are those of training, over all pieces."""

    def __init__(self, folder: Path):
        self.folder, self.seconds = Path(folder), 0.0
        self._times: deque[float] = deque(maxlen=PACE)
        self._last = self._noted = self._saved = time.monotonic()
        self._logs = None

    def begin(self) -> None:
        """The clock runs from here: what came before was no training."""
        self._last = time.monotonic()

    def stepped(self, step: int, steps: int, values: dict) -> float | None:
        """After a step; a line now and then. Returns the seconds left, None where not yet known."""
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
        """Adds a line to the journal and, as far as that can be written, to TensorBoard's logs. Raises OSError."""
        append(self.folder / JOURNAL, {"step": step, "seconds": round(self.seconds, 1), **values})
        self._show(step, values)

    @property
    def since_saved(self) -> float:
        """Seconds since the last checkpoint."""
        return time.monotonic() - self._saved

    def saved(self) -> None:
        """There is a checkpoint."""
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
    """Adds a line to a journal, on a line of its own even where a kill cut the last one short. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        cut = False
        if file.tell():
            file.seek(-1, 2)
            cut = file.read(1) != b"\n"
        file.write((b"\n" if cut else b"") + json.dumps(values).encode() + b"\n")
