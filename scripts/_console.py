"""`sourcier`: all commands under one name. `sourcier ask …` is `python -m scripts.ask …`, and `sourcier app` the app.

A command's module is imported only when it is run, so that `sourcier --help` and `--version` answer at once.
"""

import argparse
import importlib
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scripts._setup.command_line import COMPLETING, CONSOLE, app_parser

ROOT = Path(__file__).parent.parent
APP, COMPLETION = "app", "completion"
SHELLS = ("bash", "zsh", "fish", "powershell")
COMMANDS = {
    APP: "open the app in the browser",
    "ask": "answer a question, or a file of them",
    "index": "add, list, follow, check, export and remove documents",
    "search": "run a file of queries and write a TREC run file",
    "mcp": "serve search and answers to Claude, Cursor and other MCP clients",
    "fetch": "get data sets into the data folder",
    "finetune": "fine-tune a GPT-2 on data sets or on your own documents",
    "pretrain": "train a tokenizer and a GPT-2 from nothing",
    "reader": "train and measure the reader",
    "evaluate": "measure search, refusal, answers, the checker and the generators",
    "compare": "put two generators side by side",
    "ablation": "say what each change did, from stored runs",
    "training": "report on fine-tuning runs",
    "publish": "put a generator and the app on the Hugging Face Hub",
    "bench": "measure speed on this machine",
    "stress": "try to break the index: kills, hostile files, constant change",
    "screenshots": "take pictures of the app",
    "wordcloud": "draw word clouds of the data sets and count their words",
    "plan": "turn a list of tasks into a workbook and a Gantt chart",
    "livrables": "build and check the course's deliverables",
    "test": "run the tests",
    "lint": "check style and types",
    COMPLETION: f"print what makes a shell complete the commands ({', '.join(SHELLS)})",
}


def main(argv: list[str] | None = None) -> int:
    """The exit status of the command; 2 when there is none of that name."""
    given = sys.argv[1:] if argv is None else argv
    if COMPLETING in os.environ:
        return _complete()
    if not given or given[0] in ("-h", "--help"):
        print(_help())
        return 0 if given else 2
    name, *arguments = given
    if name in ("-V", "--version"):
        print(f"sourcier {_version()}")
        return 0
    if name not in COMMANDS:
        print(f"sourcier: there is no command {name!r}; sourcier --help lists them.", file=sys.stderr)
        return 2
    return _run(name, arguments)


def _run(name: str, arguments: list[str]) -> int:
    if name == COMPLETION:
        return _completion(arguments)
    sys.argv = [f"{CONSOLE} {name}", *arguments]  # the name in the usage line
    if name == APP:
        app_parser().parse_args(arguments)
        return importlib.import_module("assistant.ui.server.app").main(arguments)
    module = importlib.import_module(f"scripts.{name}")
    if name in ("test", "lint"):  # they run without the project's packages
        return module.main(arguments)
    from scripts._common import run

    run(module.main)  # ends the program
    return 0


def _help() -> str:
    width = max(map(len, COMMANDS))
    return "\n".join(
        [
            f"usage: {CONSOLE} [-h] [--version] COMMAND ...",
            "",
            "Answers from your own documents, on your own computer.",
            "",
            "commands (each has --help):",
            *(f"  {name:{width}}  {text}" for name, text in COMMANDS.items()),
        ]
    )


def _version() -> str:
    try:
        return version("sourcier")
    except PackageNotFoundError:  # run from a checkout that was never installed
        from scripts._setup import requirements

        return requirements.project_version(ROOT / "pyproject.toml")


def _completion(arguments: list[str]) -> int:
    shell = arguments[0] if arguments else "bash"
    if shell in ("-h", "--help"):
        print(
            f"usage: sourcier {COMPLETION} {{{','.join(SHELLS)}}}\n\n"
            f'Prints a shell script. For bash: eval "$(sourcier {COMPLETION} bash)" in ~/.bashrc.'
        )
        return 0
    if shell not in SHELLS:
        print(f"sourcier: no completion for {shell!r}; there is one for {', '.join(SHELLS)}.", file=sys.stderr)
        return 2
    from argcomplete import shellcode

    print(shellcode([CONSOLE], shell=shell))
    return 0


def _complete() -> int:
    """Answers a shell that asks how its line goes on: command names here, options by the command's own parser."""
    import argcomplete

    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    words = line.split()[1:]
    name = words[0] if words else ""
    if name in COMMANDS and (len(words) > 1 or line[-1:].isspace()):
        os.environ[COMPLETING] = "2"  # options begin after the second word
        return _run(name, [])
    made = argparse.ArgumentParser(prog=CONSOLE)
    made.add_argument("command", choices=list(COMMANDS))
    made.add_argument("--version", action="store_true")
    argcomplete.autocomplete(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
