"""The environment that a command runs in: the interpreter's own if it has the packages, else `.venv`, made if missing.

    any Python  --has the packages-->  used as it is
        else    --.venv is ready-->    the same command again, inside .venv
        else    -->                    install into .venv, then the same

`.venv/sourcier.json` says what is in there. It reads "installing" from before the first file changes until pip has
succeeded, so that what a kill leaves behind at any moment is known for what it is and made anew.
pip installs the versions that `requirements.lock` names, so that a new release of somebody else's package changes
nothing here. An environment that is used as it is only has to be within the ranges of pyproject.toml.
Standard library only: this runs on a bare Python.
"""

import contextlib
import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts._setup import install as _install
from scripts._setup import requirements as _requirements

ROOT = Path(__file__).resolve().parents[2]
LOCK_FILE = "requirements.lock"  # the exact versions, beside pyproject.toml
INSTALLING, READY = "installing", "ready"
CAME = "SOURCIER_CAME"  # for the run inside .venv: why it was started, so that it never goes round in circles

Requirements = dict[str, list[str]]


@dataclass(frozen=True)
class Environment:
    """The project's own virtual environment, in the folder `root`."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """The file that says what is in it."""
        return self.folder / "sourcier.json"

    @property
    def lock(self) -> Path:
        """The file that one installation at a time holds locked."""
        return self.folder / "sourcier.lock"

    def is_running(self) -> bool:
        """Whether this interpreter is the one in there."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def state(self) -> dict:
        """What the stamp says; empty when there is none or it cannot be read."""
        try:
            said = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) and isinstance(said.get("requirements"), dict) else {}

    def write(self, state: str, requirements: Requirements, python: str) -> None:
        """Replaces the stamp in one step. `python` is the version that the packages are for, such as `3.11`."""
        said = {"state": state, "root": str(self.root), "python": python, "requirements": requirements}
        written = self.stamp.with_suffix(".new")
        written.write_text(json.dumps(said, indent=1), encoding="utf-8")
        os.replace(written, self.stamp)

    def holds(self, wanted: Requirements) -> bool:
        """Whether it was completely installed, in this place, for these requirements. More extras do no harm."""
        said = self.state()
        return (
            said.get("state") == READY
            and said.get("root") == str(self.root)
            and all(said["requirements"].get(extra) == wanted[extra] for extra in wanted)
            and self.python.exists()  # a link to a Python that was removed meanwhile does not
            and (said.get("python") == _version() or not self.is_running())
        )

    def version(self) -> str:
        """The Python version of its interpreter, asked of itself; empty when it does not start or has no pip."""
        code = "import sys, pip; print('{}.{}'.format(*sys.version_info))"
        try:
            ran = subprocess.run([str(self.python), "-c", code], capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            return ""
        return ran.stdout.strip() if ran.returncode == 0 else ""

    def clear(self) -> None:
        """Empties the folder, except for the lock, which is held, and the stamp, which says that it is unfinished."""
        for entry in self.folder.iterdir():
            if entry in (self.lock, self.stamp):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def ensure(extras: tuple[str, ...] = (), *, install: bool = True) -> None:
    """Returns when this interpreter has the project's packages and those of `extras`.

    Otherwise it installs them into `.venv` if they are not there yet and runs the same command again inside it, without
    returning. Ends the program with status 1 and a sentence or two when that fails, or when it would have to install
    and `install` is false; with 130 when it is interrupted.
    """
    try:
        _enter(Environment(ROOT), extras, install)
    except _install.InstallError as error:
        sys.exit(f"\nSourcier cannot start yet. {error}")
    except OSError as error:
        sys.exit(f"\nSourcier cannot start yet. {_sentence(error)}")
    except ImportError:  # no pip in any form
        sys.exit(f"\nSourcier cannot start yet. {_install.NO_VENV}")
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)


def _enter(environment: Environment, extras: tuple[str, ...], install: bool) -> None:
    if not (environment.root / "pyproject.toml").exists():  # installed as a package: pip saw to the requirements
        return
    listed = _requirements.read(environment.root / "pyproject.toml")
    wanted = {extra: listed[extra] for extra in (_requirements.BASE, *extras)}
    came = os.environ.pop(CAME, "")
    if environment.is_running() and environment.state():
        if environment.holds(wanted):
            return
    elif not _lacking(wanted):
        return
    if came == "installed" or (came and not environment.is_running()):
        raise _install.InstallError(f"The environment in {environment.folder} does not work: delete that folder.")
    if not environment.is_running() and environment.holds(wanted):
        with contextlib.suppress(OSError):  # an interpreter that cannot be started: made anew below
            _run_again(environment, "ready")
    if not install:
        raise _install.InstallError("Its packages are not installed: python launch.py installs them.")
    _bring_up(environment, wanted, listed)
    _run_again(environment, "installed")


def _lacking(wanted: Requirements) -> list[str]:
    return _requirements.missing([each for group in wanted.values() for each in group])


def _bring_up(environment: Environment, wanted: Requirements, listed: Requirements) -> None:
    environment.folder.mkdir(exist_ok=True)
    with _locked(environment.lock) as descriptor:
        if environment.holds(wanted):  # another start installed it while this one waited
            return
        base = _base(environment)
        before = environment.state()
        if before.get("state") == READY:  # extras that were asked for earlier stay in
            wanted = wanted | {extra: listed[extra] for extra in before["requirements"] if extra in listed}
        _say_why(environment, before, wanted)
        python = _usable(environment, before)
        if not python:
            _check_ours(environment)
            environment.write(INSTALLING, wanted, _version())
            environment.clear()
            _install.check_space(environment.root)
        with open(environment.folder / "install.log", "a", encoding="utf-8") as log:
            log.write(f"\n{time.strftime('%Y-%m-%d %H:%M:%S')}, Python {sys.version.split()[0]}\n")
            target = _install.Target(environment.folder, environment.python, log, (descriptor,))
            if not python:
                _install.make(target, base)
            _fill(environment, target, wanted, python or _version())


def _base(environment: Environment) -> str:
    """The interpreter that `.venv` is made with; its own is a link to it and goes when the folder is emptied."""
    if not environment.is_running():
        return sys.executable
    base = getattr(sys, "_base_executable", sys.executable)
    return base if os.name == "nt" else os.path.realpath(base)  # Python 3.10 names the link itself as the base


def _say_why(environment: Environment, before: dict, wanted: Requirements) -> None:
    if before.get("state") == INSTALLING:
        print("The installation in .venv was not finished: starting it anew.")
    elif before.get("state") == READY:
        print("The environment in .venv lacks something that this command needs: bringing it up to date.")
    else:
        lacking = _lacking(wanted)
        others = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        print(f"This Python lacks {_requirements.name(lacking[0])}{others}.")
        print(f"Installing them into {environment.folder}; this happens once and takes a few minutes.")
    sys.stdout.flush()


def _usable(environment: Environment, before: dict) -> str:
    """The Python version of an environment that can be added to; empty for one that has to be made anew."""
    if before.get("state") == INSTALLING:
        return ""
    version = environment.version()
    return version if version == before.get("python", version) else ""


def _check_ours(environment: Environment) -> None:
    ours = environment.state() or (environment.folder / "pyvenv.cfg").exists()
    if not ours and any(entry != environment.lock for entry in environment.folder.iterdir()):
        raise _install.InstallError(
            f"{environment.folder} is no virtual environment: move it out of the way. {_install.GO_ON}"
        )


def _fill(environment: Environment, target: _install.Target, wanted: Requirements, python: str) -> None:
    extras = ",".join(extra for extra in wanted if extra)
    project = f"{environment.root}[{extras}]" if extras else str(environment.root)
    lock = environment.root / LOCK_FILE
    constraints = ("--constraint", str(lock)) if lock.exists() else ()
    _install.pip(
        target,
        "3/3 Packages",
        *constraints,
        "--editable",
        project,
        # While packages are fetched, an environment that is being updated is still what it was.
        on_unpack=lambda: environment.write(INSTALLING, wanted, python),
    )
    environment.write(READY, wanted, python)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Holds a lock that the system drops when the last process with the file open is gone, pip included."""
    with open(path, "a+b") as file:
        told = False
        while not _try_lock(file):
            if not told:
                print("Another start of Sourcier is installing into .venv: waiting for it.", flush=True)
                told = True
            time.sleep(0.5)
        yield file.fileno()


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network folders know no locks at all; two starts at once are rarer than such folders.
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def _run_again(environment: Environment, why: str) -> None:
    command = [str(environment.python), *sys.orig_argv[1:]]
    variables = os.environ | {CAME: why}
    sys.stdout.flush()
    if os.name == "nt":  # exec would hand the prompt back at once there
        sys.exit(subprocess.call(command, env=variables))
    os.execve(command[0], command, variables)


def _sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"{_install.FULL} {_install.GO_ON}"
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}. {_install.GO_ON}"


def _version() -> str:
    return "{}.{}".format(*sys.version_info)
