"""The app on a Hugging Face Space: its port, a folder that can be written, and who may come in.

A Space shows the app in a frame of the Hub's page, gives the port in a variable, and keeps nothing on its disk between
two starts but what lies in /data, where its owner rents that. All visitors see one history and one index, so the app
opens only behind a password or where the owner says that nobody else can see the Space.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from assistant.services.password import VARIABLE as PASSWORD
from assistant.services.password import Password
from assistant.settings import Settings
from assistant.ui.server.security import Hosting
from corpus.errors import Reason, SourcierError
from corpus.home import VARIABLE as HOME
from corpus.home import Home
from index.maintenance.restore import restore
from index.storage.opening import open_store

OPEN = "SOURCIER_OPEN"  # "1": no password is asked for
PUBLIC = "SOURCIER_DEMONSTRATION"  # names of collections, by commas: a public demonstration of them alone
CARRIED = Path("carried")  # beside app.py: models/NAME, demonstration.txt, collections/N.zip for its line N
CHOSEN = "demonstration.txt"  # of CARRIED: the collections that the publisher chose, one a line
HUB = "https://huggingface.co"
KEPT = Path("/data")  # rented storage
PORT = 7860
NO_PASSWORD = Reason("app.space_password", {"secret": PASSWORD, "variable": OPEN})


def main() -> int:
    """Serves until the Space stops. Exit status 1 with a sentence when it may not be opened or nothing can be kept."""
    from assistant.ui.server.app import complain, serve

    # Popped: neither the indexing process nor a training needs it.
    given, is_open = os.environ.pop(PASSWORD, ""), os.environ.get(OPEN) == "1"
    carried = Path.cwd() / CARRIED
    shown = demonstration(os.environ, carried)
    if not given and not is_open and not shown:
        return complain(NO_PASSWORD)
    try:
        password = Password.of(given) if given and not shown else None
        home = Home(data_folder(os.environ, KEPT)).make()
        _caches(home.path)
        unpack(carried, home)
    except SourcierError as error:
        return complain(error)
    except OSError as error:
        return complain(Reason("app.space_folder", {"reason": error.strerror or str(error)}))
    return serve(
        home, "0.0.0.0", port(os.environ), password=password, hosting=hosting(os.environ), demonstration=shown or None
    )


def demonstration(environment: Mapping[str, str], carried: Path) -> tuple[str, ...]:
    """The collections of a public demonstration, as the variable names them or else the Space's folder; () for none."""
    named = environment.get(PUBLIC, "").split(",")
    if not any(map(str.strip, named)) and (carried / CHOSEN).is_file():
        named = (carried / CHOSEN).read_text("utf-8").splitlines()
    return tuple(filter(None, map(str.strip, named)))


def unpack(carried: Path, home: Home) -> None:
    """Brings what the Space carries into its data folder: generators, the first of which becomes the usual one, and
    collections. What is already there stays. Raises OSError, SourcierError."""
    for folder in sorted((carried / "models").glob("*")):
        if not (home.models / folder.name).exists():
            shutil.copytree(folder, home.models / folder.name)
            replace(Settings.load(home.settings), model=folder.name).save(home.settings)
    chosen = demonstration({}, carried)
    packages = {name: carried / "collections" / f"{n}.zip" for n, name in enumerate(chosen, start=1)}
    if not any(path.is_file() for path in packages.values()):
        return
    store = open_store(home)
    try:
        there = set(store.collections())
        for name, path in packages.items():
            if path.is_file() and name not in there:
                restore(store, home, path, name)
    finally:
        store.close()


def port(environment: Mapping[str, str]) -> int:
    """The port that the Space listens on."""
    named = (environment.get(name, "") for name in ("GRADIO_SERVER_PORT", "PORT"))
    return next((int(text) for text in named if text.isdecimal() and 0 < int(text) < 65536), PORT)


def hosting(environment: Mapping[str, str]) -> Hosting:
    """The Hub, and the names of the Space (several, by commas, where it has a domain of its own)."""
    names = environment.get("SPACE_HOST", "").lower().split(",")
    return Hosting(frames=(HUB,), names=tuple(filter(None, map(str.strip, names))))


def data_folder(environment: Mapping[str, str], kept: Path) -> Path:
    """The folder named by SOURCIER_HOME, else one on the rented storage, else one that ends with the Space's run."""
    if environment.get(HOME):
        return Path(environment[HOME]).expanduser().resolve()
    return kept / "sourcier" if _writable(kept) else Path(tempfile.gettempdir()) / "sourcier"


def _caches(folder: Path) -> None:
    """Libraries keep caches below the user's home: where that is read-only, it is the data folder."""
    if not _writable(Path.home()):
        os.environ["HOME"] = str(folder)


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)
