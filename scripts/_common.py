"""What the command lines share: the options for the data folder, and the sentence for an error."""

import argparse
import sys
from collections.abc import Callable

from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import system_language
from corpus.errors import Reason, SourcierError
from corpus.home import Home
from scripts._setup.command_line import Parser, program


def parser(prog: str, description: str) -> Parser:
    """An argument parser with `--home`, named as the user types it."""
    made = Parser(prog=program(prog), description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--home", metavar="DIR", help="data folder (default: SOURCIER_HOME, else the user's own)")
    return made


def home_of(options: argparse.Namespace) -> Home:
    """The data folder that was asked for, created. Raises SourcierError when it cannot be written."""
    home = Home.find(options.home)
    try:
        return home.make()
    except OSError as error:
        raise SourcierError("home.unwritable", path=str(home.path), reason=error.strerror or str(error)) from error


def say(what: Exception | Reason | str) -> str:
    """One sentence for an error, a reason or a stored reason, in the command line's language."""
    return sentence(what, system_language())


def reason(error: Exception) -> str:
    """The system's reason of a failed reading or writing, else the error's own words."""
    return getattr(error, "strerror", None) or str(error)


def run(main: Callable[[list[str] | None], int]) -> None:
    """Runs a command and exits with its status; known errors become one line on standard error and status 1."""
    try:
        sys.exit(main(None))
    except SourcierError as error:
        sys.exit(say(Reason("command.error", {"reason": say(error)})))
    except BrokenPipeError:
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(say(Reason("command.stopped")))
