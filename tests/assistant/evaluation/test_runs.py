import json

import pytest

from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.runs import Compared, Run, changed, compare, load, now, paired, place, save, table
from scripts._evaluate.layout import not_compared

ASKED = [[f"q{n}", f"question {n}", ["a"]] for n in range(30)]
LOW, HIGH = [0.0, 0.2, 0.1] * 10, [0.5, 0.6, 0.4] * 10


def run(*tables, **settings):
    return Run("retrieval", "2026-01-02T03:04:05+00:00", settings, tables)


def of(name, values, asked=ASKED):
    return table(name, asked, {"R@10": values}, facts={"median_s": 0.25})


def test_run_comes_back_from_its_file(tmp_path):
    made = run(of("set/one", LOW), of("set/two", HIGH), count=30, folders=["x"])
    save(made, tmp_path / "run.json")
    assert load(tmp_path / "run.json") == made
    assert list(tmp_path.iterdir()) == [tmp_path / "run.json"]


def test_questions_are_known_by_all_that_makes_them():
    other = [[key, text, ["b"]] for key, text, _ in ASKED]
    assert of("t", LOW).data_sha256 == of("u", HIGH).data_sha256
    assert of("t", LOW).data_sha256 != of("t", LOW, other).data_sha256
    assert of("t", LOW).keys[:2] == ("q0", "q1")


def test_shares_have_an_interval_even_when_all_are_right():
    estimates = table("t", ASKED, {"right": [True] * 30}, shares=True).estimates()
    assert (estimates["right"].mean, estimates["right"].count) == (1.0, 30)
    assert estimates["right"].low < 0.9
    assert table("t", ASKED, {"right": [True] * 30}).estimates()["right"].low == 1.0


def test_paired_comparison_sees_a_steady_gain():
    found = paired("gain", "R@10", HIGH, LOW)
    assert found.difference.mean == pytest.approx(0.4)
    assert 0 < found.difference.low < found.difference.high
    assert found.p_value < 0.01
    assert found.differing == 30


def test_runs_over_the_same_questions_are_compared_measure_by_measure():
    before, after = run(of("set", LOW)), run(of("set", HIGH))
    (found,) = compare(after, before).comparisons
    assert (found.name, found.measure) == ("set", "R@10")
    assert found.first > found.second
    (same,) = compare(before, before).comparisons
    assert (same.p_value, same.differing) == (1.0, 0)


def test_other_questions_are_not_compared_and_said_so_in_one_sentence():
    before = run(of("kept", LOW), of("other", LOW))
    after = run(of("kept", LOW), of("other", LOW, ASKED[::-1]), of("new", LOW))
    found = compare(after, before)
    assert [row.name for row in found.comparisons] == ["kept"]
    assert (found.other, found.missing) == (("other",), ("new",))
    assert not_compared(found) == "Not compared: other: not over the same questions; new: not in the baseline."
    assert not_compared(Compared()) == ""


def test_settings_that_differ_are_named_with_both_values():
    assert changed(run(count=3, seed=1, new=True), run(count=2, seed=1)) == {"count": (2, 3), "new": (None, True)}


def test_place_is_a_new_file_of_the_data_folder(tmp_path):
    made = "2026-01-02T03:04:05+00:00"
    first = place(tmp_path, "refusal", made)
    assert first == tmp_path / "evaluation" / "20260102T030405-refusal.json"
    first.write_text("kept")
    assert place(tmp_path, "refusal", made).name == "20260102T030405-refusal-2.json"


def test_time_is_written_to_the_second_with_its_zone():
    assert len(now()) == len("2026-01-02T03:04:05+00:00")
    assert now().endswith("+00:00")


def test_run_that_cannot_be_written_leaves_the_old_file(tmp_path):
    with pytest.raises(EvaluationError, match=r"run\.unwritable"):
        save(run(of("set", LOW)), tmp_path / "missing" / "run.json")
    (tmp_path / "taken").mkdir()
    with pytest.raises(EvaluationError, match=r"evaluation\.no_folder"):
        (tmp_path / "file").write_text("")
        place(tmp_path / "file", "refusal", now())


def damaged(change):
    record = {"format": "sourcier-evaluation-1", "measure": "m", "made": "t", "settings": {}}
    row = {"name": "t", "data_sha256": "x", "shares": False, "facts": {}, "keys": ["a"], "values": {"R": [1]}}
    record["tables"] = [row]
    change(record, row)
    return json.dumps(record)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "run.no_json"),
        ("[" * 100_000, "run.no_json"),
        ("[]", "run.damaged"),
        ('{"a": 1}', "run.incomplete .*format"),
        (damaged(lambda record, row: record.update(format="other")), "run.other_format"),
        (damaged(lambda record, row: record.pop("settings")), "run.incomplete .*settings"),
        (damaged(lambda record, row: record.update(settings=3)), "run.damaged"),
        (damaged(lambda record, row: record.update(tables={"a": 1})), "run.damaged"),
        (damaged(lambda record, row: row.update(values={"R": [1, 2]})), "run.damaged"),
        (damaged(lambda record, row: row.update(values={"R": ["1"]})), "run.damaged"),
        (damaged(lambda record, row: row.update(values={"R": [float("nan")]})), "run.damaged"),
        (damaged(lambda record, row: row.update(values=[])), "run.damaged"),
        (damaged(lambda record, row: row.update(keys=[], values={"R": []})), "run.damaged"),
    ],
)
def test_damaged_run_is_refused_in_a_sentence(tmp_path, text, said):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(EvaluationError, match=said):
        load(tmp_path / "run.json")


def test_undamaged_record_of_these_tests_is_read(tmp_path):
    (tmp_path / "run.json").write_text(damaged(lambda record, row: None))
    assert load(tmp_path / "run.json").tables[0].values == {"R": (1.0,)}


def test_missing_run_and_bytes_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(EvaluationError, match=r"run.unreadable .*reason=\w"):
        load(tmp_path / "nothing.json")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match=r"run\.no_json"):
        load(tmp_path / "bytes")
