"""What all tests share: no test touches the user's own data folder or a model hub; real data and a browser if there."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):
    # Comes with PyTorch's CUDA build. Loaded after TensorFlow it ends the process, and tests load those in any order.
    import triton  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
CHROMIUM_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory):
    """A data folder of the tests' own, for the commands that they start too, and no way to a model hub."""
    settings = {
        "SOURCIER_HOME": str(tmp_path_factory.mktemp("sourcier-home")),
        "HF_HUB_OFFLINE": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "LC_ALL": "C.UTF-8",  # the commands speak French under a French locale
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder with real copies of the data sets, `SOURCIER_CORPORA` or beside the repository; skips without."""
    folder = Path(os.environ.get("SOURCIER_CORPORA") or ROOT.parent / "shared" / "corpora")
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not in {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or a relative of it; skips when this machine has none."""
    found = [path for path in map(shutil.which, CHROMIUM_NAMES) if path]
    found += [path for path in CHROMIUM_PATHS if os.path.exists(path)]
    if not found:
        pytest.skip("no Chromium was found on this machine")
    return found[0]


@pytest.fixture(scope="session")
def browser(chromium):
    """A headless browser driven by Playwright; `browser.new_page()` gives a page of a fresh profile."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        # The sandbox cannot be set up by root and inside most containers.
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
