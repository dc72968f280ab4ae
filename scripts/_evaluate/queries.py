"""`queries`: how well follow-ups, requests and computations are told from questions; articles and wordings held out."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from scripts._evaluate.command import command


def add(measures) -> None:
    """Declares the options."""
    sub = command(measures, "queries", "how well follow-ups, requests and computations are recognised", _action)
    sub.add_argument("qa", metavar="DIR", help="folder of open question-answering sets")
    sub.add_argument("--fit", action="store_true", help="keep what was fitted: the files that the program ships")


def _action(options: argparse.Namespace) -> int:
    from assistant.query import follow_ups, operations, requests
    from assistant.training.queries import follow_ups as learning
    from assistant.training.queries import operations as computing
    from assistant.training.queries import requests as examples

    folder = Path(options.qa)
    leaning, told = learning.fitted(folder)
    wanted, frames, recognised = examples.fitted(folder)
    operation, computed = computing.fitted(folder)
    if options.fit:
        leaning.save(follow_ups.WEIGHTS)
        wanted.save(requests.WEIGHTS)
        examples.save(frames, requests.FRAMES)
        operation.save(operations.WEIGHTS)
        computing.save_frames(operations.FRAMES)
    if options.json:
        found = {"follow_ups": asdict(told), "requests": asdict(recognised), "operations": asdict(computed)}
        print(json.dumps(found))
        return 0
    print(f"Follow-ups, {told.held_out} questions on held-out articles ({told.fitted_on} fitted on):")
    print(f"  stands alone or leans   {_line(told.two)}")
    print(f"  asked, topic, swapped   {_line(told.three)}")
    print(f"Requests, {recognised.fitted_on} texts fitted on:")
    print(f"  of {recognised.ordinary} held-out ordinary questions taken for a request: {recognised.wrong:.2%}")
    print(f"  of {recognised.requests} requests in held-out wordings recognised: {_line(recognised.recall)}")
    print(f"Computations over tables, {computed.fitted_on} texts fitted on:")
    print(f"  of {computed.ordinary} held-out ordinary questions worded like one: {computed.taken:.2%}")
    print(f"  of {computed.asked} in held-out wordings given their operation: {_line(computed.recall)}")
    return 0


def _line(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
