"""What the command lines share: the options for the data folder, and errors as one sentence."""

import argparse
import sys
from collections.abc import Callable

from corpus.document import ReadingError
from corpus.home import Home


def parser(prog: str, description: str) -> argparse.ArgumentParser:
    """An argument parser with `--home`, named as the user types it."""
    made = argparse.ArgumentParser(
        prog=f"python -m scripts.{prog}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--home", metavar="DIR", help="data folder (default: SOURCIER_HOME, else ~/.sourcier)")
    return made


def home_of(options: argparse.Namespace) -> Home:
    """The data folder that was asked for, created. Raises ReadingError when it cannot be written."""
    home = Home.find(options.home)
    try:
        return home.make()
    except OSError as error:
        raise ReadingError(f"The data folder {home.path} cannot be made: {error.strerror}.") from error


def reason(error: Exception) -> str:
    """The system's reason of a failed reading or writing, else the error's own words."""
    return getattr(error, "strerror", None) or str(error)


def run(main: Callable[[list[str] | None], int]) -> None:
    """Runs a command and exits with its status; known errors become one line on standard error and status 1."""
    from index.storage.store import StoreError
    from index.vectors.embedder import EmbedderError

    try:
        sys.exit(main(None))
    except (ReadingError, StoreError, EmbedderError) as error:
        sys.exit(f"Error: {error}")
    except BrokenPipeError:
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
