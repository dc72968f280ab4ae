"""The environment that the commands make for themselves: what they find, what they make, what they survive."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import launch
from scripts._setup import bootstrap as _bootstrap
from scripts._setup import install as _install
from scripts._setup import requirements as _requirements
from scripts._setup.command_line import app_parser
from scripts._stress.common import eventually

ROOT = Path(__file__).resolve().parents[2]
WANTED = {"": ["no-such-package>=1"], "test": ["no-such-test-package"]}
PYPROJECT = """
[project]
name = "somebody"
dependencies = [
    "no-such-package>=1", # a comment with ] in it
]

[project.optional-dependencies]
test = ["no-such-test-package"]
"""


@pytest.fixture
def environment(tmp_path) -> _bootstrap.Environment:
    """The environment of an empty project."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return _bootstrap.Environment(tmp_path)


@pytest.fixture
def installed(environment, monkeypatch) -> list[str]:
    """No virtual environment and no pip: what they would have done, in order. `installed.fails_at` makes one fail."""
    return Recorder(environment, monkeypatch)


class Recorder(list):
    """Stands in for venv and pip."""

    def __init__(self, environment, monkeypatch):
        super().__init__()
        self.environment = environment
        self.fails_at = ""
        monkeypatch.setattr(_install, "make", self.make)
        monkeypatch.setattr(_install, "pip", self.pip)
        monkeypatch.setattr(_install, "check_space", lambda folder: None)
        monkeypatch.setattr(_bootstrap.Environment, "version", lambda environment: self.version())

    def version(self) -> str:
        return _bootstrap._version() if self.environment.python.exists() else ""

    def make(self, target, base):
        self.append("venv")
        target.python.parent.mkdir(parents=True)
        target.python.write_text("an interpreter")
        (target.folder / "pyvenv.cfg").write_text("")

    def pip(self, target, title, *arguments, on_unpack):
        if self.fails_at == "fetching":
            raise _install.InstallError("The network is gone.")
        on_unpack()
        (target.folder / "half-a-package").write_text("")
        if self.fails_at == "unpacking":
            raise _install.InstallError("The disk is full.")
        self.append("pip " + " ".join((*arguments[:-2], arguments[-1].removeprefix(str(self.environment.root)))))


def bring_up(environment, *extras):
    """What a start does when the packages are missing."""
    listed = _requirements.read(environment.root / "pyproject.toml")
    wanted = {extra: listed[extra] for extra in ("", *extras)}
    _bootstrap._bring_up(environment, wanted, listed)
    return wanted


# What is asked for, and whether it is there.


def test_a_file_that_is_no_toml_is_an_error(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = [\n "a",\n')
    with pytest.raises(ValueError):
        _requirements.read(tmp_path / "pyproject.toml")


def test_missing_names_what_is_absent_or_out_of_range(tmp_path, monkeypatch):
    for package, version in (
        ("here_and-now", "2.5.1+cpu"),
        ("old", "1.9"),
        ("early", "3.0rc1"),
        ("edge", "2.13.0+cpu"),
    ):
        folder = tmp_path / f"{package.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    asked = [
        "Here-And_Now[extra]>=2,<3",
        "old>=2",
        "early>=2",
        "edge<=2.13.0",
        "absent",
        "far; sys_platform == 'amiga'",
    ]
    assert _requirements.missing(asked) == ["old>=2", "absent"]


def test_a_bare_python_reads_them_with_what_its_own_pip_carries(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from scripts._setup import requirements\n"
        "found = requirements.read(Path('pyproject.toml'))\n"
        "print(found, requirements.missing(found['']), 'packaging' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout == f"{WANTED} {WANTED['']} False\n", ran.stderr


def test_a_python_without_any_pip_is_told_what_to_install(environment, monkeypatch, capsys):
    monkeypatch.setattr(_bootstrap, "ROOT", environment.root)
    monkeypatch.setattr(_requirements, "_pip_wheel", lambda: "")
    monkeypatch.setattr(_requirements.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    _requirements._carried.cache_clear()
    with pytest.raises(SystemExit) as ended:
        _bootstrap.ensure()
    _requirements._carried.cache_clear()
    assert "python3-venv" in str(ended.value)


def test_an_installed_package_needs_no_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(_bootstrap, "ROOT", tmp_path)
    _bootstrap.ensure()


# What a start finds in .venv.


@pytest.fixture
def ready(environment):
    """An environment that was installed without extras."""
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("an interpreter")
    environment.write(_bootstrap.READY, {"": WANTED[""]}, "3.11")
    return environment


def test_a_ready_environment_holds_what_it_was_made_for(ready):
    assert ready.holds({"": WANTED[""]})


def test_a_ready_environment_lacks_an_extra_that_it_was_not_made_for(ready):
    assert not ready.holds(WANTED)


def test_changed_requirements_are_not_held(ready):
    assert not ready.holds({"": ["no-such-package>=2"]})


def test_an_environment_whose_python_was_removed_is_not_ready(ready, tmp_path):
    ready.python.unlink()
    ready.python.symlink_to(tmp_path / "gone")
    assert not ready.holds({"": WANTED[""]})


def test_an_environment_whose_folder_was_moved_is_not_ready(ready, tmp_path):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(ready.folder, moved / ".venv")
    assert not _bootstrap.Environment(moved).holds({"": WANTED[""]})


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"state": "ready"}', '{"state": "ready", "requirements": []}'])
def test_a_damaged_stamp_counts_as_none(ready, stamp):
    ready.stamp.write_text(stamp)
    assert not ready.holds({"": WANTED[""]})


# Installing.


def test_a_first_start_makes_the_environment_and_a_second_one_nothing(environment, installed):
    wanted = bring_up(environment)
    assert environment.holds(wanted)
    bring_up(environment)
    assert installed == ["venv", "pip "]


def test_the_locked_versions_are_installed(environment, installed):
    lock = environment.root / _bootstrap.LOCK_FILE
    lock.write_text("no-such-package==1.2")
    bring_up(environment)
    assert installed == ["venv", f"pip --constraint {lock} "]


def test_an_extra_is_added_to_what_is_there_and_stays(environment, installed):
    bring_up(environment)
    bring_up(environment, "test")
    (environment.root / "pyproject.toml").write_text(PYPROJECT.replace(">=1", ">=2"))
    bring_up(environment)
    assert installed == ["venv", "pip ", "pip [test]", "pip [test]"]
    assert environment.holds({"": ["no-such-package>=2"], "test": WANTED["test"]})


@pytest.mark.parametrize("step", ["fetching", "unpacking"])
def test_a_failed_first_installation_is_begun_anew(environment, installed, step):
    installed.fails_at = step
    with pytest.raises(_install.InstallError):
        bring_up(environment)
    assert environment.state()["state"] == _bootstrap.INSTALLING
    (environment.folder / "left-over").write_text("")
    installed.fails_at = ""
    wanted = bring_up(environment)
    assert environment.holds(wanted)
    assert installed == ["venv", "venv", "pip "]
    assert not (environment.folder / "left-over").exists()


def test_an_update_that_fails_before_it_changes_anything_leaves_the_old_environment(environment, installed):
    wanted = bring_up(environment)
    (environment.root / "pyproject.toml").write_text(PYPROJECT.replace(">=1", ">=2"))
    installed.fails_at = "fetching"
    with pytest.raises(_install.InstallError):
        bring_up(environment)
    assert environment.holds(wanted)


def test_an_update_that_fails_half_way_is_not_taken_for_good(environment, installed):
    wanted = bring_up(environment)
    (environment.root / "pyproject.toml").write_text(PYPROJECT.replace(">=1", ">=2"))
    installed.fails_at = "unpacking"
    with pytest.raises(_install.InstallError):
        bring_up(environment)
    assert not environment.holds(wanted)
    installed.fails_at = ""
    assert environment.holds(bring_up(environment))
    assert installed == ["venv", "pip ", "venv", "pip "]


def test_a_user_s_own_environment_in_the_folder_is_added_to(environment, installed):
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("an interpreter")
    (environment.folder / "pyvenv.cfg").write_text("")
    assert environment.holds(bring_up(environment))
    assert installed == ["pip "]


def test_a_folder_that_is_no_environment_is_left_alone(environment, installed):
    environment.folder.mkdir()
    (environment.folder / "thesis.txt").write_text("ten years")
    with pytest.raises(_install.InstallError, match="no virtual environment"):
        bring_up(environment)
    assert (environment.folder / "thesis.txt").read_text() == "ten years"
    assert installed == []


def test_too_small_a_disk_is_told_before_anything_is_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**11, 10**11, 10**9))
    with pytest.raises(_install.InstallError, match=r"1\.0 GB free and the installation needs about 6 GB"):
        _install.check_space(tmp_path)


def test_two_starts_at_once_install_once(environment, installed, capsys):
    environment.folder.mkdir()
    said = []

    def told():
        said.append(capsys.readouterr().out)
        return "Another start of Sourcier is installing" in "".join(said)

    with _bootstrap._locked(environment.lock):
        second = threading.Thread(target=bring_up, args=(environment,))
        second.start()
        eventually(told, 60)
        environment.python.parent.mkdir(parents=True)
        environment.python.write_text("an interpreter")
        environment.write(_bootstrap.READY, {"": WANTED[""]}, "3.11")
    second.join(60)
    assert "Another start of Sourcier is installing" in "".join(said)
    assert installed == []


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the lock with the process that took it")
def test_the_lock_outlives_a_killed_start_for_as_long_as_its_pip(tmp_path):
    lock = tmp_path / "lock"
    code = (
        "import sys; from pathlib import Path; from scripts._setup import bootstrap as b, install as i\n"
        f"with b._locked(Path({str(lock)!r})) as held:\n"
        f"    target = i.Target(Path({str(tmp_path)!r}), Path(sys.executable), sys.stderr, (held,))\n"
        "    child = target.start(sys.executable, '-c', 'import time; time.sleep(60)')\n"
        "    print(child.pid, flush=True)\n"
        "    child.wait()\n"
    )
    start = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert start.stdout is not None
    child = int(start.stdout.readline())
    start.kill()
    start.wait()
    start.stdout.close()
    with open(lock, "a+b") as file:
        held_on = not _bootstrap._try_lock(file)
        os.kill(child, 9)
        free = eventually(lambda: _bootstrap._try_lock(file), 60) is not None
    assert held_on and free


# pip, watched.


@pytest.fixture
def target(tmp_path):
    """An empty environment that runs this interpreter."""
    with open(tmp_path / "install.log", "w+", encoding="utf-8") as log:
        yield _install.Target(tmp_path, Path(sys.executable), log)


def test_a_step_shows_its_outcome_and_keeps_the_whole_output(target, capsys):
    said = "Collecting a\nCollecting b\nInstalling collected packages: a, b\nSuccessfully installed a b"
    unpacking = []
    _install._Step("3/3 Packages", target, lambda: unpacking.append(1)).run(sys.executable, "-c", f"print({said!r})")
    assert re.fullmatch(r"3/3 Packages: 2 packages, 0:\d\d\n", capsys.readouterr().out)
    assert (target.folder / "install.log").read_text() == said + "\n"
    assert unpacking == [1]


def test_a_failed_step_says_why_how_to_go_on_and_where_the_rest_stands(target):
    said = "ERROR: No matching distribution found for tensorflow>=2.20"
    with pytest.raises(_install.InstallError) as caught:
        _install._Step("3/3 Packages", target).run(sys.executable, "-c", f"print({said!r}); raise SystemExit(1)")
    assert str(caught.value) == (
        "The installation failed: No matching distribution found for tensorflow>=2.20. "
        "Then run the same command again: nothing half-done is kept.\n"
        f"Everything that was said: {target.folder / 'install.log'}"
    )


def test_the_moving_line_counts_packages_and_bytes(target):
    step = _install._Step("3/3 Packages", target)
    assert step._state() == "working"
    (target.folder / "tmp" / "pip-unpack-x1").mkdir(parents=True)
    (target.folder / "tmp" / "pip-unpack-x1" / "a.whl").write_bytes(bytes(2_000_000))
    for line in ("Collecting a<2\n", "  Downloading a.whl (2 MB)\n", "Collecting b\n", "Collecting a (from b)\n"):
        step._take(line)
    assert step._state() == "fetching, 2 packages, 2 MB"
    step._take("Installing collected packages: b, a\n")
    library = target.folder / ("Lib" if os.name == "nt" else "lib/python3.11") / "site-packages"
    (library / "b-1.dist-info").mkdir(parents=True)
    assert step._state() == "unpacking 1 of 2 packages"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "WARNING: Retrying: [Errno -3] Temporary failure in name resolution\nERROR: No matching",
            "could not be reached",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("not created successfully because ensurepip is not available.", "apt install python3-venv"),
        (
            "ERROR: Cannot install a and b.\nERROR: ResolutionImpossible: for help visit",
            "failed: Cannot install a and b.",
        ),
        ("Killed", "The installation failed."),
    ],
)
def test_a_failure_is_told_in_one_sentence(output, reason):
    assert reason in _install.reason(output)
    assert "\n" not in _install.reason(output)


def test_the_user_s_own_pip_settings_do_not_divert_packages(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_CERT", "kept")
    settings = _install._environment(tmp_path)
    assert "PIP_TARGET" not in settings
    assert (settings["PIP_USER"], settings["PIP_CERT"], settings["TMPDIR"]) == ("0", "kept", str(tmp_path))


# Whole commands.

COMMAND = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from scripts._setup import bootstrap as _bootstrap, install as _install

def make(target, base):
    _install._Step("venv", target).run(base, "-m", "venv", "--without-pip", str(target.folder))

_bootstrap.ROOT = Path({project!r})
_install.make, _install.check_space = make, lambda folder: None
_install.pip = lambda *arguments, on_unpack: on_unpack()
_bootstrap.ensure(("test",))
print("inside", Path(sys.prefix).name, *sys.argv[1:], flush=True)
sys.exit(7)
"""


@pytest.fixture
def command(tmp_path):
    """Runs a command of a project whose packages no interpreter has; only pip is left out."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "command.py").write_text(COMMAND.format(root=str(ROOT), project=str(tmp_path)))

    def run(*arguments):
        line = [sys.executable, "command.py", *arguments]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    return run


def test_a_command_runs_again_inside_with_its_arguments_and_status(command, tmp_path):
    first = command("one", "two words")
    assert first.returncode == 7, first.stderr
    assert first.stdout.splitlines()[0].startswith("This Python lacks no-such-package and 1 more.")
    assert first.stdout.splitlines()[-1] == "inside .venv one two words"
    second = command("three")
    assert (second.returncode, second.stdout) == (7, "inside .venv three\n")


def test_an_environment_made_by_another_python_version_is_made_anew(command, tmp_path):
    command()
    stamp = tmp_path / ".venv" / "sourcier.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"python": "3.1"}))
    again = command()
    assert (again.returncode, again.stdout.splitlines()[-1]) == (7, "inside .venv"), again.stderr
    assert json.loads(stamp.read_text())["python"] == _bootstrap._version()


def test_an_unwritable_folder_is_told_in_a_sentence(command, tmp_path):
    (tmp_path / ".venv").write_text("a file")
    ran = command()
    assert ran.returncode == 1
    assert re.fullmatch(r"\s*Sourcier cannot start yet\. File exists \(.*\)\. Then run .*\n", ran.stderr)


@pytest.mark.parametrize("version", [(2, 7), (3, 9), (3, 14)])
def test_another_python_is_refused_in_one_sentence(version):
    code = f"import sys; sys.version_info = {(*version, 0)}; import scripts"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"Sourcier needs Python 3.10, 3.11, 3.12 or 3.13 and this is Python {version[0]}.")


def test_launch_explains_itself_without_site_packages():
    line = [sys.executable, "-S", str(ROOT / "launch.py"), "--help"]
    ran = subprocess.run(line, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    for option in ("--host", "--port", "--no-browser", "--home"):
        assert option in ran.stdout


def test_launch_refuses_wrong_usage_before_it_installs_anything(monkeypatch):
    monkeypatch.setattr(_bootstrap, "ensure", lambda: pytest.fail("installed"))
    with pytest.raises(SystemExit) as ended:
        launch.main(["--port", "many"])
    assert ended.value.code == 2


def test_launch_knows_the_options_of_the_app():
    app = pytest.importorskip("assistant.ui.server.app")
    assert app_parser().parse_args([]).__dict__ == app._parser().parse_args([]).__dict__
