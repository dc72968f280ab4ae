"""Makes a virtual environment and fills it with pip, showing one moving line. Standard library only.

pip's whole output goes to `install.log` in the environment. The screen says what a person waiting wants to know: which
step, how many packages and megabytes so far, for how long; and on a failure what failed and how to go on.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

# The most that was ever on the disk, what pip keeps beside the environment included: with the CPU build of PyTorch, and
# with the CUDA one, which is what pip chooses on Linux when nothing tells it otherwise.
NEEDED_GB, NEEDED_CUDA_GB = 6.0, 14.0
RECENT_PIP = "pip>=25.1,<27"  # older resolvers try for many minutes on the same requirements; newer ones are untried
FULL = f"The disk is full: about {NEEDED_GB:.0f} GB are needed, {NEEDED_CUDA_GB:.0f} GB with the CUDA build of PyTorch."
GO_ON = "Then run the same command again: nothing half-done is kept."
QUIET_PERIOD = 15.0  # seconds between two lines where the output is no terminal

_FULL = re.compile(r"No space left on device|Errno 28|WinError 112|not enough space on the disk|Disk quota exceeded")
_OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|getaddrinfo failed|"
    r"Network is unreachable|Connection refused|ConnectTimeoutError|ReadTimeoutError|ProxyError|"
    r"Failed to establish a new connection|Remote end closed|Connection reset"
)
NO_VENV = (
    "This Python has no complete venv module: install it (on Debian and Ubuntu: sudo apt install python3-venv). "
    + GO_ON
)


class InstallError(Exception):
    """An installation that failed; the message is one or two sentences for the user."""


@dataclass(frozen=True)
class Target:
    """A virtual environment to fill, the file for what its processes say, and the open lock that they inherit."""

    folder: Path
    python: Path
    log: TextIO
    lock: tuple[int, ...] = ()

    def start(self, *command: str) -> subprocess.Popen:
        """A process whose output can be read as text. It keeps the lock even when this program is killed."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_environment(self.folder / "tmp"),
            pass_fds=() if os.name == "nt" else self.lock,
        )

    def packages(self) -> int:
        """How many packages are in there now."""
        library = "Lib" if os.name == "nt" else "lib/python3.*"
        return sum(1 for _ in self.folder.glob(f"{library}/site-packages/*.dist-info"))

    def fetched(self) -> int:
        """Bytes that pip has fetched so far: it puts each package into a folder of its own below the temporary one."""
        total = 0
        for file in (self.folder / "tmp").glob("pip-unpack-*/*"):
            try:
                total += file.stat().st_size
            except OSError:  # moved meanwhile
                continue
        return total


def _environment(temporary: Path) -> dict[str, str]:
    # A user's own pip settings may send packages elsewhere, and a small /tmp cannot hold the large ones.
    diverted = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "__PYVENV_LAUNCHER__"}
    kept = {key: value for key, value in os.environ.items() if key not in diverted}
    settings = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}
    return kept | settings | {"PYTHONIOENCODING": "utf-8"} | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))


def check_space(folder: Path) -> None:
    """Raises InstallError when the disk of `folder` has less than NEEDED_GB free."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < NEEDED_GB:
        raise InstallError(
            f"The disk of {folder} has {free:.1f} GB free and the installation needs about {NEEDED_GB:.0f} GB: "
            f"make room. {GO_ON}"
        )
    if free < NEEDED_CUDA_GB and sys.platform == "linux":
        print(
            f"{free:.1f} GB are free: enough for PyTorch's CPU build, not for its CUDA build ({NEEDED_CUDA_GB:.0f} GB)."
        )


def make(target: Target, base: str) -> None:
    """Creates the environment with the interpreter `base`, and in it a pip that resolves the requirements quickly."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise InstallError(NO_VENV)
    _Step("1/3 Virtual environment", target).run(base, "-m", "venv", str(target.folder))
    pip(target, "2/3 pip", "--upgrade", RECENT_PIP)


def pip(target: Target, title: str, *arguments: str, on_unpack: Callable[[], None] = lambda: None) -> None:
    """One `pip install`. `on_unpack` is called when all is fetched, before the first file of the environment changes.

    Raises InstallError when pip fails.
    """
    options = ("--no-input", "--progress-bar", "off")
    _Step(title, target, on_unpack).run(str(target.python), "-m", "pip", "install", *options, *arguments)


class _Step:
    """One process with its moving line. `run` returns when it succeeded and raises InstallError when it did not."""

    def __init__(self, title: str, target: Target, on_unpack: Callable[[], None] = lambda: None):
        self.title, self.target, self.on_unpack = title, target, on_unpack
        self.found: set[str] = set()  # the packages that pip has named
        self.before = self.total = 0  # packages there before, and packages to unpack once that is known
        self.output: list[str] = []
        self.error: OSError | None = None  # of writing the log or the stamp

    def run(self, *command: str) -> None:
        line = Line(self.title)
        process = self.target.start(*command)
        reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            while reader.is_alive():
                line.show(self._state())
                reader.join(0.3)
            if self.error:
                raise self.error
            code = process.wait()
        except BaseException:
            line.end("stopped")
            process.terminate()
            process.wait()
            raise
        finally:
            shutil.rmtree(self.target.folder / "tmp", ignore_errors=True)
        line.end("failed" if code else f"{self.total} packages" if self.total > 1 else "done")
        if code:
            raise InstallError(
                f"{reason(''.join(self.output))} {GO_ON}\nEverything that was said: {self.target.log.name}"
            )

    def _read(self, output: IO[str]) -> None:
        try:
            for text in output:
                self._take(text)
        except OSError as error:
            self.error = error

    def _take(self, text: str) -> None:
        self.target.log.write(text)
        self.target.log.flush()
        self.output.append(text)
        if named := re.match(r"\s*(?:Collecting|Processing) ([\w.\-/\\:]+)", text):
            self.found.add(named[1])
        elif text.startswith("Installing collected packages:"):
            self.on_unpack()
            self.before = self.target.packages()
            self.total = text.count(",") + 1

    def _state(self) -> str:
        if self.total:
            unpacked = self.target.packages() - self.before
            return f"unpacking {min(max(unpacked, 0), self.total)} of {self.total} packages"
        if self.found:
            return f"fetching, {len(self.found)} packages, {self.target.fetched() / 1e6:.0f} MB"
        return "working"


class Line:
    """A line on the screen that moves: rewritten in place on a terminal, repeated now and then elsewhere."""

    def __init__(self, title: str):
        self.title, self.start, self.last = title, time.monotonic(), time.monotonic()
        self.turns = 0

    def show(self, state: str) -> None:
        """Says how far it is."""
        self.turns += 1
        text = f"{self.title}: {state}, {self._elapsed()}"
        if sys.stdout.isatty():
            self._rewrite(f"{text} {'|/-'[self.turns % 3]}")
        elif time.monotonic() - self.last >= QUIET_PERIOD:
            self.last = time.monotonic()
            print(text, flush=True)

    def end(self, state: str) -> None:
        """Closes the line with its outcome."""
        text = f"{self.title}: {state}, {self._elapsed()}"
        if sys.stdout.isatty():
            self._rewrite(text)
            print(flush=True)
        else:
            print(text, flush=True)

    def _rewrite(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        print("\r" + text[:width].ljust(width), end="", flush=True)

    def _elapsed(self) -> str:
        return "{}:{:02d}".format(*divmod(int(time.monotonic() - self.start), 60))


def reason(output: str) -> str:
    """What went wrong, in one sentence, from the output of pip or venv."""
    if "ensurepip is not available" in output:
        return NO_VENV.removesuffix(" " + GO_ON)
    if _FULL.search(output):
        return FULL
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return "The certificate of the package index was refused: check the clock and the proxy."
    if _OFFLINE.search(output):
        return "The package index could not be reached: check the network connection."
    errors = re.findall(r"^\s*(?:ERROR|[Ee]rror): *(.+?)\.?\s*$", output, re.MULTILINE)
    # pip closes a conflict with a link to its manual; the error before that one names the packages.
    errors = [each for each in errors if not each.startswith("ResolutionImpossible")] or errors
    return f"The installation failed: {errors[-1]}." if errors else "The installation failed."
