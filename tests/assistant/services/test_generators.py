"""Generators from a stand-in for both hubs: downloaded, cut, resumed, used for the whole course, damaged, deleted."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_fake import REVISION, FakeHubs

from assistant.generation import preset_store, presets
from assistant.generation.presets import HUB_PRESETS, HUB_VERSION, ModelError
from assistant.services.generators import Generators, missing
from corpus.errors import Reason
from corpus.home import Home

NAME = "gpt2_base_en"
TINY = {"num_layers": 4, "num_heads": 4, "hidden_dim": 256, "intermediate_dim": 1024, "max_sequence_length": 512}
FULL = {"num_layers": 12, "num_heads": 12, "hidden_dim": 768, "intermediate_dim": 3072, "max_sequence_length": 1024}
WEIGHTS = "model.weights.h5"
CHUNK = 10 << 20  # what huggingface_hub writes at a time


@pytest.fixture(scope="module")
def published(toy_preset, tmp_path_factory) -> Path:
    """A preset in the file layout of gpt2_base_en, with random weights that are larger than one chunk of a download.

    SOURCIER_FULL_SHAPE=1 gives it gpt2_base_en's own 124 million parameters.
    """
    from assistant.generation.engine.keras_engine import build_model
    from assistant.training.runs.export import save

    full = os.environ.get("SOURCIER_FULL_SHAPE") == "1"
    sizes = presets.validate(toy_preset) | (FULL | {"vocabulary_size": 50257} if full else TINY) | {"dropout": 0.0}
    folder = save(build_model(sizes), toy_preset, tmp_path_factory.mktemp("hub") / NAME)
    assert (folder / WEIGHTS).stat().st_size > CHUNK
    return folder


@pytest.fixture
def hubs(monkeypatch, tmp_path):
    """Both hubs, with starter's files; the processes that are started ask them, and look nowhere else for presets."""
    made = FakeHubs(presets.starter())
    for name, value in (made.environment | {presets.HUB_VARIABLE: str(tmp_path / "kagglehub")}).items():
        monkeypatch.setenv(name, value)
    yield made
    made.close()


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home").make()


@pytest.fixture
def generators(home):
    made = Generators(home)
    yield made
    made.close()


def until(done: Callable[[], object], seconds: float = 300) -> None:
    """Waits for something that another process does: a busy machine is slow, not wrong."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def finished(generators: Generators) -> Callable[[], bool]:
    return lambda: not generators.busy


def code_of(generators: Generators) -> str:
    job = generators.offer(NAME).job
    reason = Reason.loads(job.reason) if job else None
    return reason.code if reason else ""


# --- the whole way ----------------------------------------------------------------------------------------------


def test_the_generic_gpt2_does_the_whole_course(hubs, published, home, generators, tmp_path, monkeypatch, capsys):
    """Downloaded, cancelled in the middle, resumed, loaded, fine-tuned, compared, asked, and made ready to publish."""
    hubs.serve(published)
    from scripts import ask, compare, finetune, publish

    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setenv("SOURCIER_READER", "overlap")
    at_home = ["--home", str(home.path)]
    with pytest.raises(ModelError, match=r"model\.not_downloaded"):
        finetune.main(["mine", "--base", NAME, *at_home])
    with pytest.raises(ModelError, match=r"model\.not_downloaded"):
        compare.main(["--generic", NAME, "--specialised", presets.STARTER, *at_home])
    assert hubs.heard == []  # nothing is downloaded that nobody asked for

    hubs.held[WEIGHTS] = CHUNK + (1 << 20)
    generators.fetch(NAME)
    until(lambda: generators.offer(NAME).standing.bytes > CHUNK)
    job = generators.offer(NAME).job
    assert job is not None and job.state == "fetching"
    generators.stop(NAME)
    until(finished(generators))
    offer = generators.offer(NAME)
    assert (offer.job, offer.standing.state) == (None, "partial") and offer.standing.bytes > CHUNK

    hubs.release()
    generators.fetch(NAME)
    until(finished(generators))
    standing = generators.offer(NAME).standing
    assert (standing.state, standing.origin, standing.path) == ("here", "huggingface", home.models / NAME)
    first, *resumed = hubs.ranges(WEIGHTS)
    assert first == "" and set(resumed) == {f"bytes={CHUNK}-"}
    assert (home.models / NAME / WEIGHTS).read_bytes() == hubs.files[WEIGHTS].read_bytes()
    assert not (home.models / NAME / "extra").exists() and "extra/run_me.py" not in {file for file, _ in hubs.asked}
    origin = json.loads((home.models / NAME / preset_store.ORIGIN).read_text())
    assert origin["revision"] == REVISION and WEIGHTS in origin["files"]

    medquad(home.datasets / "medquad")
    rows = ["--data", "medquad", "--length", "200", "--batch", "1", "--epochs", "0.05"]
    few = ["--validation", "2", "--measured", "0"]
    assert finetune.main(["mine", "--base", NAME, *rows, *few, *at_home]) == 0
    assert "mine" in [each.name for each in presets.available(home.models) if each.origin == "trained"]

    report = tmp_path / "report"
    assert compare.main(["--count", "2", "--out", str(report), *at_home]) == 0  # the generic one is found by itself
    settings = json.loads((report / "mesures.json").read_text())["settings"]
    assert [settings[role]["name"] for role in ("generic", "specialised")] == [NAME, "mine"]

    indexed(home)
    capsys.readouterr()
    for model in (NAME, "mine"):
        question = ["What are the symptoms of Glaucoma?", "--model", model, "--mode", "free", "--threshold", "0"]
        assert ask.main([*question, "--json", *at_home]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["model"] == model and answer["timings"]["new_tokens"] > 0

    made = tmp_path / "published"
    named = ["model", "--owner", "me", "--model", "mine", "--license", "mit"]
    assert publish.main([*named, "--dry-run", str(made), *at_home]) == 0
    assert presets.validate(made / "model") == presets.validate(home.models / NAME)


def medquad(folder: Path) -> None:
    """A small MedQuAD: enough topics for some to be held out."""
    folder.mkdir(parents=True)
    with (folder / "medquad.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "answer", "source", "focus_area"])
        for n in range(60):
            topic = f"{('Glaucoma', 'Asthma', 'Gout', 'Mumps', 'Rabies')[n % 5]} {n}"
            rows.writerow([f"What is {topic} ?", f"{topic} is a disease of kind {n}. Doctors treat it.", "Test", topic])


def indexed(home: Home) -> None:
    from corpus.document import Document, Passage, Section
    from index.storage.store import Store

    store = Store(home.index)
    text = "The symptoms of glaucoma are blind spots in the field of view."
    source = store.add_source("eyes", "/eyes.txt", "file")
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, [(Document("Eyes", (Section(text),)), [Passage(text, "Eyes")])])
    store.end_scan(source.id, scan)
    store.close()


# --- the hubs ---------------------------------------------------------------------------------------------------


def test_kaggle_steps_in_and_goes_on_after_a_cut(hubs, home):
    """By the command, whose second call goes on where the connection broke."""
    hubs.closed.add("huggingface")
    hubs.cut[WEIGHTS] = 5 << 20
    first = fetched(home)
    assert first.returncode == 1 and "cut off" in first.stderr and "Traceback" not in first.stderr
    assert preset_store.standing(NAME, home.models).state == "partial"
    second = fetched(home, "--json")
    assert second.returncode == 0, second.stderr
    (made,) = json.loads(second.stdout)["generators"]
    assert (made["state"], made["origin"], made["name"]) == ("here", "kaggle", NAME)
    resumed = [wanted for wanted in hubs.ranges(WEIGHTS) if wanted]
    assert len(resumed) == 1 and int(resumed[0].removeprefix("bytes=").rstrip("-")) >= 4 << 20
    pins = json.loads((home.models / preset_store.PINS).read_text())
    assert set(pins[f"kaggle/{NAME}/{HUB_VERSION}"]) == set(filter(preset_store.limit_of, hubs.files))


def fetched(home: Home, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.fetch", NAME, "--home", str(home.path), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[3])


def test_a_file_that_is_not_what_the_hub_announces_is_not_kept(hubs, home, generators):
    hubs.lies.add(WEIGHTS)
    generators.fetch(NAME)
    until(finished(generators))
    assert code_of(generators) == "generators.checksum"
    assert not (home.models / NAME).exists() and not list(home.models.rglob("*.h5"))
    hubs.lies.clear()
    generators.fetch(NAME)
    until(finished(generators))
    assert generators.offer(NAME).standing.state == "here"

    # Damaged later: told by a check, which asks no hub; only what is broken is fetched again.
    weights = home.models / NAME / WEIGHTS
    data = weights.read_bytes()
    weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    asked = len(hubs.heard)
    generators.check(NAME)
    until(finished(generators))
    assert generators.offer(NAME).standing.state == "damaged" and len(hubs.heard) == asked
    before = len(hubs.asked)
    generators.fetch(NAME)
    until(finished(generators))
    assert generators.offer(NAME).standing.state == "here" and weights.read_bytes() == data
    assert {file for file, _ in hubs.asked[before:]} == {WEIGHTS}

    generators.delete(NAME)
    assert generators.offer(NAME).standing.state == "none" and not (home.models / NAME).exists()


def test_without_a_network_it_is_one_sentence(hubs, generators):
    hubs.close()
    generators.fetch(NAME)
    until(finished(generators))
    assert code_of(generators) == "generators.offline"
    assert generators.offer(NAME).standing.state == "none"


def test_where_both_refuse_both_are_named(hubs, generators):
    hubs.closed |= {"huggingface", "kaggle"}
    generators.fetch(NAME)
    until(finished(generators))
    assert code_of(generators) == "generators.nowhere"


# --- the catalogue ------------------------------------------------------------------------------------------------


def test_names_sizes_and_version_are_keras_hub_s():
    from keras_hub.src.models.gpt2.gpt2_presets import backbone_presets

    assert {name: preset.parameters for name, preset in HUB_PRESETS.items()} == {
        name: facts["metadata"]["params"] for name, facts in backbone_presets.items()
    }
    handles = {facts["kaggle_handle"] for facts in backbone_presets.values()}
    assert handles == {f"kaggle://keras/gpt2/keras/{name}/{HUB_VERSION}" for name in HUB_PRESETS}


def test_only_known_names_are_worked_on(generators):
    for act in (generators.fetch, generators.check, generators.delete, generators.offer):
        with pytest.raises(ModelError, match=r"generators\.unknown"):
            act("../../etc")
    assert missing(["starter"]) == NAME and missing(["starter", NAME]) == ""
