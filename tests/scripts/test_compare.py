"""Two generators side by side: kinds of errors, tables, the report, votes, and what is said when something lacks."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.evaluation import runs
from assistant.evaluation.dialogue import Case
from assistant.storage.votes import Votes
from corpus.document import Passage
from corpus.errors import SourcierError
from corpus.home import Home
from scripts import compare
from scripts._course.compare import errors, measure, report, store
from scripts._course.compare.measure import CHECKED, GENERIC, LEADS, QUOTES, SPECIALISED
from scripts._course.livrables import conclusions

EYE = "Glaucoma is a disease that damages the optic nerve. Eye drops lower the pressure in the eye. Surgery may help."
BREAD = "Bake the dough in a hot oven for forty minutes. Let the bread cool before you cut it."
CASES = [
    Case(
        f"How is glaucoma treated, case {n}?",
        (Passage(EYE, "Glaucoma"), Passage(BREAD, "Bread")),
        0,
        "Eye drops lower the pressure in the eye. Surgery may help.",
    )
    for n in range(3)
]
PASSAGES = [f"Glaucoma {EYE}", f"Bread {BREAD}"]


class Writer:
    """A generator that writes the same text whatever it is asked; a byte of any text costs it two bits."""

    window, parameters = 1024, 7_000_000

    def __init__(self, text: str):
        self.text = text

    def warm_up(self) -> None: ...

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode(self, text: str) -> list[str]:
        return text.split(" ")

    def decode(self, tokens) -> str:
        return " ".join(tokens)

    def copying_from(self, texts):
        return tuple(texts)

    def generate(self, prompt, **options) -> str:
        return self.text

    def score(self, prompt: str, continuation: str) -> np.ndarray:
        return np.full(len(continuation.encode()), -2 * np.log(2))


GOOD = "Eye drops lower the pressure in the eye. Surgery may help."
LOOP = "It is rare and it is rare and it is rare and it is rare and it is rare and it is rare."


@pytest.fixture(scope="module")
def answers() -> dict:
    made = measure.extracted(CASES)
    made |= measure.generated(GENERIC, Writer(LOOP), CASES, lambda: None)
    made |= measure.generated(SPECIALISED, Writer(GOOD), CASES, lambda: None)
    return made


@pytest.fixture(scope="module")
def kept(answers, tmp_path_factory):
    """The folder of a comparison."""
    folder = tmp_path_factory.mktemp("comparison")
    model = {"name": "small", "parameters": 7_000_000, "weights": "0123456789ab", "facts": ["Base: starter"]}
    votes = {GENERIC: 0, SPECIALISED: 0, "same": 0, "bad": 0}
    settings = {"data": "medquad", "seed": 0, GENERIC: model, SPECIALISED: model, "votes": votes}
    run = runs.Run("compare", "2026-01-02T03:04:05+00:00", settings, tuple(measure.tables(CASES, answers)))
    store.save(run, store.examples(CASES, answers), folder)
    return folder


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", errors.EMPTY),
        ("…", errors.EMPTY),
        (LOOP, errors.LOOP),
        ("Elephants cure glaucoma within a week of dancing.", errors.UNSUPPORTED),
        ("Bake the dough in a hot oven for forty minutes.", errors.OTHER_PASSAGE),
        (GOOD, errors.GOOD),
        ("Eye drops lower the pressure in the eye. Surgery may", errors.CUT),
    ],
)
def test_the_first_rule_that_holds_names_what_is_wrong(answer, kind):
    from assistant.evaluation.measures import rouge_l

    assert errors.kind(answer, PASSAGES, 0, rouge_l(answer, CASES[0].reference)) == kind


def test_passages_that_say_the_same_of_two_diseases_are_told_apart():
    text = "What are the signs of {0}? The Ontology provides the following list of signs for {0}. It is free."
    passages = [text.format("gout"), text.format("asthma")]
    assert errors.kind(text.format("asthma"), passages, 0, 0.9) == errors.OTHER_PASSAGE
    assert errors.kind(text.format("asthma"), passages, 1, 1.0) == errors.GOOD


def test_an_answer_that_ends_as_its_passage_ends_is_not_cut():
    passages = ["Drug therapy may help to reduce the number of attacks of gout"]
    assert errors.kind(passages[0], passages, 0, 1.0) == errors.GOOD
    assert errors.kind("Drug therapy may help to reduce", passages, 0, 0.6) == errors.CUT


def test_an_answer_beside_the_point_is_told_from_a_good_one():
    assert errors.kind("Glaucoma is a disease that damages the optic nerve.", PASSAGES, 0, 0.1) == errors.OFF_TARGET


def test_what_is_shown_is_the_draft_s_supported_sentences_or_quotations(answers):
    assert answers[SPECIALISED + CHECKED][0].text == GOOD
    assert answers[GENERIC][0].text == LOOP
    assert answers[GENERIC + CHECKED][0].text == answers[QUOTES][0].text != ""
    assert answers[LEADS][0].text == EYE


def test_every_system_has_scores_and_one_kind_of_error_an_answer(answers):
    tables = {table.name: table for table in measure.tables(CASES, answers)}
    assert set(tables) == {name for system in answers for name in (system, f"{system}/errors")}
    for system in answers:
        rows = zip(*tables[f"{system}/errors"].values.values(), strict=True)
        assert [sum(row) for row in rows] == [1.0] * len(CASES)
    assert tables[SPECIALISED].values["rouge_l"] == (1.0,) * 3
    assert tables[SPECIALISED].values["bits_per_byte"] == (2.0,) * 3
    assert "bits_per_byte" not in tables[QUOTES].values
    assert {table.data_sha256 for table in tables.values()} == {tables[GENERIC].data_sha256}


def test_the_report_says_what_is_established(kept):
    path = report.write(*store.load(kept), kept)
    text = path.read_text("utf-8").replace("\u00a0", " ")
    assert "Aucune des différences mesurées n’est établie" in text  # three questions establish nothing
    assert "| base : starter | base : starter |" in text
    assert "de bout en bout, quand la recherche choisit les passages" in text  # what the ablation says stands beside it
    assert "Aucun vote n’a encore été recueilli" in text
    assert "| boucle | 100 % [44 ; 100] | 0 % [0 ; 56] |" in text
    assert (kept / report.PICTURE).stat().st_size > 1000


def test_a_difference_is_said_only_where_it_stays_after_correction():
    gap = runs.paired("a − b", "rouge_l", [1.0] * 12, [0.0] * 12)
    assert "a − b : le premier fait **mieux**" in report._verdict([("a − b", gap)], [0.04])
    assert "Aucune des différences" in report._verdict([("a − b", gap)], [0.06])
    said = report._verdict([("recherche", gap)], [0.01])
    assert "Entre le générique et le spécialisé, **aucune différence n’est établie**" in said
    assert conclusions.holm([0.04, 0.01, 0.03]) == [0.06, 0.03, 0.06]


def test_the_same_measures_give_the_same_report(kept):
    first = report.write(*store.load(kept), kept).read_bytes(), (kept / report.PICTURE).read_bytes()
    assert (report.write(*store.load(kept), kept).read_bytes(), (kept / report.PICTURE).read_bytes()) == first


def test_examples_are_chosen_by_rule_and_shortened(answers):
    found = store.examples(CASES, answers)
    assert [example.why for example in found][:2] == ["ahead/specialised", "ahead/specialised"]
    assert found == store.examples(CASES, answers)
    assert all(len(example.generic) <= store.QUOTED + 2 for example in found)


def test_text_of_a_model_stays_text():
    shown = report._quoted("<img src=x> | *bold* [link](x)")
    assert shown == "« \\<img src=x\\> \\| \\*bold\\* \\[link\\](x) »"


def test_votes_are_counted_for_the_right_model(tmp_path):
    votes = Votes(tmp_path / store.VOTES)
    votes.add("q", ("zeta", "alpha"), ("a", "b"), "left")
    votes.add("q", ("alpha", "zeta"), ("a", "b"), "bad")
    votes.add("q", ("alpha", "other"), ("a", "b"), "left")
    votes.close()
    assert store.votes(tmp_path, ("alpha", "zeta")) == {GENERIC: 0, SPECIALISED: 1, "same": 0, "bad": 1}
    assert store.votes(tmp_path / "none", ("alpha", "zeta")) == {GENERIC: 0, SPECIALISED: 0, "same": 0, "bad": 0}


def _fine_tuned(home: Home, name: str, base: str) -> None:
    """A generator whose card names its base; its weights are starter's."""
    import shutil

    from assistant.generation import presets

    shutil.copytree(presets.starter(), home.models / name)
    (home.models / name / presets.CARD).write_text(f"# {name}\n\n- Base: {base}\n" if base else "", "utf-8")


def test_a_specialised_generator_is_compared_with_its_base(tmp_path):
    home = Home(tmp_path).make()
    _fine_tuned(home, "first", "starter")
    _fine_tuned(home, "second", "first")
    _fine_tuned(home, "foreign", "gpt2_base_en")
    _fine_tuned(home, "silent", "")
    bases = {name: store.base_of(name, home.models) for name in ("starter", "first", "second", "foreign", "silent")}
    assert bases == {
        "starter": "starter",
        "first": "starter",
        "second": "starter",
        "foreign": "gpt2_base_en",
        "silent": "",
    }
    chosen = compare._names(compare._options(["--specialised", "second"]), home)
    assert chosen == ("starter", "second") and compare._of_other_bases(*chosen, home) is None
    assert compare._of_other_bases("first", "foreign", home).code == "compare.other_base"
    assert compare._of_other_bases("first", "silent", home).values == {"name": "silent"}


def test_the_report_warns_of_models_of_other_bases(kept):
    run, found = store.load(kept)
    assert "**Attention.**" not in report.write(run, found, kept).read_text("utf-8")
    other = {"name": "mine", "base": "gpt2_base_en", "generic": "starter"}
    text = report.write(replace(run, settings={**run.settings, "other_bases": other}), found, kept).read_text("utf-8")
    assert "**Attention.** `mine` a été affiné à partir de `gpt2_base_en`, et `starter` non" in text.replace(
        "\u00a0", " "
    )


def test_without_a_specialised_generator_it_says_how_to_make_one(tmp_path):
    with pytest.raises(SourcierError, match=r"compare\.none_trained"):
        compare.main(["--home", str(tmp_path)])
    with pytest.raises(SourcierError, match=r"compare\.itself"):
        compare.main(["--home", str(tmp_path), "--generic", "starter", "--specialised", "starter"])
    with pytest.raises(SourcierError, match=r"model\.unknown"):
        compare.main(["--home", str(tmp_path), "--specialised", "nothing"])
    assert not Home(tmp_path).models.exists()


def test_a_report_without_measures_is_one_sentence(tmp_path):
    with pytest.raises(SourcierError, match=r"run\.unreadable"):
        compare.main(["--report", "--out", str(tmp_path)])


def test_one_question_is_wrong_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        compare.main(["--count", "1"])
