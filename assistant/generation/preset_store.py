"""The folder of generators on disk: what was fetched or brought, whether it is whole, installing and deleting it.

    models/gpt2_base_en/        a preset as KerasHub lays it out, and origin.json: where it is from, with checksums
    models/.partial/NAME/       what has arrived of one that is being fetched; kept when that is cut off
    models/checksums.json       SHA-256 of each file at its first download, by hub, name and version

Only the files of a preset are ever taken, under their own names, and nothing in them is deserialised here: no path in
an archive decides where something is written.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from filelock import FileLock, Timeout

from assistant.generation.presets import (
    CARD,
    CONFIG,
    HUB_PRESETS,
    MERGES,
    STARTER,
    VOCABULARY,
    WEIGHTS,
    ModelError,
    complete,
    downloaded,
    validate,
)
from corpus.files import BLOCK, hashed, replacing

State = Literal["none", "partial", "here", "damaged"]
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where known

HUGGINGFACE, KAGGLE = "huggingface", "kaggle"
TITLES = {HUGGINGFACE: "Hugging Face", KAGGLE: "Kaggle"}  # of the hubs, as people know them
PARTIAL, PINS, ORIGIN = ".partial", "checksums.json", "origin.json"
BROUGHT, SHARED = "import", "shared"  # origins beside the names of the hubs
SMALL, TABLE, LARGE = 1 << 20, 16 << 20, 8 << 30  # bytes: of a config, a vocabulary, the weights
LIMITS: Mapping[str, int] = {
    **dict.fromkeys((CONFIG, "tokenizer.json", "preprocessor.json", "task.json", "metadata.json", WEIGHTS[1]), SMALL),
    **dict.fromkeys((CARD, "LICENSE"), SMALL),
    **dict.fromkeys((VOCABULARY.as_posix(), MERGES.as_posix()), TABLE),
    WEIGHTS[0]: LARGE,
}
SHARD = re.compile(r"model_\d{5}\.weights\.h5")
HDF5 = b"\x89HDF\r\n\x1a\n"  # how a file of weights begins
OWN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
MEMBERS = 5000  # files looked at in an archive or a folder
DEEPEST = 4  # folders above a preset's config.json
ROOM = 200 << 20  # bytes that stay free


@dataclass(frozen=True)
class Standing:
    """How a hub preset stands on this machine.

    `bytes` is what lies on the disk. `origin` is a hub's name, "import", "shared" (in KerasNLP's own cache, which
    other programs use as well), or "" where it is not known.
    """

    name: str
    state: State
    path: Path | None = None
    bytes: int = 0
    origin: str = ""


def limit_of(path: str) -> int:
    """The most bytes that a preset's file may have; 0 for a file that no preset has."""
    return LARGE if SHARD.fullmatch(path) else LIMITS.get(path, 0)


# --- looking --------------------------------------------------------------------------------------------------------


def standing(name: str, models: Path) -> Standing:
    """Whether a hub preset is here, by the names and sizes of its files; `check` reads them. Asks no network."""
    own, partial = models / name, models / PARTIAL / name
    if own.is_dir():
        record = read_json(own / ORIGIN)
        state: State = "damaged" if record.get("damaged") or _lacking(own, record) else "here"
        return Standing(name, state, own, size(own), str(record.get("hub", "")))
    if cached := downloaded(name):
        return Standing(name, "here", cached, size(cached), SHARED)
    arrived = sum(size(folder) for folder in partial.glob("*") if folder.name != BROUGHT)
    return Standing(name, "partial", partial, arrived) if arrived else Standing(name, "none")


def size(folder: Path) -> int:
    """Bytes of all files in a folder; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def _lacking(folder: Path, record: Mapping[str, object]) -> list[str]:
    """The recorded files that are missing or have another size. Without a record: whether it can be a preset at all."""
    files = record.get("files")
    if not isinstance(files, dict):
        return [] if complete(folder) else [CONFIG]
    return [file for file, known in files.items() if _bytes_of(folder / file) != known.get("bytes")]


def _bytes_of(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def check(name: str, models: Path, progress: Progress = lambda done, total: None) -> list[str]:
    """Reads an installed preset through; the files that differ from what was installed are recorded and given back.

    Raises ModelError when it is not in the folder of generators or another program works on it.
    """
    folder = models / name
    with alone(name, models):
        if not folder.is_dir():
            raise ModelError("model.not_downloaded", name=name)
        record = read_json(folder / ORIGIN)
        known = record.get("files")
        found = digests(folder, progress)
        files: dict = known if isinstance(known, dict) else found
        damaged = [file for file, facts in files.items() if found.get(file) != facts]
        _write(folder / ORIGIN, {**record, "files": files, "damaged": damaged})
    return damaged


def digests(folder: Path, progress: Progress = lambda done, total: None) -> dict[str, dict[str, object]]:
    """Size and SHA-256 of each of a preset's files in `folder`, by its path."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    paths = {file: path for file, path in paths.items() if limit_of(file)}
    sizes = {file: path.stat().st_size for file, path in paths.items()}
    total, done, found = sum(sizes.values()), 0, {}
    for file, path in paths.items():

        def told(length: int, before: int = done) -> None:
            progress(before + length, total)

        found[file] = {"bytes": sizes[file], "sha256": hashed(path, hashlib.sha256(), told).hexdigest()}
        done += sizes[file]
    return found


# --- changing -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(name: str, models: Path) -> Iterator[None]:
    """Keeps other programs from fetching, checking or deleting the same preset. Raises ModelError when one does."""
    (models / PARTIAL).mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(models / PARTIAL / f"{name}.lock"), is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ModelError("generators.busy", name=name) from error
    try:
        yield
    finally:
        lock.release()


def install(folder: Path, name: str, models: Path, hub: str, revision: str) -> Path:
    """Moves a whole preset from `folder` into its place and records what it is. The caller holds `alone`.

    A file that differs from the one that the same hub gave for the same version before is deleted. Raises ModelError
    for that, and when it is no GPT-2 preset.
    """
    validate(folder)
    for weights in folder.glob("*.h5"):
        with weights.open("rb") as opened:
            if opened.read(len(HDF5)) != HDF5:
                raise ModelError("model.weights_unfit", folder=folder)
    files = digests(folder)
    if hub != BROUGHT:
        sums = {file: str(facts["sha256"]) for file, facts in files.items()}
        _pinned(folder, models, f"{hub}/{name}/{revision}", sums)
    _write(folder / ORIGIN, {"name": name, "hub": hub, "revision": revision, "files": files, "damaged": []})
    place = models / name
    if place.exists():
        shutil.rmtree(place)
    os.replace(folder, place)
    shutil.rmtree(models / PARTIAL / name, ignore_errors=True)
    return place


def _pinned(folder: Path, models: Path, key: str, sums: Mapping[str, str]) -> None:
    """Compares with the first download of the same version, or keeps these sums as that."""
    pins = read_json(models / PINS)
    known = pins.get(key)
    earlier = known if isinstance(known, dict) else {}
    for file, digest in sums.items():
        if earlier.get(file, digest) != digest:
            (folder / file).unlink()
            hub, name, _ = key.split("/")
            raise ModelError("generators.changed", file=file, name=name, hub=TITLES[hub])
    _write(models / PINS, {**pins, key: {**sums, **earlier}})


def delete(name: str, models: Path) -> None:
    """Deletes a preset that was fetched or brought, and what has arrived of one. Raises ModelError, OSError.

    One in KerasNLP's own cache stays: other programs use it.
    """
    with alone(name, models):
        if not (models / name).is_dir() and downloaded(name):
            raise ModelError("generators.shared", name=name, folder=str(downloaded(name)))
        for folder in (models / name, models / PARTIAL / name):
            if folder.is_dir():
                shutil.rmtree(folder)


def need_room(models: Path, needed: int) -> None:
    """Raises ModelError when the disk has no room for so many bytes more."""
    free = shutil.disk_usage(models).free
    if needed + ROOM > free:
        raise ModelError("generators.no_space", needed=_megabytes(needed), free=_megabytes(free))


def _megabytes(count: int) -> int:
    return round(count / 1e6)


# --- bringing one -----------------------------------------------------------------------------------------------


def bring(
    source: Path, models: Path, name: str = "", progress: Progress = lambda done, total: None, label: str = ""
) -> Path:
    """Installs the preset in a folder or ZIP archive that somebody brought.

    `name` is what it will be called; by default what the folder or archive is (`label` in place of the archive's own
    file name). Raises ModelError, OSError.
    """
    with _opened(source) as (files, opened):
        root = _root(files, source)
        inside = {path.removeprefix(root): at for path, at in files.items() if path.startswith(root)}
        wanted = {path: at for path, at in inside.items() if limit_of(path)}
        name = name or _own_name(Path(label or source.name), root, source.is_dir())
        if name == STARTER or not (name in HUB_PRESETS or OWN_NAME.fullmatch(name)):
            raise ModelError("generators.name", name=name)
        with alone(name, models):
            if (models / name).is_dir() and standing(name, models).state != "damaged":
                raise ModelError("generators.name_taken", name=name)
            folder = _copied(wanted, lambda path: opened(root + path), models, name, progress)
            return install(folder, name, models, BROUGHT, "")


def _copied(
    wanted: Mapping[str, int], read: Callable[[str], IO[bytes]], models: Path, name: str, progress: Progress
) -> Path:
    """The files `wanted` (paths with their sizes) in a folder of their own; `read` opens one of them."""
    total, done = sum(wanted.values()), 0
    for path, length in wanted.items():
        if length > limit_of(path):
            raise ModelError("generators.too_large", file=path, most=_megabytes(limit_of(path)))
    need_room(models, total)
    folder = models / PARTIAL / name / BROUGHT
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for path in wanted:
            target, length = folder / path, 0
            target.parent.mkdir(parents=True, exist_ok=True)
            with read(path) as incoming, target.open("wb") as outgoing:
                while block := incoming.read(BLOCK):
                    length += len(block)
                    if length > limit_of(path):  # an archive may announce less than it holds
                        raise ModelError("generators.too_large", file=path, most=_megabytes(limit_of(path)))
                    outgoing.write(block)
                    progress(done + length, total)
            done += length
    except (ModelError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[dict[str, int], Callable[[str], IO[bytes]]]]:
    """The files of a folder or archive, paths with sizes, and how one of them is opened."""
    if source.is_dir():
        paths = {path.relative_to(source).as_posix(): path for path in _walked(source)}
        yield {file: path.stat().st_size for file, path in paths.items()}, lambda file: paths[file].open("rb")
        return
    if not source.is_file():
        raise ModelError("generators.not_there", path=str(source))
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive)
            yield {file: one.file_size for file, one in members.items()}, lambda file: archive.open(members[file])
    # What zipfile raises on broken archives, unknown compression and passwords.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError("generators.zip_damaged", file=source.name) from error


def _walked(folder: Path) -> list[Path]:
    found: list[Path] = []
    for at, folders, names in os.walk(folder):
        deep = len(Path(at).relative_to(folder).parts)
        if deep >= DEEPEST + 2:  # assets/tokenizer lie below a preset
            folders.clear()
        found += [Path(at) / name for name in names if (Path(at) / name).is_file()]
        if len(found) > MEMBERS:
            raise ModelError("generators.too_many", name=folder.name, most=MEMBERS)
    return found


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their paths. Raises ModelError for one that leads out of the archive."""
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise ModelError("generators.too_many", name=Path(str(archive.filename)).name, most=MEMBERS)
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.orig_filename or ":" in member.filename:
            raise ModelError("generators.zip_path", path=member.filename[:80])
    links = {member.filename for member in members if stat.S_ISLNK(member.external_attr >> 16)}
    return {m.filename: m for m in members if not m.is_dir() and m.filename not in links}


def _root(files: Mapping[str, int], source: Path) -> str:
    """The path of the one preset among the files, "" or with a slash at its end."""
    tokenizer = VOCABULARY.as_posix()
    roots = [path.removesuffix(CONFIG) for path in files if path == CONFIG or path.endswith(f"/{CONFIG}")]
    roots = [root for root in roots if root + tokenizer in files and root.count("/") <= DEEPEST]
    if len(roots) != 1:
        raise ModelError("generators.several" if roots else "generators.no_preset", path=source.name)
    return roots[0]


def _own_name(source: Path, root: str, is_folder: bool) -> str:
    """What a preset is called by the innermost folder that holds it, else by the archive."""
    return PurePosixPath(root).name or (source.name if is_folder else source.stem)


# --- small files of JSON ----------------------------------------------------------------------------------------


def read_json(path: Path) -> dict[str, object]:
    """The object in a file of JSON, empty where there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, value: Mapping[str, object]) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1), "utf-8")
