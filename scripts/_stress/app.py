"""The real app as a process: started on a data folder, asked over HTTP, weighed."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from corpus.document import ReadingError
from scripts._stress.common import ROOT, kill

READY_S = 1800.0  # a machine that is busy with other things takes its time


class App:
    """`launch.py` on `home`, until the end of the with-block."""

    def __init__(self, home: Path, log: Path, embedder: str = "hashing"):
        self._home, self._log, self._embedder = home, log, embedder
        self.url = ""

    def __enter__(self) -> "App":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        with self._log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "launch.py", "--no-browser", "--port", str(port), "--home", str(self._home)],
                cwd=ROOT,
                env={**os.environ, "SOURCIER_EMBEDDER": self._embedder},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        began = time.monotonic()
        while time.monotonic() - began < READY_S and self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                if self.get("/v1/health")["status"] == "ready":
                    return self
            time.sleep(0.5)
        ended = self.process.poll()
        self.__exit__()
        said = self._log.read_text(errors="replace").strip().splitlines()[-1:]
        raise ReadingError(f"The app did not come up (exit status {ended}, it said last: {said}).")

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            kill(self.process)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def get(self, path: str):
        """The JSON at a path. Raises OSError and ValueError."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.loads(answer.read())

    def post(self, path: str, body: dict, timeout: float = 120.0):
        """The JSON that is answered. Raises OSError (with the server's words where it gave some) and ValueError."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise OSError(f"{error.code}: {error.read()[:300].decode(errors='replace')}") from error

    def page(self) -> bool:
        """Whether the window is served."""
        try:
            with urllib.request.urlopen(self.url + "/", timeout=30) as answer:
                return answer.status == 200 and bool(answer.read())
        except OSError:
            return False


def descendants(pid: int) -> list[int]:
    """Processes below one, itself included. Empty where there is no /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(fields[1])
    found = [pid] if pid in parents else []
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def weight(pid: int, field: str = "VmRSS") -> int:
    """Bytes of a process in memory: now (VmRSS) or at most so far (VmHWM); 0 where that is not told."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    return 0


def handles(pid: int) -> int:
    """Open files of a process; 0 where that is not told."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def command(pid: int) -> str:
    """How a process was started."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
