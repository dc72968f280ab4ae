"""Opens Sourcier: makes its environment on the first start, then serves the app and opens it in the browser."""

import sys

from scripts._setup import bootstrap
from scripts._setup.command_line import app_parser


def main(argv: list[str]) -> int:
    """Returns the app's exit status; does not return where the environment has to be entered first."""
    app_parser().parse_args(argv)
    bootstrap.ensure()
    from assistant.ui.server.app import main as open_app

    return open_app(argv)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
