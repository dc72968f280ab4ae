import pytest

from assistant.generation.generator import Generator
from assistant.generation.presets import ModelError
from assistant.training.errors import TrainingError
from corpus.errors import SourcierError
from scripts import finetune, pretrain
from scripts._common import say


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
    with pytest.raises(TrainingError, match=r"training\.run_exists"):
        pretrain.main([*common, "--data", str(prepared.folder)])
    assert pretrain.main([*common, "--export", str(preset)]) == 0
    assert Generator.load(preset).window == 256


def test_going_on_with_no_run_is_one_sentence(tmp_path):
    with pytest.raises(TrainingError, match=r"training\.no_checkpoint"):
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


def test_a_disk_that_fills_up_at_the_end_leaves_no_preset(options, tmp_path, monkeypatch):
    from assistant.training.runs import export

    def full(model, tokenizer, folder, **_):
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        raise OSError("Can't write data (file write failed: errno = 28, error message = 'No space left', buf = 0x5)")

    with monkeypatch.context() as patched:
        patched.setattr(export, "save", full)
        with pytest.raises(TrainingError, match=r"^training.cannot_go_on \(reason=No space left on device\)$"):
            finetune.main(options)
    run = tmp_path / "home" / "runs" / "mine"
    assert not (tmp_path / "home" / "models").exists()
    assert not (run / "preset").exists() and not list(run.glob("*.h5")) and (run / "checkpoint.npz").is_file()
    assert finetune.main(options) == 0  # with room again, nothing is learnt twice
    assert (tmp_path / "home" / "models" / "mine" / "config.json").is_file()


def test_a_generator_that_this_run_did_not_make_is_never_replaced(options, tmp_path):
    (tmp_path / "home" / "models" / "mine").mkdir(parents=True)
    with pytest.raises(TrainingError, match=r"training\.name_taken .*mine"):
        finetune.main(options)
    with pytest.raises(TrainingError, match=r"training\.name_taken .*starter"):
        finetune.main(["starter", *options[1:]])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--gpu"], "training.no_gpu"),
        (["--devices", "7"], "training.devices"),
        (["--length", "20"], "training.rows_too_short"),
        (["--length", "300"], "training.rows_too_long"),
        (["--data", "nonsense"], "nonsense"),
        (["--data", "medquad"], "training.data_set_missing"),
        (["--data", "feedback"], "training.no_feedback"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_no_run(options, tmp_path, more, words):
    import tensorflow as tf

    if "--gpu" in more and tf.config.list_physical_devices("GPU"):
        pytest.skip("there is a GPU here")
    with pytest.raises(SourcierError, match=words) as caught:
        finetune.main([*options, *more])
    assert not say(caught.value).startswith(caught.value.code)
    assert not (tmp_path / "home" / "runs" / "mine").exists()


def test_numbers_that_make_no_sense_are_wrong_usage(options):
    for more in (["--batch", "0"], ["--epochs", "nan"], ["--rate", "-1"], ["--seed", "-1"], ["--patience", "0"]):
        with pytest.raises(SystemExit) as caught:
            finetune.main([*options, *more])
        assert caught.value.code == 2


def test_an_unreadable_document_is_named_and_the_others_are_learnt(options, tmp_path, capsys):
    (tmp_path / "odd.xyz").write_text("?")
    at = options.index("--documents") + 1
    assert finetune.main([*options[:at], str(tmp_path / "odd.xyz"), *options[at:]]) == 1
    assert "odd.xyz" in capsys.readouterr().out
    assert (tmp_path / "home" / "models" / "mine" / "config.json").is_file()


def test_nothing_to_learn_from_is_one_sentence(toy_preset, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(SourcierError, match=r"\."):
        finetune.main(
            ["mine", "--base", str(toy_preset), "--documents", str(tmp_path / "empty.txt"), "--home", str(tmp_path)]
        )
    with pytest.raises(ModelError, match=r"model\.unknown"):
        finetune.main(["mine", "--base", "nothing", "--home", str(tmp_path)])
