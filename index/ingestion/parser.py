"""Reads sources in a child process, so that a broken file cannot stop the indexing.

Parent and child exchange JSON, one object a line, because nothing from a document may ever be unpickled. The parent
sends {"path", "kind"}; the child answers with {"document"} and {"dropped"} lines and closes with {"end"}, {"error"} or,
on a full disk, {"full"}. The child has a memory limit (where the system knows one), the parent a time limit.
"""

import contextlib
import errno
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from corpus.document import Document, Dropped, ReadingError, Section
from corpus.errors import Reason
from corpus.home import Home
from index.storage.database import StorageError

if TYPE_CHECKING:
    from corpus.datasets.dataset import DataSet

log = logging.getLogger(__name__)

SILENCE_S = 120.0  # without any output, after which a reader counts as hanging
TELL_S = 1.0  # the child passes on what it has read at least this often
MEMORY = 4 << 30  # bytes of address space
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no quota of this kind


class Parser:
    """Reads one source after another in a child process, started when first needed and again after a crash."""

    def __init__(self, home: Home, silence_s: float = SILENCE_S, memory: int = MEMORY):
        self._home = home
        self._silence_s = silence_s
        self._memory = memory
        self._child: subprocess.Popen | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def read(self, path: str, kind: str) -> Generator[Document | Dropped, None, None]:
        """What the source holds. Raises ReadingError, or StorageError when the reader has no room for its own files.

        The parser can be used again after either.
        """
        requests = self._started()
        finished = False
        try:
            requests.write(json.dumps({"path": path, "kind": kind}) + "\n")
            requests.flush()
            for message in self._messages():
                if message.keys() & {"end", "error", "full"}:
                    finished = True
                    if "full" in message:
                        raise StorageError("storage.full", path=message["full"])
                    if "error" in message:
                        reason = _reason(message["error"])
                        raise ReadingError(reason.code, **reason.values)
                    return
                yield _decoded(message)
        except BrokenPipeError as error:
            raise ReadingError("source.reader_stopped") from error
        finally:
            if not finished:  # also when the caller stops early: the next reading must not get the rest of this answer
                self.close()

    def close(self) -> None:
        """Ends the child process."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            with contextlib.suppress(queue.Empty):  # otherwise the pump would wait for room for ever
                while True:
                    self._lines.get_nowait()
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            self._child = None

    def _messages(self) -> Iterator[dict]:
        while True:
            try:
                line = self._lines.get(timeout=self._silence_s)
            except queue.Empty:
                raise ReadingError("source.reader_silent", seconds=round(self._silence_s)) from None
            if line is None:
                raise ReadingError("source.reader_crashed")
            yield json.loads(line)

    def _started(self) -> IO[str]:
        """Where the child, started if need be, reads its requests."""
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
        assert self._child.stdin is not None  # it is a pipe
        return self._child.stdin


def _pump(stream: IO[str], lines: queue.Queue) -> None:
    with contextlib.suppress(ValueError, OSError):  # `Parser.close` closes the pipe while this reads
        for line in stream:
            lines.put(line)
    lines.put(None)


def _decoded(message: dict) -> Document | Dropped:
    if "dropped" in message:
        return Dropped(message["dropped"]["place"], _reason(message["dropped"]["reason"]))
    fields = message["document"]
    return Document(**{**fields, "sections": tuple(Section(**section) for section in fields["sections"])})


def _reason(text: str) -> Reason:
    return Reason.loads(text) or Reason(text)


def _encoded(item: Document | Dropped) -> dict:
    if isinstance(item, Dropped):
        return {"dropped": {"place": item.place, "reason": item.reason.dumps()}}
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


def _data_set_items(data_set: "DataSet", home: Home) -> Iterator[Document | Dropped]:
    folder = home.datasets / data_set.folder
    if not data_set.find(folder):
        raise ReadingError("source.not_fetched", name=data_set.name)
    return data_set.documents(folder)


def _limit_memory(limit: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit, macOS does not enforce it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def serve(home: Home, requests: Iterable[str], answers: TextIO) -> None:
    """Answers requests until the parent closes the pipe."""
    told = time.monotonic()

    def send(message: dict) -> None:
        nonlocal told
        answers.write(json.dumps(message) + "\n")
        if time.monotonic() - told > TELL_S:
            answers.flush()  # a slow file (a scan of many pages, a large workbook) must not look silent
            told = time.monotonic()

    for line in requests:
        try:
            for item in _items(json.loads(line), home):
                send(_encoded(item))
            send({"end": True})
        except ReadingError as error:
            # A library that unpacks its model into a temporary file fails on a full disk: that is no fault of the file.
            full = isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL
            send({"full": tempfile.gettempdir()} if full else {"error": error.reason.dumps()})
        except MemoryError:
            send({"error": Reason("source.out_of_memory").dumps()})
        except FileNotFoundError:
            send({"error": Reason("source.gone").dumps()})
        except PermissionError:
            send({"error": Reason("source.no_permission").dumps()})
        except Exception as error:  # a parser may raise anything on a broken file
            log.exception("reading %s", line.strip())
            send({"error": Reason("source.damaged", {"kind": type(error).__name__}).dumps()})
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
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not break the protocol
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(home, requests, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
