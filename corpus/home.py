"""The data folder: where everything that belongs to the user lives, outside the program's own folder."""

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SOURCIER_HOME"


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
        """Creates the folder. Raises OSError with the system's reason when it cannot be written."""
        self.path.mkdir(parents=True, exist_ok=True)
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


def _default() -> Path:
    """`~/.local/share/sourcier` on Linux, `~/Library/Application Support/sourcier` on macOS, in AppData on Windows.

    `~/.sourcier`, which was the place before, is used where it exists.
    """
    from platformdirs import user_data_path

    before = Path.home() / ".sourcier"
    return before if before.is_dir() else user_data_path("sourcier", appauthor=False)
