"""Runs the tests: `python -m scripts.test [pytest's own arguments]`, making the environment first if it is missing."""

import os
import sys

from scripts._setup import bootstrap as _bootstrap

HELP = """\
usage: python -m scripts.test [-h] [pytest's own arguments]

Runs Sourcier's tests. On a Python without the packages it first installs them, with those of the tests, into .venv.

  python -m scripts.test                      all of them
  python -m scripts.test tests/index -q       a part, tersely
  python -m scripts.test -m "not real"        without the real models and data
  python -m scripts.test -m "not browser"     without the browser; those tests skip by themselves where no Chromium is

The status is pytest's: 0 when all passed.
"""


def main(argv: list[str]) -> int:
    """Returns pytest's exit status."""
    if {"-h", "--help"} & set(argv):
        print(HELP, end="")
        return 0
    _bootstrap.ensure(extras=("test",))
    import pytest

    os.chdir(_bootstrap.ROOT)
    return int(pytest.main(argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
