"""Parts of the deliverables that commands make: what each is made from, and whether that has changed since.

Beside what it makes, a folder of `livrables/` holds `construit.json`: for each part the hash of all its sources and of
each of its files, as they were when it was last built. So whether a committed file is up to date can be told on any
machine, without the tools that made it and without the real data.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourcierError

ROOT = Path(__file__).resolve().parents[3]
LIVRABLES = ROOT / "livrables"
RECORD = "construit.json"


@dataclass(frozen=True)
class Part:
    """Some files of one folder of `livrables/`, made together.

    `sources` are paths or patterns below the repository's root, `outputs` file names below `folder`. A notebook may be
    both: its cells are source, what they print is output. `build(folder)` writes the outputs there; it raises
    SourcierError, with what to install, where a tool is missing.
    """

    name: str
    folder: str
    sources: tuple[str, ...]
    outputs: tuple[str, ...]
    build: Callable[[Path], None]
    needs: str = ""  # for people: data or tools beyond the program's own packages

    @property
    def place(self) -> Path:
        """Where its files are kept."""
        return LIVRABLES / self.folder


def stale(part: Part) -> str:
    """Why the files of a part are not up to date, in one sentence; "" when they are."""
    recorded = _records(part.place).get(part.name)
    if recorded is None:
        return f"{part.name} was never built."
    missing = [name for name in part.outputs if not (part.place / name).is_file()]
    if missing:
        return f"{part.name}: {missing[0]} is missing."
    if recorded["sources"] != sources_digest(part):
        return f"{part.name} was built from other sources."
    now = _outputs(part)
    changed = [name for name in {**now, **recorded["outputs"]} if now.get(name) != recorded["outputs"].get(name)]
    return f"{part.name}: {changed[0]} was changed after it was built." if changed else ""


def make(part: Part) -> None:
    """Builds a part in its place and records what it was made from. Raises SourcierError."""
    part.place.mkdir(parents=True, exist_ok=True)
    part.build(part.place)
    missing = [name for name in part.outputs if not (part.place / name).is_file()]
    if missing:
        raise SourcierError("livrables.not_built", part=part.name, file=missing[0])
    records = _records(part.place)
    records[part.name] = {"sources": sources_digest(part), "outputs": _outputs(part)}
    text = json.dumps(dict(sorted(records.items())), indent=2, ensure_ascii=False)
    (part.place / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")


def sources_digest(part: Part) -> str:
    """SHA-256 over names and contents of all sources. Raises SourcierError for a pattern that fits no file."""
    digest = hashlib.sha256()
    for path in sorted(_found(part)):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{_source(path)}\0".encode())
    return digest.hexdigest()


def _found(part: Part) -> Iterator[Path]:
    for pattern in part.sources:
        paths = [path for path in ROOT.glob(pattern) if path.is_file()]
        if not paths:
            raise SourcierError("livrables.no_source", part=part.name, pattern=pattern)
        yield from paths


def _source(path: Path) -> str:
    """The hash of a source: of a notebook, only of its cells, whatever they printed."""
    if path.suffix != ".ipynb":
        return file_digest(path)
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _outputs(part: Part) -> dict[str, str]:
    return {name: file_digest(part.place / name) for name in part.outputs}


def file_digest(path: Path) -> str:
    """SHA-256 of a file; a text's is the same whichever line ends git wrote here."""
    content = path.read_bytes()
    if b"\0" not in content:
        content = content.replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()


def _records(folder: Path) -> dict[str, dict]:
    try:
        return json.loads((folder / RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SourcierError("livrables.bad_record", path=f"{folder.name}/{RECORD}") from error
