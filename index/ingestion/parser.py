"""Reading sources in a process of its own, so that a broken file cannot take the index with it.

Parent and child speak JSON, one object a line: the parent sends {"path", "kind"}, the child answers with
{"document"} and {"dropped"} lines and closes with {"end"} or {"error"}. JSON, because nothing that a document can
contain may ever be unpickled. The child holds a memory limit (where the system has one), the parent a time limit.
"""

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from corpus.document import Document, Dropped, ReadingError, Section
from corpus.home import Home

log = logging.getLogger(__name__)

SILENCE_S = 120.0  # a reader that gives nothing for so long hangs
TELL_S = 1.0  # the child passes on what it has read at least this often
MEMORY = 4 << 30  # bytes of address space


class Parser:
    """Reads one source after another in a child process, which is started when first needed and again after a crash."""

    def __init__(self, home: Home, silence_s: float = SILENCE_S, memory: int = MEMORY):
        self._home = home
        self._silence_s = silence_s
        self._memory = memory
        self._child: subprocess.Popen | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def read(self, path: str, kind: str) -> Iterator[Document | Dropped]:
        """What the source holds. Raises ReadingError with one sentence; the parser can be used again after that."""
        child = self._started()
        finished = False
        try:
            child.stdin.write(json.dumps({"path": path, "kind": kind}) + "\n")
            child.stdin.flush()
            for message in self._messages():
                if "end" in message or "error" in message:
                    finished = True
                    if "error" in message:
                        raise ReadingError(message["error"])
                    return
                yield _decoded(message)
        except BrokenPipeError as error:
            raise ReadingError("The reader stopped before it began.") from error
        finally:
            if not finished:  # also when the caller stopped early: the rest of the answer must not reach the next one
                self.close()

    def close(self) -> None:
        """Ends the child process."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            with contextlib.suppress(queue.Empty):  # else the pump would wait for room for ever
                while True:
                    self._lines.get_nowait()
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
            self._child = None

    def _messages(self) -> Iterator[dict]:
        while True:
            try:
                line = self._lines.get(timeout=self._silence_s)
            except queue.Empty:
                raise ReadingError(
                    f"Reading it gave nothing for {self._silence_s:.0f} seconds and was stopped."
                ) from None
            if line is None:
                raise ReadingError("Reading it crashed or took more memory than a file may.")
            yield json.loads(line)

    def _started(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._lines = queue.Queue(maxsize=2000)
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "index.ingestion.parser",
                    "--home",
                    str(self._home.path),
                    "--memory",
                    str(self._memory),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                text=True,
                encoding="utf-8",
            )
            threading.Thread(target=_pump, args=(self._child.stdout, self._lines), daemon=True).start()
        return self._child


def _pump(stream, lines: queue.Queue) -> None:
    with contextlib.suppress(ValueError, OSError):  # the pipe is closed under us when the parser closes
        for line in stream:
            lines.put(line)
    lines.put(None)


def _decoded(message: dict) -> Document | Dropped:
    if "dropped" in message:
        return Dropped(**message["dropped"])
    fields = message["document"]
    return Document(**{**fields, "sections": tuple(Section(**section) for section in fields["sections"])})


def _encoded(item: Document | Dropped) -> dict:
    if isinstance(item, Dropped):
        return {"dropped": asdict(item)}
    fields = ("title", "path", "external_id", "language")
    return {
        "document": {
            **{name: getattr(item, name) for name in fields},
            "metadata": dict(item.metadata),
            "sections": [asdict(section) for section in item.sections],
        }
    }


# --- the child ------------------------------------------------------------------------------------------------


def _items(request: dict, home: Home) -> Iterator[Document | Dropped]:
    if request["kind"] == "dataset":
        from corpus import datasets

        return _data_set_items(datasets.get(request["path"]), home)
    from corpus import readers

    return readers.read(Path(request["path"]))


def _data_set_items(data_set, home: Home) -> Iterator[Document | Dropped]:
    folder = home.datasets / data_set.folder
    if not data_set.find(folder):
        raise ReadingError(f"It is not here yet; fetch it with: python -m scripts.fetch {data_set.name}")
    return data_set.documents(folder)


def _limit_memory(limit: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit, macOS does not hold it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def serve(home: Home, requests, answers) -> None:
    """Answers requests until the parent closes the pipe."""
    told = time.monotonic()

    def send(message: dict) -> None:
        nonlocal told
        answers.write(json.dumps(message) + "\n")
        if time.monotonic() - told > TELL_S:
            answers.flush()  # a slow file must not look silent: a scan of many pages, a large workbook
            told = time.monotonic()

    for line in requests:
        try:
            for item in _items(json.loads(line), home):
                send(_encoded(item))
            send({"end": True})
        except ReadingError as error:
            send({"error": str(error)})
        except MemoryError:
            send({"error": "Reading it took more memory than a file may."})
        except FileNotFoundError:
            send({"error": "It is no longer there."})
        except PermissionError:
            send({"error": "It may not be read (no permission)."})
        except Exception as error:  # a parser may raise anything on a broken file; the reason goes to the user
            log.exception("reading %s", line.strip())
            send({"error": f"It is damaged or not what its name says ({type(error).__name__})."})
        answers.flush()


def main(argv: list[str] | None = None) -> int:
    """The child's entry: requests on standard input, answers on standard output."""
    import argparse

    parser = argparse.ArgumentParser(description="Reads documents for the indexing process (internal).")
    parser.add_argument("--home", required=True)
    parser.add_argument("--memory", type=int, default=MEMORY)
    options = parser.parse_args(argv)
    _limit_memory(options.memory)
    home = Home.find(options.home)
    sys.stdin.reconfigure(encoding="utf-8")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not break the protocol
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(home, sys.stdin, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
