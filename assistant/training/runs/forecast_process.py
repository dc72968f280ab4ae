"""Looks ahead at a training without starting it: `python -m assistant.training.runs.forecast_process --home DIR`.

A process, because reading all examples takes seconds to minutes, and a document that ends it must not end the app. It
takes the request as a line of JSON from standard input, and prints one line: {"forecast": ...} or {"reason": ...}.
"""

import argparse
import contextlib
import json
import logging
import os
import sys

from assistant.training.finetune.forecast import forecast, record
from assistant.training.finetune.job import Job
from assistant.training.finetune.settings import request_from
from assistant.training.runs.folder import disk_errors
from corpus.document import ReadingError
from corpus.errors import SourcierError
from corpus.files import parsed
from corpus.home import Home


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when a line was printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # the app and its answers come first
    unread: list[ReadingError] = []
    request = request_from(parsed(sys.stdin.readline()))
    try:
        with disk_errors():
            job = Job(request, Home.find(options.home), unread.append, dry=True)
            said: dict[str, object] = {"forecast": record(forecast(job, unread))}
    except SourcierError as error:
        said = {"reason": error.reason.dumps()}
    print(json.dumps(said), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
