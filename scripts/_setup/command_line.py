"""How the commands read their options. Standard library only: `launch.py` needs this on a bare Python."""

import argparse
import os
import sys

CONSOLE = "sourcier"  # the installed command; it puts "sourcier NAME" into sys.argv[0]
COMPLETING = "_ARGCOMPLETE"  # set by a shell that wants to know how its line goes on


class Parser(argparse.ArgumentParser):
    """An argument parser that a shell can ask for completions (`sourcier completion`)."""

    def parse_args(self, args=None, namespace=None):
        """As argparse's own; in a run that only completes a line, prints the completions and ends the program."""
        if COMPLETING in os.environ:
            import argcomplete

            argcomplete.autocomplete(self)
        return super().parse_args(args, namespace)


def program(name: str) -> str:
    """A command's name in its usage line, as the user typed it: `sourcier NAME` or `python -m scripts.NAME`."""
    return sys.argv[0] if sys.argv[0].startswith(f"{CONSOLE} ") else f"python -m scripts.{name}"


def app_parser() -> Parser:
    """The app's options; the app knows the same ones and reads them again once its packages are there."""
    options = Parser(prog=os.path.basename(sys.argv[0]), description="Opens Sourcier in the browser.")
    options.add_argument(
        "--host", default="127.0.0.1", help="address (default: %(default)s, this machine only; others need a password)"
    )
    options.add_argument("--port", type=int, default=7860, help="port (default: %(default)s)")
    options.add_argument("--no-browser", action="store_true", help="do not open the browser")
    options.add_argument("--home", metavar="DIR", help="the data folder (default: SOURCIER_HOME, else the user's own)")
    options.add_argument("--set-password", action="store_true", help="set, change or remove the password, and end")
    options.add_argument(
        "--demonstration", nargs="+", metavar="COLLECTION", help="serve a public, read-only page of these collections"
    )
    return options
