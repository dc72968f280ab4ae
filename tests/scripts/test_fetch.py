import io
import json
import urllib.error
import urllib.request
import zipfile
from email.message import Message
from hashlib import sha256

import pytest

from corpus.datasets import fetching, get
from corpus.datasets.dataset import Download
from scripts.fetch import main

CSV = (
    "question,answer,source,focus_area\nWhy ?,Because.,Garden,Ferns\nWhy ?,Because.,Garden,Ferns\nHow ?,,Garden,Ferns\n"
)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "from" / "medquad"
    folder.mkdir(parents=True)
    (folder / "medquad.csv").write_text(CSV, encoding="utf-8")
    return tmp_path / "from"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def answer_with(monkeypatch, data, length=None):
    """Lets every download give `data`; `asked` collects the addresses."""
    asked = []

    def urlopen(request, timeout):
        asked.append(request.full_url)
        response = io.BytesIO(data)
        response.headers = Message()
        response.headers["Content-Length"] = str(len(data) if length is None else length)
        return response

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def archive():
    xml = (
        '<Document id="1" source="Garden" url=""><Focus>Ferns</Focus><QAPairs><QAPair>'
        '<Question qid="1-1" qtype="use">Why ?</Question><Answer>Because.</Answer></QAPair></QAPairs></Document>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("MedQuAD-master/1_Garden_QA/0000001.xml", xml)
    return buffer.getvalue()


def test_copies_what_it_knows_and_says_what_it_holds(source, home, capsys):
    assert main(["medquad", "--from", str(source), "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "medquad: 1 documents from 3 rows" in out
    assert "left out: 1 × exact duplicate" in out and "left out: 1 × no answer" in out
    assert "CC BY 4.0" in out
    assert (home / "datasets" / "medquad" / "medquad.csv").read_text(encoding="utf-8") == CSV
    assert [path.name for path in (home / "datasets" / "medquad").iterdir()] == ["medquad.csv"]


def test_the_folder_itself_may_be_named(source, home):
    assert main(["medquad", "--from", str(source / "medquad"), "--home", str(home)]) == 0


def test_json_gives_one_object(source, home, capsys):
    assert main(["medquad", "--from", str(source), "--home", str(home), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["datasets"]
    assert (result["state"], result["rows"], result["documents"]) == ("ready", 3, 1)
    assert result["dropped"] == {"exact duplicate": 1, "no answer": 1}


def test_one_that_fails_does_not_stop_the_others(source, home, capsys):
    assert main(["cancer_text", "medquad", "--from", str(source), "--home", str(home), "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["datasets"]
    assert first["state"] == "failed" and "No file of Cancer text" in first["reason"]
    assert second["state"] == "ready"


def test_files_that_do_not_parse_are_not_taken(source, home, capsys):
    (source / "medquad" / "medquad.csv").write_text("a,b\n1,2\n")
    assert main(["medquad", "--from", str(source), "--home", str(home)]) == 1
    assert "lacks the column 'question'" in capsys.readouterr().err
    assert not (home / "datasets").exists()


def test_a_source_that_is_no_folder_is_named(home, capsys):
    assert main(["medquad", "--from", str(home / "nowhere"), "--home", str(home)]) == 1
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nope"], ["--what"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_kaggle_sets_are_explained_in_two_lines(home, capsys):
    assert main(["corona_tweets", "--home", str(home)]) == 1
    first, second = capsys.readouterr().err.strip().splitlines()
    assert "Corona_NLP_train.csv, Corona_NLP_test.csv" in first and "kaggle.com" in first
    assert str(home) in second and "--from FOLDER" in second


def test_files_dropped_by_hand_are_found(home, capsys):
    folder = home / "datasets" / "cancer_text"
    folder.mkdir(parents=True)
    (folder / "alldata_1_for_kaggle.csv").write_text(",0,a\n0,Lung_Cancer,a text on lungs\n")
    assert main(["cancer_text", "--home", str(home)]) == 0
    assert "1 documents from 1 rows" in capsys.readouterr().out


def test_a_download_is_kept_once_it_parses(home, monkeypatch, capsys):
    asked = answer_with(monkeypatch, archive())
    assert main(["medquad", "--home", str(home)]) == 0
    assert main(["medquad", "--home", str(home)]) == 0  # there already
    assert asked == [get("medquad").origin.url]
    assert [path.name for path in (home / "datasets" / "medquad").iterdir()] == ["MedQuAD-master.zip"]
    assert main(["medquad", "--home", str(home), "--again"]) == 0
    assert len(asked) == 2


def test_no_network_is_one_sentence(home, monkeypatch, capsys):
    def offline(request, timeout):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    assert main(["medquad", "--home", str(home)]) == 1
    err = capsys.readouterr().err
    assert "could not be downloaded from github.com (no route to host)" in err and len(err.splitlines()) == 1


def test_another_file_than_the_published_one_is_refused(home, monkeypatch, capsys):
    answer_with(monkeypatch, b"something else")
    assert main(["financial_phrasebank", "--home", str(home)]) == 1
    assert "checksum differs" in capsys.readouterr().err
    assert list((home / "datasets" / "financial_phrasebank").iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(home, monkeypatch, capsys):
    answer_with(monkeypatch, archive()[:50], length=5000)
    assert main(["medquad", "--home", str(home)]) == 1
    assert "ended after 50 of 5000 bytes" in capsys.readouterr().err
    assert list((home / "datasets" / "medquad").iterdir()) == []


def test_progress_counts_to_the_end(monkeypatch, tmp_path):
    from corpus.home import Home

    data, seen = archive(), []
    answer_with(monkeypatch, data)
    fetching.fetch(get("medquad"), Home(tmp_path), lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(data), len(data))


def test_a_known_checksum_is_a_sha256():
    origins = [get(name).origin for name in ("medquad", "financial_phrasebank")]
    sums = [origin.sha256 for origin in origins if isinstance(origin, Download) and origin.sha256]
    assert sums and all(len(bytes.fromhex(value)) == sha256().digest_size for value in sums)


def test_a_failing_tfds_preparation_is_one_sentence(home, monkeypatch, capsys):
    from corpus.datasets import tfds
    from corpus.document import ReadingError

    def prepare(name, folder):
        raise ReadingError(f"TensorFlow Datasets could not prepare {name}: no network.")

    monkeypatch.setattr(tfds, "prepare", prepare)
    assert main(["scientific_papers/pubmed", "--home", str(home), "--json"]) == 1
    assert "scientific_papers/pubmed: no network" in json.loads(capsys.readouterr().out)["datasets"][0]["reason"]


def test_list_shows_all_that_can_be_had_with_its_licence(home, capsys, monkeypatch):
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(home / "none"))
    assert main(["--list", "--home", str(home), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    listed, generators = found["datasets"], {entry["name"]: entry for entry in found["generators"]}
    assert generators["gpt2_base_en"]["state"] == "none" and "MIT" in generators["gpt2_base_en"]["licence"]
    assert {"medquad", "wikipedia", "corona_tweets"} <= {entry["name"] for entry in listed}
    assert all(entry["licence"] and entry["origin"] and entry["fetched"] is False for entry in listed)
    assert main(["--list", "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "personal data" in out and "gpt2_base_en · OpenAI's GPT-2" in out


def test_a_generator_is_brought_and_deleted(home, tmp_path, capsys, monkeypatch):
    from assistant.generation import presets

    monkeypatch.setenv(presets.HUB_VARIABLE, str(tmp_path / "none"))
    at_home = ["--home", str(home)]
    assert main(["gpt2_base_en", "--from", str(tmp_path / "nowhere.zip"), *at_home]) == 1
    assert "neither a folder nor a ZIP archive" in capsys.readouterr().err
    assert main(["gpt2_base_en", "--from", str(presets.starter()), *at_home]) == 0
    assert "choose it by its name" in capsys.readouterr().out
    assert presets.find("gpt2_base_en", home / "models") == home / "models" / "gpt2_base_en"
    assert main(["gpt2_base_en", "--delete", "--json", *at_home]) == 0
    assert json.loads(capsys.readouterr().out)["generators"][0]["state"] == "none"
