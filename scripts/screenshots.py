"""Pictures of the real app: starts it on the data folder and drives it in a browser, as somebody would."""

import argparse
import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourcierError
from corpus.home import Home
from scripts._common import home_of, parser, run

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "livrables" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WAIT_MS = 600_000  # for the models on a slow machine
GUIDE = ROOT / "livrables" / "06-prototype" / "images"
DESCRIPTION = """\
Takes a picture of a question and its answer, or with --guide those of the guide. Needs the test extra and Chromium.

The pictures of the guide show MedQuAD and the Wikipedia summaries: a data folder with other documents shows those.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit status 0, or 1 when the app does not start or there is no Chromium."""
    made = parser("screenshots", DESCRIPTION)
    made.add_argument("--question", default="What are the treatments for migraine?")
    made.add_argument("--collection", default="", help="default: all")
    made.add_argument("--name", default="answer", help="of the picture")
    made.add_argument("--out", metavar="DIR", default=str(IMAGES))
    made.add_argument("--chromium", default=CHROMIUM)
    made.add_argument("--size", default="1440x900")
    made.add_argument("--language", default="en-GB", help="of the browser")
    made.add_argument("--dark", action="store_true")
    made.add_argument("--guide", action="store_true", help=f"all pictures of {GUIDE.relative_to(ROOT).as_posix()}")
    options = made.parse_args(argv)
    if options.guide:
        options.out, options.size, options.language = str(GUIDE), "1280x800", "fr-FR"
    if not Path(options.chromium).exists():
        raise SourcierError("screenshots.no_chromium", path=options.chromium)
    scenes = SCENES if options.guide else (Scene(options.name, lambda page: _ask(page, options)),)
    with _app(home_of(options)) as url:
        for path in _pictures(url, scenes, options):
            print(path)
    return 0


@dataclass(frozen=True)
class Scene:
    """A picture's name, and what is done before it is taken; scenes follow each other in one tab of the browser."""

    name: str
    play: Callable


@contextlib.contextmanager
def _app(home: Home) -> Iterator[str]:
    """The address of the app in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "assistant.ui.server.app",
        "--no-browser",
        "--port",
        "7990",
        "--home",
        str(home.path),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        try:
            for line in app.stdout or ():
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    return
            raise SourcierError("screenshots.no_app")
        finally:
            app.terminate()


def _pictures(url: str, scenes: tuple[Scene, ...], options: argparse.Namespace) -> Iterator[Path]:
    from playwright.sync_api import Error, sync_playwright

    width, height = map(int, options.size.split("x"))
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        page = browser.new_context(
            viewport={"width": width, "height": height},
            locale=options.language,
            color_scheme="dark" if options.dark else "light",
        ).new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(url)
        page.wait_for_selector("#question textarea")
        for scene in scenes:
            try:
                scene.play(page)
                page.wait_for_timeout(1500)  # scrolling and fading
                page.screenshot(path=str(folder / f"{scene.name}.png"))
            except Error as error:
                raise SourcierError(
                    "screenshots.scene", scene=scene.name, reason=error.message.splitlines()[0].rstrip(".")
                ) from error
            yield _smaller(folder / f"{scene.name}.png")
        browser.close()


def _smaller(path: Path) -> Path:
    """A page needs few colours: a quarter of the bytes."""
    from PIL import Image

    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(192, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)
    return path


# --- scenes -------------------------------------------------------------------------------------------------------


def _ask(page, options: argparse.Namespace) -> None:
    """Asks, waits for the checked answer, and opens the passage behind its first citation."""
    if options.collection:
        page.select_option("#collection select", options.collection)
    _answered(page, options.question)


def _answered(page, question: str) -> None:
    turns = page.locator(".turn.done").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function("n => document.querySelectorAll('.turn.done').length > n", arg=turns)
    page.wait_for_selector(".turn.done .checked, .turn.done .refusal")
    if page.locator(".turn.done >> nth=-1").locator(".cite").count():
        page.locator(".turn.done >> nth=-1").locator(".cite").first.click()


def _welcomed(page) -> None:
    """Waits for the models, too: until then the page says what it loads."""
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#status .ready")


def _tab(page, name: str, shown: str) -> None:
    page.click(f"#{name}-tab-button")
    page.wait_for_selector(shown)


def _lab(page) -> None:
    _tab(page, "lab", "#lab-charts .charts")
    page.click("#lab-write")
    page.wait_for_function("() => (document.querySelector('.continuation .new')?.innerText || '').length > 80")


def _new_conversation(page, question: str) -> None:
    _tab(page, "ask", "#question textarea")
    page.click("#new-conversation")
    page.wait_for_selector(".welcome")
    _answered(page, question)


SCENES = (
    Scene("accueil", _welcomed),
    Scene("reponse", lambda page: _answered(page, "What are the treatments for migraine?")),
    Scene("suite", lambda page: _answered(page, "And what are its symptoms?")),
    Scene("refus", lambda page: _new_conversation(page, "Who won the world chess championship of 2031?")),
    Scene("documents", lambda page: _tab(page, "documents", "#collection-table table")),
    Scene("labo", _lab),
    Scene("entrainer", lambda page: _tab(page, "train", "#train-start")),
    Scene("evaluer", lambda page: _tab(page, "evaluate", "#evaluate-start")),
    Scene("reglages", lambda page: _tab(page, "settings", "#settings-controls input")),
)


if __name__ == "__main__":
    run(main)
