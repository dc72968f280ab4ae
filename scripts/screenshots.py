"""Pictures of the real app: starts it on the data folder, asks a question, clicks its first citation."""

import argparse
import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from corpus.document import ReadingError
from corpus.home import Home
from scripts._common import home_of, parser, run

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "livrables" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WAIT_MS = 240_000  # for the models on a slow machine


def main(argv: list[str] | None = None) -> int:
    """Exit status 0, or 1 when the app does not start or there is no Chromium."""
    made = parser("screenshots", "Takes a picture of a question and its answer. Needs the test extra and Chromium.")
    made.add_argument("--question", default="What are the treatments for glaucoma?")
    made.add_argument("--collection", default="", help="default: all")
    made.add_argument("--name", default="answer", help="of the picture")
    made.add_argument("--out", metavar="DIR", default=str(IMAGES))
    made.add_argument("--chromium", default=CHROMIUM)
    made.add_argument("--size", default="1440x900")
    made.add_argument("--language", default="en-GB", help="of the browser")
    made.add_argument("--dark", action="store_true")
    options = made.parse_args(argv)
    if not Path(options.chromium).exists():
        raise ReadingError(f"There is no Chromium at {options.chromium}; name one with --chromium.")
    with _app(home_of(options)) as url:
        print(_picture(url, options))
    return 0


@contextlib.contextmanager
def _app(home: Home) -> Iterator[str]:
    """The address of the app in a process of its own."""
    command = [sys.executable, "-m", "assistant.ui.app", "--no-browser", "--port", "7990", "--home", str(home.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        try:
            for line in app.stdout:
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    return
            raise ReadingError("The app did not start; its reason stands above.")
        finally:
            app.terminate()


def _picture(url: str, options: argparse.Namespace) -> Path:
    from playwright.sync_api import sync_playwright

    width, height = map(int, options.size.split("x"))
    target = Path(options.out) / f"{options.name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        page = browser.new_context(
            viewport={"width": width, "height": height},
            locale=options.language,
            color_scheme="dark" if options.dark else "light",
        ).new_page()
        page.goto(url)
        page.wait_for_selector("#question textarea", timeout=WAIT_MS)
        if options.collection:
            page.click("#collection input")
            page.click(f"#collection [role=option] >> text={options.collection}")
        page.fill("#question textarea", options.question)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".turn.done .checked, .turn.done .refused", timeout=WAIT_MS)
        if page.locator(".cite").count():
            page.locator(".cite").first.click()
        page.wait_for_timeout(1000)  # the scrolling
        page.screenshot(path=str(target))
        browser.close()
    return target


if __name__ == "__main__":
    run(main)
