"""`scripts.evaluate` as a user types it, over a toy collection and the hashing embedder."""

import json

import pytest
from conftest_medicine import TEXTS, fill

from assistant.evaluation import dialogue
from assistant.evaluation.dialogue import Case
from assistant.evaluation.gate_fitting import examples, sha256
from assistant.evaluation.questions import Query, load, save
from assistant.evaluation.retrieval import systems
from assistant.evaluation.runs import load as load_run
from assistant.gate import gate as confidence
from assistant.gate.gate import Gates
from assistant.generation.generator import Generator
from corpus.document import Passage
from corpus.errors import SourcierError
from corpus.home import Home
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from scripts import evaluate
from scripts._evaluate.command import searching
from scripts._evaluate.retrieval import SYSTEMS


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder with the toy collections."""
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setenv("SOURCIER_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    store = Store(tmp_path / "home" / "index.sqlite3")
    fill(store, HashingEmbedder())
    store.close()
    return tmp_path / "home"


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """A copy of the shipped gate, to be fitted anew."""
    copy = tmp_path / "confidence.json"
    copy.write_bytes(confidence.FITTED.read_bytes())
    monkeypatch.setattr(confidence, "FITTED", copy)
    return copy


@pytest.fixture
def asked(home, tmp_path):
    """A folder with two BEIR folders of questions."""
    folder = tmp_path / "questions"
    for name, topic in (("first", "gout"), ("second", "mumps")):
        queries = [
            Query(f"{name}-{kind}", TEXTS[kind][0].replace("{}", topic), frozenset({f"{topic}-{kind}"}))
            for kind in ("symptoms", "treatment")
        ]
        save(queries, folder / name)
    return folder


def answer(arguments, capsys):
    status = evaluate.main([str(argument) for argument in arguments])
    return status, json.loads(capsys.readouterr().out)


def test_commands_name_the_systems_that_there_are(medicine):
    assert list(systems(medicine[1], [])) == list(SYSTEMS)


# --- questions and retrieval --------------------------------------------------------------------------------------


def test_questions_become_folders_that_retrieval_measures(home, tmp_path, capsys):
    arguments = ["questions", "--collection", "medicine", "--out", tmp_path / "q", "--count", "4", "--json"]
    status, made = answer(arguments, capsys)
    assert (status, made["half"]) == (0, "dev")
    assert made["questions"]["reworded"] == len(load(tmp_path / "q" / "reworded")) == 4
    assert made["questions"]["synonyms"] == len(load(tmp_path / "q" / "synonyms")) == 1
    arguments = ["retrieval", tmp_path / "q", "--collection", "medicine", "--systems", "sourcier", "--json"]
    status, found = answer(arguments, capsys)
    tables = {table["name"]: table for table in found["tables"]}
    assert set(tables) == {f"{name}/sourcier" for name in made["questions"]}
    assert tables["original/sourcier"]["measures"]["Success@1"]["mean"] == 1.0
    assert tables["original/sourcier"]["facts"]["median_s"] > 0


def test_halves_make_other_questions(home, tmp_path, capsys):
    for half in ("dev", "test"):
        evaluate.main(["questions", "--collection", "medicine", "--out", str(tmp_path / half), "--half", half])
    topics = [{query.topic for query in load(tmp_path / half / "original")} for half in ("dev", "test")]
    assert all(topics)
    assert not topics[0] & topics[1]
    assert "reworded" in capsys.readouterr().out


def test_run_is_stored_in_the_data_folder_with_its_settings_and_every_value(home, asked, capsys):
    status, found = answer(["retrieval", asked, "--collection", "medicine", "--json"], capsys)
    (file,) = (home / "evaluation").iterdir()
    assert (status, found["stored"]) == (0, str(file))
    assert file.name.endswith("-retrieval.json")
    run = load_run(file)
    assert run.settings["collection"] == "medicine"
    assert run.settings["embedder"] == "hashing"
    assert len(run.tables) == 2 * len(SYSTEMS)
    assert run.tables[0].keys == ("first-symptoms", "first-treatment")
    assert run.tables[0].values["Success@1"] == (1.0, 1.0)
    assert len(found["within"]) == 2 * (len(SYSTEMS) - 1)


def test_table_has_a_row_a_system_with_intervals(home, asked, capsys):
    assert evaluate.main(["retrieval", str(asked), "--collection", "medicine"]) == 0
    shown = capsys.readouterr().out
    assert "nDCG@10" in shown.splitlines()[0]
    assert "median_s" in shown.splitlines()[0]
    assert "second/sourcier  2  1.000 [1.000, 1.000]" in shown
    assert "Within this run" in shown
    assert "The same for every question: 8 of 8 comparisons" in shown  # all find the documents' own questions


def test_baseline_over_the_same_questions_is_compared_by_a_paired_test(home, asked, tmp_path, capsys):
    arguments = ["retrieval", asked, "--collection", "medicine", "--systems", "keyword", "--json"]
    answer([*arguments, "--out", tmp_path / "before.json"], capsys)
    record = json.loads((tmp_path / "before.json").read_text())
    record["tables"][0]["values"]["R@10"] = [0.0, 0.0]
    (tmp_path / "before.json").write_text(json.dumps(record))
    status, found = answer([*arguments, "--baseline", tmp_path / "before.json"], capsys)
    assert status == 0
    rows = {(row["name"], row["measure"]): row for row in found["baseline"]["comparisons"]}
    assert len(rows) == 2 * 4
    assert rows["first/keyword", "R@10"]["difference"]["mean"] == 1.0
    assert rows["second/keyword", "R@10"]["p_value"] == 1.0
    assert found["baseline"]["not_compared"] == ""
    evaluate.main([str(each) for each in [*arguments[:-1], "--baseline", tmp_path / "before.json"]])
    shown = capsys.readouterr().out
    assert "2 of 2 differ" in shown
    assert "The same for every question: 7 of 8 comparisons" in shown


def test_baseline_over_other_questions_is_said_so_and_exits_1(home, asked, tmp_path, capsys):
    arguments = ["retrieval", asked / "first", "--collection", "medicine", "--systems", "sourcier"]
    answer([*arguments, "--out", tmp_path / "before.json", "--json"], capsys)
    save(load(asked / "first")[:1], asked / "first")
    assert evaluate.main([*map(str, arguments), "--baseline", str(tmp_path / "before.json")]) == 1
    assert "Not compared: first/sourcier: not over the same questions." in capsys.readouterr().out


def test_folder_with_its_own_corpus_must_be_indexed_first(home, asked):
    save([Query("q", "gout", frozenset({"elsewhere"}))], asked / "first")
    (asked / "first" / "corpus.jsonl").write_text("")
    with pytest.raises(SourcierError, match=r"beir\.not_indexed .*missing=1, wanted=1.*collection=medicine"):
        evaluate.main(["retrieval", str(asked), "--collection", "medicine"])


def test_few_missing_documents_are_said_and_the_rest_is_measured(home, asked, capsys):
    save([Query("q", "gout", frozenset({"elsewhere", "gout-treatment"}))], asked / "first")
    assert evaluate.main(["retrieval", str(asked / "first"), "--collection", "medicine"]) == 0
    assert "1 of the 2 documents" in capsys.readouterr().err


# --- refusal ------------------------------------------------------------------------------------------------------

REFUSAL = ["refusal", "--collection", "medicine", "--other", "painters", "--count", "6", "--json"]


def test_gate_is_fitted_on_one_half_and_kept_with_facts_of_the_other(home, gate, capsys):
    status, found = answer([*REFUSAL, "--fit", "--threshold", "0.4"], capsys)
    kept = json.loads(gate.read_text())
    assert status == 0
    assert set(Gates.load(gate).by_embedder) == {"hashing", ""}
    assert (kept["collection"], kept["threshold"], kept["seed"]) == ("medicine", 0.4, 7)
    assert kept["fitted_on"] != kept["tested_on"] > 100
    assert set(kept["tested"]) == {"all features", "words alone"}
    tables = {table["name"]: table for table in found["tables"]}
    for gate_name, column in kept["tested"].items():
        measured = tables["reworded"]["measures"][gate_name]["mean"]
        assert column["reworded"] == pytest.approx(measured, abs=1e-4)
        assert column["roc_auc"] == pytest.approx(tables["all kinds"]["facts"][f"roc_auc, {gate_name}"], abs=1e-4)
    with searching(Home(home)) as (store, search, _):
        fitted_on = examples(store, search, "medicine", "painters", 6, "dev")
    assert kept["data_sha256"] == found["settings"]["gate_data_sha256"] == sha256(fitted_on)


def test_gate_is_left_alone_without_fit(home, gate, tmp_path, capsys):
    before = gate.read_bytes()
    status = evaluate.main([*REFUSAL, "--out", str(tmp_path / "r.json")])
    output = capsys.readouterr()
    assert "No gate was fitted for the embedder 'hashing': words alone decide." in output.err
    found = json.loads(output.out)
    assert (status, gate.read_bytes()) == (0, before)
    assert found["settings"]["fit"] is False
    strict = [*REFUSAL, "--threshold", "1.0", "--baseline", tmp_path / "r.json"]
    _, stricter = answer(strict, capsys)
    rows = {(row["name"], row["measure"]): row for row in stricter["baseline"]["comparisons"]}
    assert rows["reworded", "words alone"]["difference"]["mean"] < 0  # at 1 nothing is answered
    assert stricter["baseline"]["settings"] == {"threshold": [0.5, 1.0]}


# --- grounding, follow-ups, dialogue ------------------------------------------------------------------------------


def test_grounding_counts_pairs_decided_rightly_by_split_and_kind(home, capsys):
    status, found = answer(["grounding", "--json"], capsys)
    tables = {table["name"]: table for table in found["tables"]}
    assert status == 0
    assert tables["held_out"]["measures"]["right"]["mean"] >= 0.9
    assert tables["held_out"]["facts"]["changed_passed"] == 0.0
    kinds = [table["questions"] for name, table in tables.items() if name.startswith("held_out, ")]
    assert sum(kinds) == tables["held_out"]["questions"]


def test_follow_ups_are_counted_by_split_and_language(home, capsys):
    status, found = answer(["follow-ups", "--collection", "medicine", "--json"], capsys)
    tables = {table["name"]: table["measures"] for table in found["tables"]}
    assert status == 0
    assert tables["held_out, English"]["resolved"]["mean"] >= 0.95
    assert 0 < tables["development, English"]["found"]["mean"] < 1  # few of the topics are in the toy collection
    assert set(tables["held_out, French"]) == {"resolved"}
    assert tables["held_out, follow-ups"]["resolved"]["count"] < tables["held_out, English"]["resolved"]["count"]


class Parrot:
    """Gives one answer to everything."""

    window = 1024

    def count_tokens(self, text):
        return len(text.split())

    def copying_from(self, texts):
        return None

    def generate(self, prompt, **options):
        return "Rest helps. Rest helps."


@pytest.fixture
def parrot(monkeypatch):
    eye = Passage("Rest helps against gout. Water helps, too. So does patience. The rest is luck.", "Gout")
    cases = [Case(f"How is gout treated, {n}?", (eye,), 0, "Rest helps against gout.") for n in range(8)]
    monkeypatch.setattr(dialogue, "cases", lambda name, datasets, count: cases[:count])
    monkeypatch.setattr(Generator, "load", lambda *arguments, **options: Parrot())


def test_dialogue_is_compared_with_the_first_sentences_of_the_passage(home, parrot, tmp_path, capsys):
    answers = tmp_path / "answers.jsonl"
    status, found = answer(["dialogue", "--count", "3", "--answers", answers, "--json"], capsys)
    (table,) = found["tables"]
    assert (status, table["questions"], len(answers.read_text().splitlines())) == (0, 3, 3)
    assert table["measures"]["looping_answers"]["mean"] == 1.0
    assert table["facts"]["supported_sentences"] == 1.0
    assert table["facts"]["median_s"] >= 0
    (gap,) = found["within"]
    assert gap["first"] == table["measures"]["rouge_l"]["mean"]
    assert gap["second"] == table["measures"]["lead_rouge_l"]["mean"]


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["questions", "--collection", "nowhere", "--out", "{}/q"], "nowhere"),
        (["questions", "--collection", "painters", "--out", "{}/q"], "'painters' has no documents with focus_area"),
        (["questions", "--collection", "medicine", "--out", "{}/file"], r"cannot be written to .*: \w"),
        (["retrieval", "{}/nowhere"], "beir.no_folder"),
        (["retrieval", "{}/home"], "beir.none"),
        (["retrieval", "{}/questions", "--collection", "nowhere"], "nowhere"),
        (["retrieval", "{}/questions", "--split", "dev"], r"beir.incomplete .*qrels.dev\.tsv"),
        (
            ["retrieval", "{}/questions", "--collection", "painters"],
            "beir.missing .*missing=2, wanted=2.*collection=painters",
        ),
        (["refusal", "--collection", "nowhere"], "nowhere"),
        (["refusal", "--collection", "medicine", "--other", "nowhere"], "nowhere"),
        (["follow-ups", "--collection", "nowhere"], "nowhere"),
        (["dialogue", "--data", "nowhere"], "nowhere"),
        (["grounding", "--baseline", "{}/nowhere.json"], "run.unreadable"),
        (["grounding", "--baseline", "{}/file"], "run.no_json"),
        (["grounding", "--baseline", "{}/refusal.json"], "evaluate.other_measure .*found=refusal, wanted=grounding"),
        (["grounding", "--out", "{}/nowhere/run.json"], "evaluate.out_nowhere"),
        (["grounding", "--out", "{}"], "evaluate.out_folder"),
    ],
)
def test_bad_input_is_one_sentence(home, asked, tmp_path, arguments, said):
    (tmp_path / "file").write_text("{")
    record = {"format": "sourcier-evaluation-1", "measure": "refusal", "made": "", "settings": {}, "tables": []}
    (tmp_path / "refusal.json").write_text(json.dumps(record))
    with pytest.raises(SourcierError, match=said) as error:
        evaluate.main([argument.replace("{}", str(tmp_path)) for argument in arguments])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([Query("q", " ", frozenset({"gout-treatment"}))], "beir.no_text .*id=q"),
        ([Query("q", "gout", frozenset())], "beir.empty"),
        ([Query("q", "a", frozenset({"b"})), Query("q", "c", frozenset({"d"}))], "beir.same_id"),
    ],
)
def test_folder_without_usable_questions_is_one_sentence(home, asked, queries, said):
    save(queries, asked / "first")
    with pytest.raises(SourcierError, match=said):
        evaluate.main(["retrieval", str(asked), "--collection", "medicine"])


def test_half_a_character_is_no_question(home, asked):
    (asked / "first" / "queries.jsonl").write_text('{"_id": "first-symptoms", "text": "gout \\ud800"}\n')
    with pytest.raises(SourcierError, match=r"beir\.no_text"):
        evaluate.main(["retrieval", str(asked), "--collection", "medicine"])


def test_no_held_out_questions_are_one_sentence(home, monkeypatch):
    monkeypatch.setattr(dialogue, "cases", lambda name, datasets, count: [])
    with pytest.raises(SourcierError, match=r"evaluate\.no_cases"):
        evaluate.main(["dialogue"])


def test_run_that_cannot_be_stored_is_shown_all_the_same(home, tmp_path, monkeypatch, capsys):
    longest = tmp_path / f"{'r' * 250}.json"  # no longer name can be written to, not even for a moment
    with pytest.raises(SourcierError, match=r"run\.unwritable"):
        evaluate.main(["grounding", "--out", str(longest)])
    assert "held_out" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["nothing"], ["retrieval"], ["questions"], ["refusal", "--count", "0"], ["retrieval", "x", "--systems", "y"]],
)
def test_wrong_usage_exits_2(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        evaluate.main(arguments)
    assert error.value.code == 2
