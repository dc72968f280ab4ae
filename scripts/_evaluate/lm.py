"""`lm`: how well a generator predicts texts."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from assistant.generation.presets import STARTER
from scripts._common import home_of
from scripts._evaluate.command import command


def add(measures) -> None:
    """Declares the options."""
    sub = command(measures, "lm", "perplexity and bits per byte of a generator on texts", _action)
    sub.add_argument("texts", nargs="+", metavar="FILE", help="files that can be read as documents")
    sub.add_argument("--model", default=STARTER)


def _action(options: argparse.Namespace) -> int:
    from assistant.evaluation.likelihood import likelihood
    from assistant.generation.generator import Generator

    generator = Generator.load(options.model, models=home_of(options).models)
    tables = {path: likelihood(generator, _texts(Path(path))) for path in options.texts}
    rows = {
        path: {"perplexity": found.perplexity, "bits_per_byte": found.bits_per_byte, **asdict(found)}
        for path, found in tables.items()
    }
    if options.json:
        print(json.dumps({"model": options.model, "texts": rows}))
        return 0
    for path, row in rows.items():
        print(f"{path}: perplexity {row['perplexity']:.1f}, bits per byte {row['bits_per_byte']:.3f}", end="")
        print(f" ({row['tokens']} tokens, {row['bytes']} bytes)")
    return 0


def _texts(path: Path) -> list[str]:
    from corpus import readers
    from corpus.document import Document

    return [item.text for item in readers.read(path) if isinstance(item, Document)]
