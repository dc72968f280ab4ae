"""The app on a Hugging Face Space: its port, a folder that can be written, and who may come in.

A Space shows the app in a frame of the Hub's page, gives the port in a variable, and keeps nothing on its disk between
two starts but what lies in /data, where its owner rents that. All visitors see one history and one index, so the app
opens only behind a password or where the owner says that nobody else can see the Space.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from assistant.services.password import VARIABLE as PASSWORD
from assistant.services.password import Password, PasswordError
from assistant.ui.server.security import Hosting
from corpus.errors import Reason
from corpus.home import VARIABLE as HOME
from corpus.home import Home

OPEN = "SOURCIER_OPEN"  # "1": no password is asked for
HUB = "https://huggingface.co"
KEPT = Path("/data")  # rented storage
PORT = 7860
NO_PASSWORD = Reason("app.space_password", {"secret": PASSWORD, "variable": OPEN})


def main() -> int:
    """Serves until the Space stops. Exit status 1 with a sentence when it may not be opened or nothing can be kept."""
    from assistant.ui.server.app import complain, serve

    # Popped: neither the indexing process nor a training needs it.
    given, is_open = os.environ.pop(PASSWORD, ""), os.environ.get(OPEN) == "1"
    if not given and not is_open:
        return complain(NO_PASSWORD)
    try:
        password = Password.of(given) if given else None
        home = Home(data_folder(os.environ, KEPT)).make()
        _caches(home.path)
    except PasswordError as error:
        return complain(error)
    except OSError as error:
        return complain(Reason("app.space_folder", {"reason": error.strerror or str(error)}))
    return serve(home, "0.0.0.0", port(os.environ), password=password, hosting=hosting(os.environ))


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
