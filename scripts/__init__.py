"""Command lines, each a thin layer: `python -m scripts.NAME --help`. Standard library only up to here.

Every command passes through this file, so any Python must be able to read it, the oldest included: it says in one
sentence when Sourcier does not run on this one.
"""

import sys

if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Sourcier needs Python 3.10, 3.11, 3.12 or 3.13 and this is Python %s.%s: "  # noqa: UP031
        "run the same command with one of those, for example python3.12." % sys.version_info[:2]
    )
