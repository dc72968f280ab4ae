"""OpenAI's GPT-2 from the hubs that publish it for KerasNLP: the Hugging Face Hub, else Kaggle's.

The wire is left to each hub's own library, which runs in the process that asked. What is done here, and why:

- huggingface_hub's `snapshot_download` and `hf_hub_download` delete a partial file when they are interrupted, so a cut
  at 400 of 500 MB would begin anew. Its `http_get` resumes and retries, and is given the partial file instead. Sizes
  and checksums are those of the repository's listing.
- kagglehub resumes by itself and compares the MD5 that Kaggle sends, one file at a time, into the cache that
  KAGGLEHUB_CACHE names. It tells how far it is to a terminal only, and waits for ever on a silent server; so it runs in
  a thread, and the growing files are watched from here.

Cancelling is ending the process (`assistant.services.downloads`): what has arrived stays and is gone on from.
"""

import contextlib
import errno
import hashlib
import io
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assistant.generation import preset_store as store
from assistant.generation.preset_store import HUGGINGFACE, KAGGLE, ORIGIN, PARTIAL, TITLES, Progress
from assistant.generation.presets import CONFIG, HUB_PRESETS, HUB_VARIABLE, HUB_VERSION, ModelError, downloaded
from corpus.errors import Reason
from corpus.files import hashed
from corpus.home import Home

log = logging.getLogger(__name__)

T = TypeVar("T")
OWNER = "keras"
ANSWER_S = 20.0  # a hub that has not listed its files by then does not answer
SILENT_S = 60.0  # without a byte: cut off
WATCH_S = 0.2


@dataclass(frozen=True)
class _File:
    """A file to fetch. `sum` is what the publisher says of it, with its kind ("sha256", "git"), "" where nothing."""

    path: str
    bytes: int
    kind: str = ""
    sum: str = ""


def download(name: str, models: str | os.PathLike | None = None) -> Path:
    """The folder of a hub preset, which is fetched into `models` (usually the data folder's) unless it is there.

    For notebooks: calling it is asking for the download. Raises ModelError when that fails.
    """
    models = Path(models) if models else Home.find().models
    return (downloaded(name, models) if name in HUB_PRESETS else None) or fetch(name, models)


def fetch(name: str, models: Path, progress: Progress = lambda done, total: None) -> Path:
    """Downloads a hub preset into the folder `models`, going on with what has arrived before; gives its folder.

    One that is there is read through, and only what is damaged is fetched again. Raises ModelError.
    """
    if name not in HUB_PRESETS:
        raise ModelError("generators.unknown", name=name, known=", ".join(HUB_PRESETS))
    try:
        if (models / name).is_dir() and not store.check(name, models, progress):
            return models / name
        with store.alone(name, models):
            partial = models / PARTIAL / name
            _reopened(models / name, partial)
            return _from_any(name, models, partial, progress)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelError("generators.disk_full", name=name) from error
        raise ModelError("generators.disk", name=name, reason=error.strerror or str(error)) from error


def _reopened(place: Path, partial: Path) -> None:
    """Takes a damaged preset apart: what is whole need not be fetched again."""
    if not place.is_dir():
        return
    record = store.read_json(place / ORIGIN)
    damaged, hub = record.get("damaged"), str(record.get("hub", ""))
    for file in damaged if isinstance(damaged, list) else []:
        (place / str(file)).unlink(missing_ok=True)
    target = {HUGGINGFACE: partial / HUGGINGFACE, KAGGLE: _kaggle_folder(partial, place.name)}.get(hub)
    if target is None or target.exists():
        shutil.rmtree(place)
        return
    (place / ORIGIN).unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(place, target)


def _from_any(name: str, models: Path, partial: Path, progress: Progress) -> Path:
    """Asks the hub that has begun, then the other. One that was cut off is named; the other begins nothing anew."""
    hubs = {HUGGINGFACE: _huggingface, KAGGLE: _kaggle}
    problems: list[Reason] = []
    for hub in sorted(hubs, key=lambda hub: -store.size(partial / hub)):
        before = store.size(partial / hub)
        try:
            folder, revision = hubs[hub](name, models, partial / hub, progress)
        except ModelError:
            raise
        # Both libraries let through what their HTTP libraries raise, which change with their versions.
        except Exception as error:
            log.info("%s: %s", hub, error)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            done = store.size(partial / hub)
            if done > before:
                raise ModelError("generators.cut", name=name, hub=TITLES[hub], done=round(done / 1e6)) from error
            problems.append(_problem(hub, error))
        else:
            return store.install(folder, name, models, hub, revision)
    if all(problem.code == "generators.unreachable" for problem in problems):
        raise ModelError("generators.offline", name=name)
    raise ModelError("generators.nowhere", name=name, first=problems[0], second=problems[1])


def _problem(hub: str, error: Exception) -> Reason:
    """Why a hub gave nothing: it answered with a refusal, or there was no way to it."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return Reason("generators.refused", {"hub": TITLES[hub], "status": status})
    return Reason("generators.unreachable", {"hub": TITLES[hub]})


def _wanted(name: str, files: Sequence[_File], models: Path, arrived: int) -> list[_File]:
    """Those of the listed files that a preset has, the small ones first. Raises ModelError when it cannot be one."""
    wanted = [file for file in files if store.limit_of(file.path)]
    if CONFIG not in {file.path for file in wanted}:
        raise ModelError("generators.no_preset", path=name)
    for file in wanted:
        if file.bytes > store.limit_of(file.path):
            raise ModelError("generators.too_large", file=file.path, most=round(store.limit_of(file.path) / 1e6))
    store.need_room(models, sum(file.bytes for file in wanted) - arrived)
    return sorted(wanted, key=lambda file: file.bytes)


# --- the Hugging Face Hub -------------------------------------------------------------------------------------------


def _huggingface(name: str, models: Path, partial: Path, progress: Progress) -> tuple[Path, str]:
    from huggingface_hub import HfApi, hf_hub_url
    from huggingface_hub.utils import build_hf_headers, disable_progress_bars

    disable_progress_bars()
    repo = f"{OWNER}/{name}"
    # `token=False`: the presets are public, and nobody's token has to travel for them.
    listed = HfApi(library_name="sourcier", token=False).model_info(repo, files_metadata=True, timeout=ANSWER_S)
    revision = str(listed.sha)
    files = _wanted(name, [_described(file) for file in listed.siblings or []], models, store.size(partial))
    done, total = 0, sum(file.bytes for file in files)
    for file in files:
        start = done

        def told(length: int, start: int = start) -> None:
            progress(start + length, total)

        url = hf_hub_url(repo, file.path, revision=revision)
        _one(url, build_hf_headers(token=False, library_name="sourcier"), file, partial / file.path, told, name)
        done += file.bytes
    return partial, revision


def _described(sibling) -> _File:
    """A listed file with its checksum: of its content where the Hub stores it apart, else git's."""
    if sibling.lfs is not None:
        return _File(sibling.rfilename, sibling.lfs.size, "sha256", sibling.lfs.sha256)
    return _File(sibling.rfilename, sibling.size or 0, "git", sibling.blob_id or "")


def _one(url: str, headers: dict[str, str], file: _File, path: Path, told: Callable[[int], None], name: str) -> None:
    """One file, whole and right. What was left of another version does not match, and is fetched anew once."""
    from huggingface_hub.file_download import http_get

    path.parent.mkdir(parents=True, exist_ok=True)
    for last in (False, True):
        begun = path.stat().st_size if path.is_file() else 0
        if begun > file.bytes:
            path.unlink()
            begun = 0
        if begun < file.bytes or not path.is_file():
            with _Told(path, told) as opened:
                http_get(url, opened, resume_size=begun, headers=headers, expected_size=file.bytes)
        if not file.sum or _sum(path, file.kind) == file.sum:
            told(file.bytes)
            return
        path.unlink()
        if last or not begun:
            raise ModelError("generators.checksum", file=file.path, name=name, hub=TITLES[HUGGINGFACE])


class _Told(io.FileIO):
    """A file that is written on from its end and tells its length after each block."""

    def __init__(self, path: Path, told: Callable[[int], None]):
        super().__init__(path, "ab")
        self._told = told

    def write(self, data) -> int:
        """Writes all of `data`, which a raw file does not promise."""
        view, written = memoryview(data), 0
        while written < len(view):
            written += super().write(view[written:]) or 0
        self._told(self.tell())
        return written


def _sum(path: Path, kind: str) -> str:
    digest = hashlib.sha256() if kind == "sha256" else hashlib.sha1(usedforsecurity=False)
    if kind == "git":
        digest.update(f"blob {path.stat().st_size}\0".encode())
    return hashed(path, digest).hexdigest()


# --- Kaggle ---------------------------------------------------------------------------------------------------------


def _kaggle(name: str, models: Path, partial: Path, progress: Progress) -> tuple[Path, str]:
    folder = _kaggle_folder(partial.parent, name)
    with _quiet_cache(partial):
        import kagglehub

        files = _wanted(name, _in_thread(lambda: _kaggle_listed(name), ANSWER_S), models, store.size(folder))
        total = sum(file.bytes for file in files)
        for file in files:
            handle = f"{OWNER}/gpt2/keras/{name}/{HUB_VERSION}"

            def one(handle: str = handle, path: str = file.path) -> Path:
                return Path(kagglehub.model_download(handle, path))

            got = _in_thread(one, SILENT_S, lambda: progress(min(store.size(folder), total), total), folder)
            if got != folder / file.path:  # on Kaggle's and Colab's own machines, where it is part of the file system
                (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(got, folder / file.path)
    progress(total, total)
    return folder, str(HUB_VERSION)


def _kaggle_folder(partial: Path, name: str) -> Path:
    """Where kagglehub puts the files of a preset when its cache is `partial`/kaggle."""
    return partial / KAGGLE / "models" / OWNER / "gpt2" / "keras" / name / str(HUB_VERSION)


def _kaggle_listed(name: str) -> list[_File]:
    """Kaggle's list of the files. kagglehub asks for the same one, but keeps the sizes to itself."""
    from kagglehub.clients import build_kaggle_client
    from kagglesdk.models.types.model_api_service import ApiListModelInstanceVersionFilesRequest
    from kagglesdk.models.types.model_enums import ModelFramework

    request = ApiListModelInstanceVersionFilesRequest()
    request.owner_slug, request.model_slug, request.instance_slug = OWNER, "gpt2", name
    request.framework, request.version_number = ModelFramework.MODEL_FRAMEWORK_KERAS, HUB_VERSION
    request.page_size = 100
    with build_kaggle_client() as client:
        found = client.models.model_api_client.list_model_instance_version_files(request)
    return [_File(file.name, file.size) for file in found.files]


@contextlib.contextmanager
def _quiet_cache(folder: Path) -> Iterator[None]:
    """kagglehub with its cache in `folder`, and silent: standard output belongs to the command."""
    kept = {name: os.environ.get(name) for name in (HUB_VARIABLE, "KAGGLEHUB_VERBOSITY", "TQDM_DISABLE")}
    os.environ.update({HUB_VARIABLE: str(folder), "KAGGLEHUB_VERBOSITY": "error", "TQDM_DISABLE": "1"})
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _in_thread(
    work: Callable[[], T], patience: float, watch: Callable[[], None] = lambda: None, folder: Path | None = None
) -> T:
    """What `work` gives. Raises what it raises; TimeoutError after `patience` seconds without a byte in `folder`."""
    result: list[T] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=run, name="kagglehub", daemon=True)
    thread.start()
    length, since = -1, time.monotonic()
    while thread.is_alive():
        thread.join(WATCH_S)
        watch()
        if folder is not None and (now := store.size(folder)) != length:
            length, since = now, time.monotonic()
        if time.monotonic() - since > patience:
            raise TimeoutError(f"nothing came for {patience:.0f} s")
    if failure:
        raise failure[0]
    return result[0]
