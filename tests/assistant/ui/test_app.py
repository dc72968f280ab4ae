import os
import socket
import subprocess
import sys

import pytest

from assistant.ui.server import app
from assistant.ui.server.app import free_port, is_loopback, main
from corpus.home import Home


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_addresses_are_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", ""])
def test_other_hosts_are_refused_with_one_sentence_without_a_password(host, capsys, tmp_path):
    assert main(["--host", host, "--no-browser", "--home", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_another_host_is_served_with_a_password_and_a_warning(monkeypatch, capsys, tmp_path):
    served = {}
    monkeypatch.setattr(app, "serve", lambda home, host, port, **options: served.update(host=host, **options) or 0)
    monkeypatch.setenv("SOURCIER_PASSWORD", "correct horse")
    assert main(["--host", "0.0.0.0", "--no-browser", "--home", str(tmp_path)]) == 0
    assert served["host"] == "0.0.0.0" and served["password"].matches("correct horse")
    assert "not encrypted" in capsys.readouterr().out
    assert "SOURCIER_PASSWORD" not in os.environ


def test_a_password_is_set_changed_and_removed(monkeypatch, capsys, tmp_path):
    def typed(*lines: str) -> int:
        answers = iter(lines)
        monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
        return main(["--set-password", "--home", str(tmp_path)])

    stored = Home(tmp_path).password
    assert typed("correct horse", "other horse") == 1 and not stored.exists()
    assert typed("short", "short") == 1 and not stored.exists()
    assert typed("correct horse", "correct horse") == 0 and stored.exists()
    assert "correct horse" not in "".join(capsys.readouterr())
    assert typed("") == 0 and not stored.exists()


def test_a_damaged_password_lets_nobody_in(capsys, tmp_path):
    Home(tmp_path).password.write_text("{")
    assert main(["--no-browser", "--home", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_taken_port_gives_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--home", str(tmp_path / "file" / "home"), "--no-browser"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_wrong_usage_exits_with_2():
    with pytest.raises(SystemExit) as ended:
        main(["--nonsense"])
    assert ended.value.code == 2


def test_gradio_is_imported_only_by_the_panels():
    """`--help` and everything without a window stay fast."""
    imported = "sys, assistant.ui.server.app, assistant.services.application, assistant.ui.render"
    code = f"import {imported}; assert 'gradio' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_gradio_sends_no_statistics():
    code = (
        "import assistant.ui.panels.components; from gradio import analytics; assert not analytics.analytics_enabled()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
