"""Checks style and types with ruff and mypy, as the continuous integration does. --fix mends what ruff can."""

import subprocess
import sys

from scripts._setup import bootstrap
from scripts._setup.command_line import Parser, program

CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
FIXES = (("ruff", "check", "--fix", "."), ("ruff", "format", "."), ("mypy",))


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when nothing was found, else 1. On a Python without the packages, makes the environment first."""
    made = Parser(prog=program("lint"), description="Checks style and types: ruff check, ruff format --check, mypy.")
    made.add_argument("--fix", action="store_true", help="mend and format what ruff can, then check the types")
    options = made.parse_args(argv)
    bootstrap.ensure(extras=("test",))
    failed = False
    for check in FIXES if options.fix else CHECKS:
        print(*check, flush=True)
        failed |= subprocess.run([sys.executable, "-m", *check], cwd=bootstrap.ROOT).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
