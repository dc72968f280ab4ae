"""The files that run Sourcier for many people, as far as they can be read without Docker."""

from pathlib import Path

import pytest

from index.storage.opening import VARIABLE
from scripts import _console

yaml = pytest.importorskip("yaml")
DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = ("app1", "app2", "worker")


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_writes_nowhere_but_where_it_should_and_knows_its_store(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert {volume.partition(":")[2] for volume in service["volumes"]} == {"/data", "/cache"}
    assert service["environment"][VARIABLE].startswith("postgresql://")
    assert service["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_the_image_runs_as_nobody_special():
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    users = [line.split()[1] for line in lines[last:] if line.startswith("USER ")]
    assert users and users[-1] not in ("root", "0")


def test_every_command_is_one_of_ours():
    units = [line for file in DEPLOY.glob("*.service") for line in file.read_text().splitlines()]
    started = [line.split()[1:] for line in units if line.startswith("ExecStart=")]
    started.append(COMPOSE["services"]["worker"]["command"][1:])
    assert len(started) == 3
    assert {words[0] for words in started} <= {*_console.COMMANDS, _console.APP}


def test_the_proxy_asks_each_app_whether_it_is_ready_and_shows_nobody_the_figures():
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert "reverse_proxy app1:7860 app2:7860" in text and "health_uri /ready" in text
    assert "path /metrics /ready" in text and "respond @own 404" in text
