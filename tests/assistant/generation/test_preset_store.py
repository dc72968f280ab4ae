"""Presets that somebody brings: what is taken of a folder or an archive, and what is refused."""

import io
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from assistant.generation import preset_store, presets
from assistant.generation.preset_store import bring, standing
from assistant.generation.presets import ModelError

NAME = "gpt2_base_en"


@pytest.fixture(autouse=True)
def no_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path / "kagglehub"))


@pytest.fixture
def models(tmp_path) -> Path:
    return tmp_path / "models"


def archive(folder: Path, at: Path, inside: str = "", **more: bytes) -> Path:
    """A ZIP archive of a preset below `inside`, with more members."""
    with zipfile.ZipFile(at, "w") as made:
        for path in folder.rglob("*"):
            if path.is_file():
                made.write(path, inside + path.relative_to(folder).as_posix())
        for name, data in more.items():
            made.writestr(name, data)
    return at


def test_a_folder_or_an_archive_of_one_is_taken_with_its_own_files_alone(toy_preset, models, tmp_path):
    stick = tmp_path / "stick" / NAME
    shutil.copytree(toy_preset, stick)
    (stick / "evil.pkl").write_bytes(b"x")
    (stick / "setup.py").write_text("1/0")
    assert bring(stick, models) == models / NAME
    assert standing(NAME, models).origin == "import" and standing(NAME, models).state == "here"
    assert not list(models.rglob("*.pkl")) and not list(models.rglob("*.py"))
    assert presets.find(NAME, models) == models / NAME
    with pytest.raises(ModelError, match=r"generators\.name_taken"):
        bring(stick, models)

    packed = archive(stick, tmp_path / "my-own.zip", **{"notes/readme.txt": b"hello"})
    assert bring(packed, models) == models / "my-own"
    deep = archive(stick, tmp_path / "download.zip", "backup/gpt2_medium_en/")
    assert bring(deep, models).name == "gpt2_medium_en"
    assert bring(packed, models, "gpt2_large_en").name == "gpt2_large_en"
    found = {each.name: each.origin for each in presets.available(models) if each.ready}
    assert found["my-own"] == "trained" and found[NAME] == "hub"

    progress: list[tuple[int, int | None]] = []
    bring(packed, models, "gpt2_extra_large_en", lambda done, total: progress.append((done, total)))
    assert progress[-1][0] == progress[-1][1]
    preset_store.delete(NAME, models)
    assert standing(NAME, models).state == "none"


@pytest.mark.parametrize("member", ["../../escaped.json", "/etc/escaped", "a/../../b", "C:/x", "a\\..\\..\\b"])
def test_an_archive_that_leads_out_of_its_folder_is_refused_whole(toy_preset, models, tmp_path, member):
    with pytest.raises(ModelError, match=r"generators\.zip_path"):
        bring(archive(toy_preset, tmp_path / "x.zip", **{member: b"{}"}), models, NAME)
    assert standing(NAME, models).state == "none" and not list(tmp_path.rglob("escaped*"))


def test_links_bombs_and_broken_archives_leave_nothing(toy_preset, models, tmp_path, monkeypatch):
    link = zipfile.ZipInfo("config.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    at = archive(toy_preset, tmp_path / "link.zip")
    with zipfile.ZipFile(at) as whole, zipfile.ZipFile(tmp_path / "linked.zip", "w") as made:
        for info in whole.infolist():
            if info.filename != "config.json":
                made.writestr(info, whole.read(info))
        made.writestr(link, "/etc/passwd")
    refused(tmp_path / "linked.zip", models, "generators.no_preset")

    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        for path in toy_preset.rglob("*"):
            if path.is_file() and path.name != "task.json":
                made.write(path, path.relative_to(toy_preset).as_posix())
        made.writestr("task.json", bytes(preset_store.SMALL + 1))
    refused(bomb, models, "generators.too_large")
    data = bytearray(bomb.read_bytes())  # the same one, which announces a size that is allowed
    size, small = (preset_store.SMALL + 1).to_bytes(4, "little"), (100).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(bytes(data).replace(size, small))
    refused(tmp_path / "liar.zip", models, "generators.zip_damaged")

    (tmp_path / "broken.zip").write_bytes(at.read_bytes()[:-200])
    refused(tmp_path / "broken.zip", models, "generators.zip_damaged")
    refused(tmp_path / "nowhere.zip", models, "generators.not_there")
    two = archive(toy_preset, tmp_path / "two.zip", "one/", **members(toy_preset, "two/"))
    refused(two, models, "generators.several")
    with pytest.raises(ModelError, match=r"generators\.name"):
        bring(at, models, "", label="-strange name-.zip")
    with monkeypatch.context() as patched:
        patched.setattr(preset_store, "ROOM", 1 << 60)
        refused(at, models, "generators.no_space")
    other = archive(toy_preset, tmp_path / "other.zip")
    with zipfile.ZipFile(other) as read:
        config = json.loads(read.read("config.json"))
    config["class_name"] = "BertBackbone"
    files = members(toy_preset, "") | {"config.json": json.dumps(config).encode()}
    refused(written(tmp_path / "bert.zip", files), models, "model.other_kind")
    files = members(toy_preset, "") | {"model.weights.h5": b"\x80\x04 a pickle"}
    refused(written(tmp_path / "pickle.zip", files), models, "model.weights_unfit")


def refused(source: Path, models: Path, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        bring(source, models, NAME)
    assert caught.value.code == code
    assert not (models / NAME).exists() and standing(NAME, models).state == "none"


def members(folder: Path, inside: str) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {inside + path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def written(at: Path, files: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    at.write_bytes(buffer.getvalue())
    return at


def test_one_in_keras_nlp_s_own_cache_is_used_and_never_deleted(toy_preset, models, tmp_path):
    cached = tmp_path / "kagglehub/models/keras/gpt2/keras" / NAME / "3"
    shutil.copytree(toy_preset, cached)
    assert standing(NAME, models).origin == "shared" and presets.find(NAME, models) == cached
    with pytest.raises(ModelError, match=r"generators\.shared"):
        preset_store.delete(NAME, models)
    assert cached.is_dir()
    bring(cached, models, NAME)
    assert presets.find(NAME, models) == models / NAME


def test_another_file_under_the_same_version_is_refused(toy_preset, models, tmp_path):
    for change in (b"", b"\n"):
        folder = models / preset_store.PARTIAL / NAME / "kaggle"
        shutil.copytree(toy_preset, folder)
        with (folder / "metadata.json").open("ab") as file:
            file.write(change)
        if not change:
            preset_store.install(folder, NAME, models, "kaggle", "3")
            preset_store.delete(NAME, models)
            continue
        with pytest.raises(ModelError, match=r"generators\.changed") as caught:
            preset_store.install(folder, NAME, models, "kaggle", "3")
        assert caught.value.values["file"] == "metadata.json" and not (folder / "metadata.json").exists()


def test_a_file_that_is_missing_is_seen_without_reading(toy_preset, models):
    bring(toy_preset, models, NAME)
    (models / NAME / "model.weights.h5").unlink()
    assert standing(NAME, models).state == "damaged"
    assert preset_store.check(NAME, models) == ["model.weights.h5"]
    bring(toy_preset, models, NAME)  # over a damaged one
    assert standing(NAME, models).state == "here"


def test_one_program_at_a_time_works_on_a_preset(toy_preset, models):
    from filelock import FileLock

    (models / preset_store.PARTIAL).mkdir(parents=True)
    with (
        FileLock(str(models / preset_store.PARTIAL / f"{NAME}.lock")),
        pytest.raises(ModelError, match=r"generators\.busy"),
    ):
        bring(toy_preset, models, NAME)
