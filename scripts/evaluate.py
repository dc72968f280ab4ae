"""Measures of the parts: `lm` and `dialogue` of a generator, `refusal` of the gate, which it also fits, `grounding` of
the checker of sentences, `follow-ups` of the questions that lean on earlier ones."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from assistant.presets import STARTER, ModelError
from corpus.document import ReadingError
from corpus.home import Home
from scripts._common import home_of, parser, run


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done, 1 when data or model are not there, 2 wrong usage."""
    made = parser("evaluate", "Measures how well the parts do their work.")
    measures = made.add_subparsers(
        dest="measure", required=True, metavar="lm | dialogue | refusal | grounding | follow-ups"
    )
    for add in (_lm_options, _dialogue_options, _refusal_options, _grounding_options, _follow_up_options):
        sub = add(measures)
        sub.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--json", action="store_true", help="print one JSON object")
    options = made.parse_args(argv)
    try:
        return options.action(options)
    except ModelError as error:
        raise ReadingError(str(error)) from error


# --- lm -------------------------------------------------------------------------------------------------------


def _lm_options(measures) -> argparse.ArgumentParser:
    sub = measures.add_parser("lm", help="perplexity and bits per byte of a generator on texts")
    sub.add_argument("texts", nargs="+", metavar="FILE", help="files that can be read as documents")
    sub.add_argument("--model", default=STARTER)
    sub.set_defaults(action=_lm)
    return sub


def _lm(options: argparse.Namespace) -> int:
    from assistant.evaluation.likelihood import likelihood
    from assistant.generator import Generator

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


# --- dialogue -------------------------------------------------------------------------------------------------


def _dialogue_options(measures) -> argparse.ArgumentParser:
    sub = measures.add_parser("dialogue", help="a generator's answers to questions of held-out topics")
    sub.add_argument("--data", default="medquad", metavar="NAME", help="a data set that was fetched")
    sub.add_argument("--count", type=int, default=200)
    sub.add_argument("--model", default=STARTER)
    sub.add_argument("--out", metavar="FILE.jsonl", help="keep every question, answer and score")
    sub.set_defaults(action=_dialogue)
    return sub


def _dialogue(options: argparse.Namespace) -> int:
    from assistant.evaluation.dialogue import answered, cases, report
    from assistant.generator import Generator

    home = home_of(options)
    data = cases(options.data, home.datasets, options.count)
    results = list(answered(Generator.load(options.model, models=home.models), data))
    table = report(results)
    if options.out:
        lines = (json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results)
        Path(options.out).write_text("".join(lines), "utf-8")
    if options.json:
        print(json.dumps({"model": options.model, "data": options.data, **asdict(table)}))
        return 0
    for name, value in table.rows():
        print(f"{name:20} {value}")
    return 0


# --- refusal --------------------------------------------------------------------------------------------------


def _refusal_options(measures) -> argparse.ArgumentParser:
    sub = measures.add_parser("refusal", help="questions that the documents answer and ones that they cannot")
    sub.add_argument("--collection", default="medquad")
    sub.add_argument("--other", default="wikipedia", help="collection whose titles make foreign questions")
    sub.add_argument("--count", type=int, default=400, help="examples of each kind")
    sub.add_argument("--threshold", type=float, default=0.5)
    sub.add_argument("--seed", type=int, default=7)
    sub.add_argument("--fit", action="store_true", help="fit the gate on one half of the topics and keep it")
    sub.set_defaults(action=_refusal)
    return sub


def _refusal(options: argparse.Namespace) -> int:
    from assistant.calibration import fit, held_out, quality
    from assistant.confidence import FITTED, Gates

    data, embedder = _examples(options, home_of(options))
    train, test = held_out(data)
    gates = fit(train, embedder) if options.fit else Gates.load()
    words = gates.by_embedder[""]
    scores = {
        "all features": quality(test, gates.by_embedder.get(embedder, words), options.threshold),
        "words alone": quality(test, words, options.threshold),
    }
    facts = {
        "collection": options.collection,
        "threshold": options.threshold,
        "seed": options.seed,
        "fitted_on": len(train),
        "tested_on": len(test),
        "tested": {name: {key: round(value, 4) for key, value in table.items()} for name, table in scores.items()},
    }
    if options.fit:
        gates.save(FITTED, **facts)
        print(f"kept in {FITTED.name}", file=sys.stderr)
    if options.json:
        print(json.dumps(facts))
        return 0
    for name, table in scores.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in table.items()))
    return 0


def _examples(options: argparse.Namespace, home: Home) -> tuple[list, str]:
    from assistant.calibration import examples
    from index.embedder import load_embedder
    from index.search import Search
    from index.store import Store
    from index.vectors import VectorCache

    store, embedder = Store(home.index), load_embedder()
    try:
        search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
        data = examples(store, search, options.collection, options.other, options.count, options.seed)
        return data, embedder.name
    finally:
        store.close()


# --- grounding and follow-ups ----------------------------------------------------------------------------------


def _grounding_options(measures) -> argparse.ArgumentParser:
    sub = measures.add_parser("grounding", help="the checker of sentences, on pairs written by hand")
    sub.set_defaults(action=_grounding)
    return sub


def _grounding(options: argparse.Namespace) -> int:
    from assistant.evaluation.grounding import report, table

    print(json.dumps(report()) if options.json else table())
    return 0


def _follow_up_options(measures) -> argparse.ArgumentParser:
    sub = measures.add_parser("follow-ups", help="the topics that follow-up questions find, on dialogues")
    sub.add_argument("--collection", default="medquad")
    sub.set_defaults(action=_follow_ups)
    return sub


def _follow_ups(options: argparse.Namespace) -> int:
    from assistant.evaluation.follow_ups import report, table
    from index.embedder import load_embedder
    from index.search import Search
    from index.store import Store
    from index.vectors import VectorCache

    home = home_of(options)
    store, embedder = Store(home.index), load_embedder()
    try:
        search = Search(store, embedder, VectorCache(store, home.vectors, embedder.name))
        if options.json:
            shares = report(search, [options.collection])
            print(
                json.dumps(
                    {split: {name: asdict(share) for name, share in row.items()} for split, row in shares.items()}
                )
            )
        else:
            print(table(search, [options.collection]))
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    run(main)
