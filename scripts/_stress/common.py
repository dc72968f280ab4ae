"""What the scenarios share: rows of the table, a data folder to break, processes to start and to kill."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = (
    "river stone lamp winter bread garden letter signal harbour engine copper window forest market silver doctor "
    "village mirror thunder needle blanket pepper candle anchor meadow ladder violin saddle barrel pocket tunnel "
    "feather orchard kettle pigeon marble cotton hammer island lantern"
).split()


@dataclass(frozen=True)
class Row:
    """A line of the table. `measured` and `limit` are for reading; `passed` decides the exit status."""

    scenario: str
    what: str
    measured: str
    limit: str
    passed: bool


@dataclass
class Report:
    """Collects the lines of one scenario; `say` tells how far it is."""

    scenario: str
    say: Callable[[str], None]
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, measured: str, limit: str, passed: bool) -> None:
        """A line of the table."""
        self.rows.append(Row(self.scenario, what, measured, limit, bool(passed)))
        self.say(f"{self.scenario}: {what}: {measured} (limit {limit}): {'ok' if passed else 'FAILED'}")

    def none(self, what: str, problems: Sequence[str]) -> None:
        """A line for something that must never happen, with the first cases of it."""
        for problem in problems[:5]:
            self.say(f"{self.scenario}: {what}: {problem}")
        self.add(what, str(len(problems)), "0", not problems)


def sentence(rng: random.Random, words: int = 12) -> str:
    """Some words of a small vocabulary."""
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def start(module: str, *arguments: str, env: dict[str, str] | None = None, log: Path | None = None) -> subprocess.Popen:
    """A Python module of ours in a process group of its own, what it says going to `log`."""
    with open(log or os.devnull, "ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def kill(process: subprocess.Popen) -> None:
    """`kill -9` of one process, not of its children: they must notice by themselves."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def eventually(check: Callable[[], bool], seconds: float, every: float = 0.05) -> float | None:
    """Seconds until `check` held, None when it did not in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if check():
            return time.monotonic() - began
        time.sleep(every)
    return None
