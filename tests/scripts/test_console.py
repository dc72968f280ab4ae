"""`sourcier`: the commands under one name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import _console

ROOT = Path(__file__).resolve().parents[2]


def ran(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """The console command in a process of its own."""
    code = "import sys; sys.argv[0] = 'sourcier'; from scripts._console import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment)


def test_every_public_script_is_a_command():
    public = {file.stem for file in (ROOT / "scripts").glob("[!_]*.py")}
    assert public == set(_console.COMMANDS) - {_console.APP, _console.COMPLETION}


def test_help_lists_each_command_on_a_line(capsys):
    assert _console.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, text in _console.COMMANDS.items():
        assert any(line.split()[:1] == [name] and line.endswith(text) for line in lines)


def test_the_version_is_the_project_s(capsys):
    from scripts._setup.requirements import project_version

    assert _console.main(["--version"]) == 0
    assert capsys.readouterr().out == f"sourcier {project_version(ROOT / 'pyproject.toml')}\n"


def test_no_command_or_an_unknown_one_is_wrong_usage(capsys):
    assert _console.main([]) == 2
    assert _console.main(["divine"]) == 2
    assert "no command 'divine'" in capsys.readouterr().err


@pytest.mark.parametrize("name", [_console.APP, "fetch", "plan", "test", _console.COMPLETION])
def test_a_command_explains_itself_under_the_name_that_was_typed(name):
    shown = ran(name, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"usage: sourcier {name}")


def test_a_command_s_status_is_the_console_s(tmp_path):
    failed = ran("plan", str(tmp_path / "nothing.csv"))
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: ") and "Traceback" not in failed.stderr


def test_help_and_version_import_no_package_of_the_project_s_requirements():
    code = "import sys; from scripts._console import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    shown = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numpy", "argcomplete", "assistant", "index"} & set(shown.stderr.split())


@pytest.mark.skipif(os.name == "nt", reason="the shell's side is bash's")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sourcier fe", {"fetch"}),
        ("sourcier fetch --fr", {"--from"}),
        ("sourcier livrables ch", {"check"}),
        ("sourcier app --no", {"--no-browser"}),
    ],
)
def test_a_shell_s_line_is_completed(line, offered, tmp_path):
    answers = tmp_path / "answers"
    shell = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "_ARGCOMPLETE_IFS": "\n", "COMP_TYPE": "9"}
    shell |= {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_STDOUT_FILENAME": str(answers)}
    ran(**shell)
    assert {word.strip() for word in answers.read_text().split("\n")} == offered


@pytest.mark.parametrize("shell", _console.SHELLS)
def test_each_shell_has_a_completion_script(shell, capsys):
    pytest.importorskip("argcomplete")
    assert _console.main([_console.COMPLETION, shell]) == 0
    assert "sourcier" in capsys.readouterr().out


def test_an_unknown_shell_is_wrong_usage(capsys):
    assert _console.main([_console.COMPLETION, "tcsh"]) == 2
