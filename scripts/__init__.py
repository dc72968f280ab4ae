"""Command lines, each a thin layer: `python -m scripts.NAME --help`.

Every command passes through this file before its own, so any Python must be able to read it, the oldest included. It
says in one sentence when Sourcier does not run on this one, and sees to it that the packages are there.
"""

import sys

if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Sourcier needs Python 3.10, 3.11, 3.12 or 3.13 and this is Python %s.%s: "  # noqa: UP031
        "run the same command with one of those, for example python3.12." % sys.version_info[:2]
    )

# "-m" stands there only while Python looks for the NAME of `python -m scripts.NAME`, never at an ordinary import.
if sys.argv[:1] == ["-m"] and {"scripts.test", "scripts.lint"}.isdisjoint(sys.orig_argv):
    from scripts._setup import bootstrap as _bootstrap

    _bootstrap.ensure(install=not {"-h", "--help"} & set(sys.argv))
