"""What goes to the Hub: the folders of a dry run, what is asked of the Hub, and the app started from the Space's."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from assistant.evaluation import runs
from assistant.generation import presets
from assistant.settings import Settings
from assistant.ui.server import space as entry
from corpus.document import Document, Passage, Section
from corpus.errors import SourcierError
from corpus.home import Home
from index.storage.store import Store
from scripts import publish
from scripts._publish import hub, space

PASSWORD = "a password for a test"


def front_matter(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8").split("\n---\n")[0])


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> Path:
    """A dry run of both repositories."""
    made = tmp_path_factory.mktemp("published")
    assert publish.main(["--owner", "somebody", "--dry-run", str(made)]) == 0
    return made


# --- the folders ------------------------------------------------------------------------------------------------


def test_the_model_repository_is_a_preset_with_a_card(folders):
    shipped = presets.starter()
    assert presets.validate(folders / "model") == presets.validate(shipped)
    card = folders / "model" / "README.md"
    described = front_matter(card)
    assert described["license"] == "apache-2.0" and described["library_name"] == "keras-hub"
    assert described["pipeline_tag"] == "text-generation"
    text = card.read_text("utf-8")
    assert "hf://somebody/sourcier-starter" in text and "## Data" in text
    shown = re.findall(r"!\[.*?\]\((.+?)\)", text)
    assert [name for name in shown if not (folders / "model" / name).is_file()] == []
    assert text.count("pipeline_tag") == 1  # the preset's own metadata is replaced
    assert (folders / "model" / "LICENSE").read_text("utf-8").lstrip().startswith("Apache License")


def test_a_card_tells_what_runs_measured(tmp_path):
    run = runs.Run("dialogue", runs.now(), {}, (runs.table("medquad", [["1"], ["2"]], {"rouge_l": [0.2, 0.6]}),))
    runs.save(run, tmp_path / "run.json")
    made = tmp_path / "out"
    assert publish.main(["model", "--owner", "me", "--dry-run", str(made), "--scores", str(tmp_path / "run.json")]) == 0
    (result,) = front_matter(made / "model" / "README.md")["model-index"][0]["results"]
    assert result["metrics"][0]["type"] == "rouge" and result["metrics"][0]["value"] == 0.4
    assert not (made / "space").exists()


def test_the_space_is_configured_as_the_hub_reads_it(folders):
    described = front_matter(folders / "space" / "README.md")
    assert described["sdk"] == "gradio" and described["app_file"] == "app.py"
    assert len(described["short_description"]) <= 60
    assert described["models"] == ["somebody/sourcier-starter"]
    needed = (folders / "space" / "requirements.txt").read_text("utf-8").splitlines()
    assert needed[0].startswith("--extra-index-url ") and any(line.startswith("faiss-cpu") for line in needed)


def test_the_space_holds_the_app_and_nothing_that_lies_about(folders, tmp_path, monkeypatch):
    there = {path.relative_to(folders / "space").as_posix() for path in (folders / "space").rglob("*")}
    weights = {"assistant/starter/model.weights.h5", "index/reader/weights/reader.safetensors"}
    assert {"app.py", "assistant/ui/window.py", "index/retrieval/order.json", *weights} <= there
    assert not [name for name in there if name.startswith(("tests", "livrables", ".")) or "__pycache__" in name]
    for package in space.PACKAGES:
        (tmp_path / package).mkdir()
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(space.ROOT / name, tmp_path / name)
    (tmp_path / "assistant" / "kept.py").write_text("")
    for name in (".env", "token", "history.sqlite3", "notes.docx"):
        (tmp_path / "assistant" / name).write_text("mine")
    monkeypatch.setattr(space, "ROOT", tmp_path)
    assert [path.name for path in space.sources()] == ["kept.py", "LICENSE", "pyproject.toml"]


def test_the_card_names_base_and_data(tmp_path):
    home = Home(tmp_path / "data").make()
    for name, base in (("mine", "starter"), ("other", "gpt2_base_en")):
        shutil.copytree(presets.starter(), home.models / name)
        card = f"# {name}\n\n- Base: {base}\n\n## Data\n\n- MedQuAD: CC BY 4.0, somewhere\n"
        (home.models / name / presets.CARD).write_text(card, "utf-8")
    options = ["model", "--owner", "me", "--home", str(home.path), "--license", "cc-by-4.0"]
    for name, base in (("mine", "me/sourcier-starter"), ("other", "keras/gpt2_base_en")):
        publish.main([*options, "--model", name, "--dry-run", str(tmp_path / name)])
        described = front_matter(tmp_path / name / "model" / "README.md")
        assert (
            described["base_model"] == base and described["datasets"] == ["medquad"] and described["language"] == "en"
        )


def test_what_the_card_says_of_use_names_a_generator_that_is_not_the_shipped_one(folders):
    text = (folders / "model" / "README.md").read_text("utf-8")
    (name,) = re.findall(r"--local-dir ~/.sourcier/models/(\S+)", text)
    assert f"--model {name}" in text and not presets.is_reserved(name)


def test_data_go_up_with_their_licence_and_topics_on_one_side(tmp_path):
    home = Home(tmp_path / "data").make()
    rows = "".join(f"What is d{n}?,D{n} is a rare disease of the eye.,NIH,d{n}\n" for n in range(60))
    (home.datasets / "medquad").mkdir(parents=True)
    (home.datasets / "medquad" / "medquad.csv").write_text("question,answer,source,focus_area\n" + rows, "utf-8")
    assert publish.main(["data", "--owner", "me", "--home", str(home.path), "--dry-run", str(tmp_path / "out")]) == 0
    folder = tmp_path / "out" / "data"
    described = front_matter(folder / "README.md")
    assert described["license"] == "cc-by-4.0" and described["language"] == ["en"]
    sides = [
        [json.loads(line) for line in (folder / f"{side}.jsonl").read_text("utf-8").splitlines()]
        for side in ("train", "validation")
    ]
    assert sum(map(len, sides)) == 60 and all(sides)
    topics = [{row["topic"] for row in rows} for rows in sides]
    assert not topics[0] & topics[1] and set(sides[0][0]) == {"question", "answer", "passage", "topic"}


@pytest.mark.parametrize("name", ["corona_tweets", "cancer_text", "scientific_papers", "nothing"])
def test_data_that_may_not_be_passed_on_are_refused(name, tmp_path):
    options = ["data", "--owner", "me", "--home", str(tmp_path), "--data", name, "--dry-run", str(tmp_path / "out")]
    with pytest.raises(SourcierError, match=r"publish\.not_shared"):
        publish.main(options)
    assert not (tmp_path / "out" / "data").exists()


def test_a_demonstration_carries_its_generator_and_its_collections(tmp_path):
    home = Home(tmp_path / "data").make()
    prepared(home)
    shutil.copytree(presets.starter(), home.models / "mine")
    options = [
        "space",
        "--owner",
        "me",
        "--home",
        str(home.path),
        "--model",
        "mine",
        "--dry-run",
        str(tmp_path / "out"),
    ]
    assert publish.main([*options, "--demonstration", "wikipedia", "eyes"]) == 0
    carried = tmp_path / "out" / "space" / "carried"
    assert entry.demonstration({}, carried) == ("wikipedia", "eyes")
    assert entry.demonstration({"SOURCIER_DEMONSTRATION": "eyes, "}, carried) == ("eyes",)
    assert [path.name for path in (carried / "collections").iterdir()] == ["2.zip"]  # wikipedia comes with the app
    text = (tmp_path / "out" / "space" / "README.md").read_text("utf-8")
    assert "public demonstration" in text and "SOURCIER_PASSWORD" not in text and "`mine`" in text

    there = Home(tmp_path / "there").make()
    for _ in range(2):  # a second start finds everything in its place
        entry.unpack(carried, there)
    store = Store(there.index)
    assert list(store.collections()) == ["eyes"]
    store.close()
    assert Settings.load(there.settings).model == "mine" and presets.validate(there.models / "mine")


def test_a_demonstration_of_an_unknown_collection_is_not_written(tmp_path):
    home = Home(tmp_path / "data").make()
    with pytest.raises(SourcierError):
        publish.main(
            [
                "space",
                "--owner",
                "me",
                "--home",
                str(home.path),
                "--dry-run",
                str(tmp_path / "out"),
                "--demonstration",
                "no",
            ]
        )
    assert not (tmp_path / "out" / "space").exists()


def test_a_public_demonstration_needs_no_password(fake_hub):
    fake_hub.private = False
    assert publish.main(["space", "--public", "--demonstration", "wikipedia"]) == 0
    assert [name for name, _, _ in fake_hub.calls] == ["create_repo", "upload_folder"]


def test_two_dry_runs_write_the_same(folders, tmp_path):
    publish.main(["--owner", "somebody", "--dry-run", str(tmp_path / "again")])
    assert digests(tmp_path / "again") == digests(folders)


def test_a_dry_run_touches_no_folder_that_holds_something(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SourcierError, match=r"publish\.not_empty"):
        publish.main(["--owner", "me", "--dry-run", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_secret_in_a_file_stops_everything(tmp_path):
    (tmp_path / "notes.md").write_text("token: hf_" + "a1B2" * 9)
    with pytest.raises(SourcierError, match=r"^hub.secret \(name=notes\.md\)$") as caught:
        hub.check(tmp_path)
    assert "a1B2" not in str(caught.value)


# --- the Hub ----------------------------------------------------------------------------------------------------


class FakeHub:
    """Notes what it is asked. `private` is what an existing Space is."""

    def __init__(self, private: bool = True):
        self.private = private
        self.calls: list[tuple] = []

    def whoami(self) -> dict:
        return {"name": "somebody"}

    def space_info(self, repo: str):
        return self

    def __getattr__(self, name: str):
        return lambda *args, **options: self.calls.append((name, args, options))


@pytest.fixture
def fake_hub(monkeypatch):
    made = FakeHub()
    monkeypatch.setattr(hub, "_api", lambda: made)
    monkeypatch.delenv("SOURCIER_PASSWORD", raising=False)
    return made


def test_both_go_up_as_private_and_exactly(fake_hub, capsys):
    assert publish.main([]) == 0
    names = [name for name, _, _ in fake_hub.calls]
    assert names == ["create_repo", "upload_folder", "create_repo", "add_space_variable", "upload_folder"]
    assert all(options["private"] for name, _, options in fake_hub.calls if name == "create_repo")
    uploads = [options for name, _, options in fake_hub.calls if name == "upload_folder"]
    assert [each["repo_id"] for each in uploads] == ["somebody/sourcier-starter", "somebody/sourcier"]
    assert all(each["delete_patterns"] == ["*"] for each in uploads)
    assert capsys.readouterr().out.splitlines() == [
        "https://huggingface.co/somebody/sourcier-starter",
        "https://huggingface.co/spaces/somebody/sourcier",
    ]


def test_a_public_space_needs_a_password_that_stays_secret(fake_hub, monkeypatch, capsys):
    with pytest.raises(SourcierError, match=r"publish\.no_password"):
        publish.main(["space", "--public"])
    assert fake_hub.calls == []
    monkeypatch.setenv("SOURCIER_PASSWORD", PASSWORD)
    fake_hub.private = False
    publish.main(["space", "--public"])
    assert ("add_space_secret", ("somebody/sourcier", "SOURCIER_PASSWORD", PASSWORD), {}) in fake_hub.calls
    assert "add_space_variable" not in [name for name, _, _ in fake_hub.calls]
    assert PASSWORD not in capsys.readouterr().out


def test_a_space_that_turned_public_is_not_opened(fake_hub):
    fake_hub.private = False
    with pytest.raises(SourcierError, match=r"hub\.not_private"):
        publish.main(["space"])
    assert [name for name, _, _ in fake_hub.calls] == ["create_repo"]


def test_without_a_token_it_says_how_to_log_in(monkeypatch, tmp_path):
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(SourcierError, match=r"hub.login|hub.unreachable"):
        publish.main(["model"])


def test_weights_of_somebody_else_need_a_licence(capsys):
    with pytest.raises(SystemExit, match="2"):
        publish.main(["model", "--model", "mine", "--owner", "me", "--dry-run", "x"])
    assert "name the --license" in capsys.readouterr().err


# --- on a Space -------------------------------------------------------------------------------------------------


def test_the_port_is_the_space_s():
    assert entry.port({"GRADIO_SERVER_PORT": "7000", "PORT": "8000"}) == 7000
    assert entry.port({"PORT": "8000"}) == 8000
    assert entry.port({"PORT": "all"}) == entry.port({}) == 7860


def test_data_lie_where_they_can_be_written(tmp_path):
    (tmp_path / "data").mkdir()
    assert entry.data_folder({}, tmp_path / "data") == tmp_path / "data" / "sourcier"
    assert entry.data_folder({}, tmp_path / "none").name == "sourcier"
    assert entry.data_folder({"SOURCIER_HOME": str(tmp_path)}, tmp_path / "data") == tmp_path


def test_the_hub_shows_it_in_a_frame_and_knows_its_names():
    place = entry.hosting({"SPACE_HOST": "me-sourcier.hf.space, sourcier.example"})
    assert place.frames == ("https://huggingface.co",)
    assert place.names == ("me-sourcier.hf.space", "sourcier.example")


def test_a_space_without_a_password_stays_closed(monkeypatch, capsys):
    monkeypatch.delenv("SOURCIER_PASSWORD", raising=False)
    monkeypatch.delenv("SOURCIER_OPEN", raising=False)
    assert entry.main() == 1
    assert "SOURCIER_PASSWORD" in capsys.readouterr().err


@pytest.mark.real
def test_the_app_answers_from_the_space_s_folder_alone(folders, tmp_path):
    """In a process that knows nothing but that folder, which it leaves as it is."""
    before = digests(folders / "space")
    home = Home(tmp_path / "data").make()
    prepared(home)
    port = free_port()
    with started(folders / "space", home, tmp_path, port) as (app, log):
        answer = asked(port, "What is a cataract?", app, log)
    assert "clouding of the lens" in answer["choices"][0]["message"]["content"]
    assert answer["sources"][0]["title"] == "Cataract"
    assert digests(folders / "space") == before


def prepared(home: Home) -> None:
    """A collection of three documents, so that nothing has to be indexed first."""
    texts = {
        "Cataract": "A cataract is a clouding of the lens in the eye. Most cataracts are related to aging.",
        "Glaucoma": "Glaucoma is a group of diseases that damage the optic nerve of the eye.",
        "Asthma": "Asthma is a disease of the airways that makes breathing difficult.",
    }
    store = Store(home.index)
    for name, text in texts.items():
        source = store.add_source("eyes", f"/{name}.txt", "file")
        scan = store.begin_scan(source.id)
        store.put(source.id, scan, [(Document(name, (Section(text),)), [Passage(text, name)])])
        store.end_scan(source.id, scan)
    store.close()


class started:
    """The app of a Space's folder in a process with an empty environment. Gives the process and its log."""

    def __init__(self, folder: Path, home: Home, scratch: Path, port: int):
        self._log = scratch / "app.log"
        environment = {
            "PATH": os.defpath,
            "HOME": str(scratch / "no home"),
            "TMPDIR": str(scratch),
            "PYTHONDONTWRITEBYTECODE": "1",  # the disk of a Space's code may be read-only
            "GRADIO_SERVER_PORT": str(port),
            "SYSTEM": "spaces",
            "SPACE_ID": "somebody/sourcier",
            "SPACE_HOST": "somebody-sourcier.hf.space",
            "SOURCIER_HOME": str(home.path),
            "SOURCIER_PASSWORD": PASSWORD,
            "HF_HUB_OFFLINE": "1",
        }
        if "SYSTEMROOT" in os.environ:
            environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        self._process = subprocess.Popen(
            [sys.executable, "-s", "app.py"],
            cwd=folder,
            env=environment,
            stdout=self._log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self):
        return self._process, self._log

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()


def asked(port: int, question: str, app: subprocess.Popen, log: Path, patience: float = 300) -> dict:
    """The API's answer, once the app is there."""
    body = json.dumps({"model": "sourcier", "messages": [{"role": "user", "content": question}]}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {PASSWORD}"}
    until = time.monotonic() + patience
    while time.monotonic() < until and app.poll() is None:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/chat/completions", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=patience) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise AssertionError(error.read().decode() + log.read_text("utf-8", "replace")) from error
        except urllib.error.URLError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"the app did not answer: {log.read_text('utf-8', 'replace')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
