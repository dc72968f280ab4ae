"""Runs the tests. Everything after the name goes to pytest."""

import os
import sys

from scripts._setup import bootstrap
from scripts._setup.command_line import program

HELP = """\
usage: {program} [-h] [pytest's own arguments]

Runs Sourcier's tests. On a Python without the packages it first installs them, with those of the tests, into .venv.

  {program}                      all of them, in as many processes as there are cores, four at most
  {program} tests/index -q       a part, tersely
  {program} -m "not real"        without the real models and data
  {program} -m "not browser"     without the browser; those tests skip by themselves where no Chromium is

The status is pytest's: 0 when all passed.
"""


# A file's tests stay in one process: they share the apps and models that its fixtures start.
WHOLE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")


def main(argv: list[str] | None = None) -> int:
    """Returns pytest's exit status; 2 in an installation that came without the tests."""
    given = sys.argv[1:] if argv is None else argv
    if {"-h", "--help"} & set(given):
        print(HELP.format(program=program("test")), end="")
        return 0
    if not (bootstrap.ROOT / "tests").is_dir():
        print("The tests are in Sourcier's repository; this installation has none.", file=sys.stderr)
        return 2
    bootstrap.ensure(extras=("test",))
    import pytest

    os.chdir(bootstrap.ROOT)
    return int(pytest.main(given or list(WHOLE)))


if __name__ == "__main__":
    sys.exit(main())
