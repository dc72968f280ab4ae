import io
import json

from corpus.document import Dropped
from corpus.errors import Reason
from corpus.home import Home
from index.ingestion import parser as parse


class Pipe(io.StringIO):
    """Remembers how much had been passed on at each flush."""

    def __init__(self):
        super().__init__()
        self.flushed = []

    def flush(self):
        self.flushed.append(self.getvalue().count("\n"))


def test_slow_file_passes_on_what_it_has_read_before_it_ends(monkeypatch, tmp_path):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(parse.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(
        parse, "_items", lambda request, home: (Dropped(f"page {n}", Reason("blank", {"n": n})) for n in range(3))
    )
    pipe = Pipe()
    parse.serve(Home(tmp_path), ['{"path": "scan.pdf", "kind": "file"}\n'], pipe)
    assert pipe.flushed[:3] == [1, 2, 3]
    *dropped, end = map(json.loads, pipe.getvalue().splitlines())
    assert end == {"end": True}
    assert parse._decoded(dropped[2]) == Dropped("page 2", Reason("blank", {"n": 2}))
