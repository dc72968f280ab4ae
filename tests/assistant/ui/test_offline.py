"""The whole way from a dropped file to a checked answer, in a network namespace without any route."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

ROOT = Path(__file__).resolve().parents[3]
UNSHARE = ("unshare", "--map-root-user", "--net")
# Brings the loopback up (SIOCSIFFLAGS with IFF_UP), without which even 127.0.0.1 does not answer.
LOOPBACK = """
import fcntl, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    fcntl.ioctl(probe, 0x8914, struct.pack("16sH14x", b"lo", 1))
    try:
        probe.connect(("192.0.2.1", 9))
        sys.exit("there is a route")
    except OSError:
        pass
"""
GOLDEN = (
    LOOPBACK + "import pytest\n"
    "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests/assistant/ui/test_golden_path.py']))"
)


@pytest.fixture(scope="module")
def cut_off() -> tuple[str, ...]:
    """The command before a command that has no network; skips where the system allows none."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed (Linux: util-linux)")
    tried = subprocess.run([*UNSHARE, sys.executable, "-c", LOOPBACK], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no network namespace can be made here: {tried.stderr.strip().splitlines()[-1:]}")
    return UNSHARE


def test_the_golden_path_works_without_any_route(cut_off):
    """The browser of that test fails it for a request to anything but the app."""
    ran = subprocess.run([*cut_off, sys.executable, "-c", GOLDEN], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert "1 passed" in ran.stdout, ran.stdout[-1000:]
