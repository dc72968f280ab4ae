"""Opens Sourcier: makes its environment on the first start, then serves the app and opens it in the browser."""

import argparse
import sys

from scripts._setup import bootstrap as _bootstrap


def parser():
    """The options; the app knows the same ones and reads them again once its packages are there."""
    options = argparse.ArgumentParser(prog="launch.py", description=__doc__)
    options.add_argument(
        "--host", default="127.0.0.1", help="address (default: %(default)s, this machine only; others need a password)"
    )
    options.add_argument("--port", type=int, default=7860, help="port (default: %(default)s)")
    options.add_argument("--no-browser", action="store_true", help="do not open the browser")
    options.add_argument("--home", metavar="DIR", help="the data folder (default: SOURCIER_HOME, else ~/.sourcier)")
    options.add_argument("--set-password", action="store_true", help="set, change or remove the password, and end")
    return options


def main(argv):
    """Returns the app's exit status; does not return where the environment has to be entered first."""
    parser().parse_args(argv)
    _bootstrap.ensure()
    from assistant.ui.server.app import main as open_app

    return open_app(argv)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
