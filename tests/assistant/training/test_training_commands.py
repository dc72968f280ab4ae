import pytest

from assistant.generator import Generator
from corpus.document import ReadingError
from scripts import finetune, pretrain


def test_a_dry_run_of_pretraining_says_what_it_would_do(capsys):
    assert pretrain.main(["--plan", "starter", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "12.8 M parameters" in said
    assert "hours" in said


def test_pretraining_goes_from_prepared_data_to_a_preset(prepared, tmp_path, capsys):
    run, preset = str(tmp_path / "run"), tmp_path / "preset"
    common = ["--plan", "tiny", "--run", run, "--threads", "1"]
    assert pretrain.main([*common, "--data", str(prepared.folder), "--measure-every", "100"]) == 0
    assert "Step 8 of 8" in capsys.readouterr().out
    with pytest.raises(ReadingError, match="--resume"):
        pretrain.main([*common, "--data", str(prepared.folder)])
    assert pretrain.main([*common, "--export", str(preset)]) == 0
    assert Generator.load(preset).window == 256


def test_going_on_with_no_run_is_one_sentence(tmp_path):
    with pytest.raises(ReadingError, match="no checkpoint"):
        pretrain.main(["--run", str(tmp_path), "--resume"])


@pytest.fixture
def notes(tmp_path):
    """Three documents of the user's own."""
    for n, plant in enumerate(("Sage", "Mint", "Dill")):
        text = f"{plant} grows to {n + 2} metres in the sun. It needs water every day in summer."
        (tmp_path / f"{plant}.txt").write_text(text)
    return [str(path) for path in sorted(tmp_path.glob("*.txt"))]


@pytest.fixture
def options(wide_preset, notes, tmp_path):
    """The arguments of a small training that ends in seconds."""
    home = ["--home", str(tmp_path / "home")]
    return ["mine", "--base", str(wide_preset), "--documents", *notes, *home, "--length", "256", "--batch", "2"]


def test_fine_tuning_on_documents_of_ones_own_gives_a_preset_that_can_be_chosen(options, tmp_path, capsys):
    home = tmp_path / "home"
    assert finetune.main([*options, "--dry-run"]) == 0
    assert "held out by group" in capsys.readouterr().out
    assert not (home / "runs" / "mine").exists()
    assert finetune.main(options) == 0
    assert "The user's own documents" in (home / "models" / "mine" / "README.md").read_text()
    assert Generator.load("mine", models=home / "models").window == 256
    assert not (home / "runs" / "mine" / "preset").exists()
    assert finetune.main(options) == 0  # finished already: saved once more, over itself
    assert [path.name for path in (home / "models").iterdir()] == ["mine"]


def test_nothing_to_learn_from_is_one_sentence(toy_preset, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(ReadingError, match=r"\."):
        finetune.main(
            ["mine", "--base", str(toy_preset), "--documents", str(tmp_path / "empty.txt"), "--home", str(tmp_path)]
        )
    with pytest.raises(ReadingError, match="neither a folder"):
        finetune.main(["mine", "--base", "nothing", "--home", str(tmp_path)])
