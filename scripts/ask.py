"""Questions from the command line: one, or a file of them."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from assistant.pipeline import AskError, Assistant
from assistant.schema import MODES, Answer, Turn, marked
from assistant.serialization import REFUSAL, contract
from assistant.services.explanation import as_json, explain
from assistant.settings import Settings
from assistant.ui.i18n.explanation import as_text
from assistant.ui.i18n.texts import system_language, t
from corpus.document import ReadingError
from corpus.errors import Reason, SourcierError
from scripts._common import home_of, parser, reason, run, say

log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 done (a refusal is an answer), 1 some questions failed, 2 wrong usage."""
    options = _options(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    home = home_of(options)
    chosen = Settings.load(home.settings)
    if options.threshold is not None:
        chosen = replace(chosen, threshold=options.threshold)
    assistant = Assistant(home, chosen)
    try:
        if options.questions:
            return _many(assistant, options)
        return _one(assistant, options)
    finally:
        assistant.close()


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("ask", "Answers a question from the documents, or refuses, and shows the passages.")
    made.add_argument("question", nargs="?", metavar="QUESTION")
    made.add_argument("--questions", metavar="FILE.jsonl", help="lines with _id and text, and history for follow-ups")
    made.add_argument("--out", metavar="FILE.jsonl", help="one answer a line; lines already there are not asked again")
    made.add_argument("--collection", action="append", default=[], help="may be given several times; default: all")
    made.add_argument("--model", help="a generator on this machine (default: the one in the settings)")
    made.add_argument("--mode", choices=MODES, default="grounded")
    made.add_argument("--threshold", type=float, help="refuse under this confidence, 0 to 1 (default: the settings')")
    made.add_argument(
        "--explain",
        metavar="DOCUMENT",
        help="say why a document (its file name, title or id) or a sentence is not in the answer",
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    options = made.parse_args(argv)
    if bool(options.question is not None) == bool(options.questions):
        made.error("give either a QUESTION or --questions FILE")
    if options.explain is not None and options.questions:
        made.error("--explain belongs to one QUESTION")
    if options.explain is not None and not options.explain.strip():
        made.error("--explain wants the name of a document, or a sentence")
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        made.error("--threshold is a probability, from 0 to 1")
    if bool(options.questions) != bool(options.out):
        made.error("--questions and --out belong together")
    return options


def _one(assistant: Assistant, options: argparse.Namespace) -> int:
    answer = assistant.answer(options.question, collections=options.collection, mode=options.mode, model=options.model)
    explanation = explain(assistant, answer, options.explain) if options.explain else None
    if options.json:
        record = contract(answer)
        if explanation is not None:
            record["explanation"] = as_json(explanation)
        print(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        print(_readable(answer))
        if explanation is not None:
            print(_printable(f"\n{as_text(explanation, system_language())}"))
    return 0


def _readable(answer: Answer) -> str:
    lines = []
    if answer.refused:
        lines.append(REFUSAL)
    lines += [f"({t(f'notice.{key}', 'en')})" for key in answer.notices]
    for sentence in answer.sentences:
        lines.append(marked(sentence) + ("" if sentence.supported else "  (not found in the passages)"))
    lines += ["", f"confidence {100 * answer.confidence:.0f} % (threshold {100 * answer.threshold:.0f} %)"]
    lines.append("closest passages:" if answer.refused else "sources:")
    for n, hit in enumerate(answer.sources, 1):
        place = f", page {hit.page}" if hit.page else ""
        lines.append(f"  [{n}] {hit.title}{place} ({hit.collection}, score {hit.score:.2f})")
    return "\n".join(_printable(line) for line in lines)


def _printable(text: str) -> str:
    """Without control characters: a document must not be able to steer the terminal."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)


def _many(assistant: Assistant, options: argparse.Namespace) -> int:
    out = Path(options.out)
    done = _answered(out)
    failed = 0
    with _opened(out) as file:
        for number, row in _rows(Path(options.questions)):
            if str(row.get("_id")) in done:
                continue
            try:
                record = _record(assistant, row, options)
            except (AskError, KeyError, TypeError, ValueError) as error:
                failed += 1
                why = say(error if isinstance(error, AskError) else Reason("queries.no_object"))
                print(f"{options.questions}, line {number}: {why}", file=sys.stderr)
                record = {"_id": row.get("_id"), "line": number, "error": why}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()  # an interrupted run goes on after its last whole line
    return 1 if failed else 0


def _record(assistant: Assistant, row: dict, options: argparse.Namespace) -> dict:
    identity, question = row["_id"], row["text"]
    if not isinstance(question, str):
        raise TypeError("a question is text")
    history: list[Turn] = []
    for earlier in row.get("history", ()):
        text = earlier if isinstance(earlier, str) else earlier["text"]
        answer = assistant.answer(text, history=history, collections=options.collection, mode="quotes")
        history.append(Turn(text, answer))
    answer = assistant.answer(
        question, history=history, collections=options.collection, mode=options.mode, model=options.model
    )
    return {"_id": identity, **contract(answer)}


def _rows(path: Path) -> Iterator[tuple[int, dict]]:
    """Line numbers and their objects, {} for a line that is empty or holds none."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line.decode("utf-8-sig"))
                except ValueError:
                    row = None
                yield number, row if isinstance(row, dict) else {}
    except OSError as error:
        raise ReadingError("queries.unreadable", path=path, reason=reason(error)) from error


def _answered(path: Path) -> set[str]:
    """Ids already in the output. A half line at its end is cut off; lines with an error are, too, to be asked again."""
    if not path.exists():
        return set()
    kept, ids = [], set()
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
            if "error" not in record:
                ids.add(str(record["_id"]))
                kept.append(line)
        except (ValueError, KeyError, TypeError):
            continue
    path.write_text("".join(line + "\n" for line in kept), "utf-8")
    return ids


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise SourcierError("output.unwritable", path=path, reason=reason(error)) from error


if __name__ == "__main__":
    run(main)
