"""`scripts.evaluate` as a user types it, over a toy collection and the hashing embedder."""

import json

import pytest
from conftest_medicine import TEXTS, fill

from assistant.evaluation import cross_lingual, dialogue
from assistant.evaluation.dialogue import Case
from assistant.evaluation.questions import Query, load, save
from assistant.evaluation.retrieval import systems
from assistant.evaluation.runs import load as load_run
from assistant.gate import gate
from assistant.generation.generator import Generator
from corpus.chunking import chunk_many
from corpus.document import Document, Passage, Section
from corpus.errors import SourcierError
from index.retrieval import reading
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from scripts import evaluate
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


def test_refusal_measures_each_kind_of_question_with_the_gate_that_serves(home, capsys):
    status, found = answer(REFUSAL, capsys)
    assert status == 0
    assert found["settings"]["gate"] == "hashing and reader"
    tables = {table["name"]: table for table in found["tables"]}
    assert {"medicine, original", "medicine, invented", "medicine, gibberish", "all kinds"} <= set(tables)
    assert 0.5 < tables["all kinds"]["facts"]["roc_auc"] <= 1
    assert tables["medicine, gibberish"]["measures"]["decided rightly"]["mean"] > 0.5


def test_stricter_threshold_refuses_more_and_a_baseline_says_so(home, tmp_path, capsys):
    evaluate.main([*REFUSAL, "--out", str(tmp_path / "r.json")])
    capsys.readouterr()
    _, stricter = answer([*REFUSAL, "--threshold", "1.0", "--baseline", tmp_path / "r.json"], capsys)
    rows = {row["name"]: row for row in stricter["baseline"]["comparisons"]}
    assert rows["medicine, original"]["difference"]["mean"] < 0  # at 1 nothing is answered
    assert stricter["baseline"]["settings"] == {"threshold": [0.5, 1.0]}


# --- open ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def qa(tmp_path):
    """A folder with one toy set of articles, of which some are held out by the rule that the reader's training has."""
    folder = tmp_path / "qa" / "piaf-fr"
    folder.mkdir(parents=True)
    names = [f"Ville {n}" for n in range(48)]
    rows = {
        "corpus.jsonl": [
            {"_id": f"d{n}", "title": name, "text": f"{name} compte {n + 100} ponts. Il y pleut."}
            for n, name in enumerate(names)
        ],
        "queries.jsonl": [
            {"_id": f"q{n}", "text": f"Combien de ponts compte {name} ?"} for n, name in enumerate(names)
        ],
        "answers.jsonl": [
            {"_id": f"q{n}", "answers": [str(n + 100)], "doc": f"d{n}", "sentence": f"{name} compte {n + 100} ponts."}
            for n, name in enumerate(names)
        ],
    }
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return tmp_path / "qa"


def test_open_questions_are_asked_fitted_and_kept(home, qa, tmp_path, monkeypatch, capsys):
    for module in (gate, reading):
        copy = tmp_path / module.FITTED.name
        copy.write_bytes(module.FITTED.read_bytes())
        monkeypatch.setattr(module, "FITTED", copy)
    status, found = answer(["open", "--qa", qa, "--sets", "piaf-fr", "--fit", "--count", "12", "--json"], capsys)
    assert status == 0
    table, answers = found["tables"]
    assert table["facts"]["leads"] > 0.5
    assert answers["name"] == "piaf-fr, answers" and set(answers["measures"]) == {"leads", "holds"}
    kept = json.loads((tmp_path / gate.FITTED.name).read_text())
    assert "hashing and reader" in kept["gates"] and kept["left_out"] == {}  # one set leaves nothing to fit on


def test_what_a_part_gives_is_measured_on_the_same_questions(home, qa, capsys):
    asked = ["open", "--qa", qa, "--sets", "piaf-fr", "--count", "4", "--without", "reader", "sentence", "--json"]
    status, found = answer(asked, capsys)
    assert status == 0
    names = [table["name"] for table in found["tables"]]
    without = ["", ", no reader", ", no sentence"]
    assert names == [f"piaf-fr{what}{part}" for part in without for what in ("", ", answers")]
    compared = {(row["name"], row["measure"]) for row in found["within"]}
    assert ("piaf-fr, answers: whole - no reader", "leads") in compared and len(compared) == 6


def test_pages_in_another_language_are_found(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    monkeypatch.setattr(cross_lingual, "is_tenth", lambda group: True)
    said = {
        "en": "{} is a name that many people bear in several countries of this world.",
        "fr": "{} est un nom que portent bien des gens dans plusieurs pays du monde.",
    }
    names = ("Asimov", "Bach", "Curie", "Darwin")
    pages = {language: [(name, text.format(name)) for name in names] for language, text in said.items()}
    monkeypatch.setattr(cross_lingual.mixture, "read_summaries", lambda files: pages)
    store, embedder = Store(tmp_path / "index.sqlite3"), HashingEmbedder()
    for language, collection in cross_lingual.COLLECTIONS.items():
        documents = [Document(name, (Section(text),), language=language) for name, text in pages[language]]
        source = store.add_source(collection, f"{collection}.jsonl", "file")
        scan = store.begin_scan(source.id)
        store.put(source.id, scan, zip(documents, chunk_many(documents, embedder.count_tokens), strict=True))
        store.end_scan(source.id, scan)
    store.close()
    status, found = answer(["--home", tmp_path, "cross-lingual", "--count", "3", "--json"], capsys)
    assert status == 0
    tables = found["tables"]
    assert [(table["questions"], table["measures"]["right first"]["mean"]) for table in tables] == [(3, 1.0)] * 2


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
    status, found = answer(["follow-ups", "--medquad", "--collection", "medquad=medicine", "--json"], capsys)
    assert status == 0
    assert found["settings"]["collections"] == {"medquad": "medicine"}
    assert {"development, English", "test, English"} & {table["name"] for table in found["tables"]}


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
        (["questions", "--collection", "painters", "--out", "{}/q"], "evaluation.no_topics .*collection=painters"),
        (["questions", "--collection", "medicine", "--out", "{}/file"], "evaluate.questions_unwritable"),
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
        (["follow-ups", "--collection", "medquad=nowhere"], "evaluate.no_questions"),
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
