"""Puts a generator and the app on the Hugging Face Hub: python -m scripts.publish --help."""

import argparse
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.generation import presets
from assistant.services.password import SHORTEST
from assistant.services.password import VARIABLE as PASSWORD
from corpus.errors import SourcierError
from scripts._common import home_of, parser, reason, run
from scripts._publish import data, hub, model, space

DESCRIPTION = f"""\
Puts a generator (a model repository) and the app (a Space) on the Hugging Face Hub.

  python -m scripts.publish --owner me --dry-run DIR    writes DIR/model and DIR/space as they would be uploaded
  python -m scripts.publish                             uploads both as private, under the name that is logged in
  python -m scripts.publish model --public              the generator alone, for everybody
  python -m scripts.publish data --data medquad         what it was fine-tuned on, where the licence allows it
  python -m scripts.publish space --model mine --demonstration wikipedia --public
                                                        a read-only demonstration that answers with your generator

Who you are is told by `hf auth login` or HF_TOKEN. A public Space needs a password: set {PASSWORD}, which becomes a
secret of the Space. A private one can be opened by those alone who see it on the Hub; a demonstration needs none.
"""
KINDS = ("model", "data", "space")
USUAL = ("model", "space")
SOMEBODY = re.compile(r"[\w.-]+")
APACHE = "apache-2.0"  # of the weights that this project trained
OPEN = "SOURCIER_OPEN"  # assistant.ui.server.space reads it


def main(argv: list[str] | None = None) -> int:
    """Exit status 0; 1 with a sentence when the Hub or a file refuses."""
    options = _options(argv)
    password = os.environ.get(PASSWORD, "")
    needs_password = options.public and not options.demonstration
    if not options.dry_run and "space" in options.what and needs_password and len(password) < SHORTEST:
        raise SourcierError("publish.no_password", variable=PASSWORD, least=SHORTEST)
    owner = options.owner or hub.owner()
    repos = {
        "model": f"{owner}/{options.model_name}",
        "data": f"{owner}/{options.data_name}",
        "space": f"{owner}/{options.space_name}",
    }
    with _folder(options.dry_run) as folder:
        for kind in options.what:
            _write(kind, repos, options, folder / kind)
            hub.check(folder / kind)
        for kind in options.what:
            print(folder / kind if options.dry_run else _upload(kind, repos[kind], options, folder / kind, password))
    return 0


def _write(kind: str, repos: dict[str, str], options: argparse.Namespace, folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        if kind == "space":
            home = home_of(options)
            carried = None if options.model == presets.STARTER else presets.find(options.model, home.models)
            made = space.Space(repos["space"], (repos["model"],), carried, tuple(options.demonstration), home)
            space.write(made, folder)
            return
        if kind == "data":
            data.write(repos["data"], options.data, home_of(options).datasets, folder)
            return
        preset = presets.find(options.model, home_of(options).models)
        scores = tuple(map(Path, options.scores))
        shared = repos["data"] if "data" in options.what else ""
        name = Path(options.model).name
        model.write(model.Model(name, preset, repos["model"], options.license, scores, shared), folder)
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=reason(error)) from error


def _upload(kind: str, repo: str, options: argparse.Namespace, folder: Path, password: str) -> str:
    private = not options.public
    if kind != "space":
        return hub.upload_folder(kind, repo, folder, options.message, private)
    secrets = {PASSWORD: password} if password and not options.demonstration else {}
    variables = {} if secrets or options.demonstration else {OPEN: "1"}
    return hub.upload_space(repo, folder, options.message, private, secrets, variables)


@contextmanager
def _folder(chosen: str | None) -> Iterator[Path]:
    """The folder to write to: the chosen one, which must be empty or new, else a temporary one."""
    if not chosen:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
        return
    folder = Path(chosen)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SourcierError("publish.not_empty", folder=folder)
    try:
        yield folder
    except SourcierError:
        for kind in KINDS:  # half of a repository is none
            shutil.rmtree(folder / kind, ignore_errors=True)
        raise


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("publish", DESCRIPTION)
    made.add_argument("what", nargs="*", metavar="model | data | space", help="default: model and space")
    made.add_argument("--owner", metavar="NAME", help="a user or organisation of the Hub (default: who is logged in)")
    made.add_argument("--model", default=presets.STARTER, metavar="NAME", help="a generator on this machine (starter)")
    made.add_argument("--model-name", metavar="NAME", help="of the model repository (default: sourcier- and the model)")
    made.add_argument("--data", nargs="+", default=["medquad"], metavar="NAME", help="data sets of the data repository")
    made.add_argument("--data-name", metavar="NAME", help="of the data repository (default: sourcier- and the data)")
    made.add_argument("--space-name", default="sourcier", metavar="NAME", help="of the Space (sourcier)")
    made.add_argument("--license", metavar="ID", help=f"of the weights, as the Hub names it (starter: {APACHE})")
    made.add_argument("--scores", nargs="+", default=[], metavar="RUN.json", help="stored evaluations, for the card")
    made.add_argument(
        "--demonstration",
        nargs="+",
        default=[],
        metavar="COLLECTION",
        help="the Space is a read-only demonstration of these collections of the data folder, open to everybody who "
        "sees it, without a password",
    )
    made.add_argument("--public", action="store_true", help="for everybody to see (default: private)")
    made.add_argument("--message", default="Publish Sourcier", help="of the commit")
    made.add_argument("--dry-run", metavar="DIR", help="write the folders there and upload nothing; needs --owner")
    options = made.parse_args(argv)
    if unknown := [what for what in options.what if what not in KINDS]:
        made.error(f"there is nothing called {unknown[0]!r} to publish; there are: {', '.join(KINDS)}")
    options.what = [kind for kind in KINDS if kind in (options.what or USUAL)]
    if options.dry_run and not options.owner:
        made.error("--dry-run asks nobody who you are: name the --owner")
    if options.model == presets.STARTER:
        options.license = options.license or APACHE
    elif not options.license and "model" in options.what:
        made.error("name the --license of these weights: those of their base and their data allow it or not")
    options.model_name = options.model_name or f"sourcier-{Path(options.model).name}"
    options.data_name = options.data_name or f"sourcier-{'-'.join(options.data)}"
    for name in (options.owner or "", options.model_name, options.data_name, options.space_name):
        if name and not SOMEBODY.fullmatch(name):
            made.error(f"{name!r} is no name of the Hub: letters, digits, hyphens, underscores and dots")
    return options


if __name__ == "__main__":
    run(main)
