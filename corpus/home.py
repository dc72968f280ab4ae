"""The data folder: where everything that belongs to the user lives, outside the program's own folder.

It holds documents and conversations, so nobody but its owner may read it, whatever the system's usual rights are.
"""

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SOURCIER_HOME"
OTHERS = stat.S_IRWXG | stat.S_IRWXO  # every right of the group and of everybody else
# What stands in a data folder, by the part of the name before its first dot: index.sqlite3-wal, votes.sqlite3 ...
OURS = frozenset(
    "index history votes feedback settings password preferences vectors datasets models runs documents uploads logs "
    "evaluation training indexing watching generators current".split()
)
MARKS = ("index.sqlite3", "history.sqlite3", "settings.json")  # one of them makes a folder a data folder


@dataclass(frozen=True)
class Home:
    """Paths of one data folder. Nothing is created before `make` is called."""

    path: Path

    @classmethod
    def find(cls, path: str | os.PathLike | None = None) -> "Home":
        """The folder named by `path`, else by SOURCIER_HOME, else the system's place for a user's data."""
        chosen = path or os.environ.get(VARIABLE) or _default()
        return cls(Path(chosen).expanduser().resolve())

    def make(self) -> "Home":
        """Creates the folder, and makes it and all that is in it its owner's alone (0700 and 0600).

        From now on everything that this process writes is private: most of it goes in here, by many libraries. Raises
        OSError with the system's reason when the folder cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            os.umask(os.umask(OTHERS) | OTHERS)
            _make_private(self.path)
        return self

    @property
    def index(self) -> Path:
        """The SQLite file of documents, passages and vectors."""
        return self.path / "index.sqlite3"

    @property
    def vectors(self) -> Path:
        """Folder of the FAISS caches; may be deleted at any time."""
        return self.path / "vectors"

    @property
    def history(self) -> Path:
        """The SQLite file of conversations."""
        return self.path / "history.sqlite3"

    @property
    def settings(self) -> Path:
        """The user's choices, JSON."""
        return self.path / "settings.json"

    @property
    def password(self) -> Path:
        """The hash of the app's password, JSON; absent without one."""
        return self.path / "password.json"

    @property
    def datasets(self) -> Path:
        """One folder a fetched data set."""
        return self.path / "datasets"

    @property
    def models(self) -> Path:
        """One folder a fine-tuned preset."""
        return self.path / "models"

    @property
    def runs(self) -> Path:
        """One folder a training run, with its checkpoints."""
        return self.path / "runs"

    @property
    def documents(self) -> Path:
        """Copies of files dropped into the app."""
        return self.path / "documents"

    @property
    def logs(self) -> Path:
        """Log files of the app and of the indexing process."""
        return self.path / "logs"


def _make_private(folder: Path) -> None:
    """Takes the rights of others from a data folder that an older version made.

    A folder that holds other things as well keeps its own rights, and they keep theirs: it may be a shared one.
    """
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if not entry.name.startswith(".")]
    ours = [entry for entry in found if entry.name.partition(".")[0] in OURS]
    if found and not any(entry.name in MARKS for entry in found):
        return
    for entry in ours:
        _take_rights(entry.path)
    if len(ours) == len(found):
        _chmod(str(folder))


def _take_rights(path: str) -> None:
    """From a file, or a folder with all that is in it. What lies in a private folder nobody else reaches; links are not
    followed. What cannot be changed, such as somebody else's file, stays as it is."""
    with contextlib.suppress(OSError):
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return
        if stat.S_ISDIR(mode):
            with os.scandir(path) as entries:
                for entry in entries:
                    _take_rights(entry.path)
        _chmod(path)


def _chmod(path: str) -> None:
    with contextlib.suppress(OSError):
        os.chmod(path, stat.S_IMODE(os.lstat(path).st_mode) & ~OTHERS)


def _default() -> Path:
    """`~/.local/share/sourcier` on Linux, `~/Library/Application Support/sourcier` on macOS, in AppData on Windows.

    `~/.sourcier`, which was the place before, is used where it exists.
    """
    from platformdirs import user_data_path

    before = Path.home() / ".sourcier"
    return before if before.is_dir() else user_data_path("sourcier", appauthor=False)
