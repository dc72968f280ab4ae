"""Counts and pictures of data sets, on a few lines of our own; and those in livrables/ against the real data."""

import json
import shutil

import pytest

from corpus.datasets import get
from corpus.errors import SourcierError
from scripts import wordcloud
from scripts._course.livrables import data
from scripts._course.livrables.parts import LIVRABLES
from scripts._course.survey import clouds
from scripts._course.survey.cleaning import TROUBLES, cleaned, source_texts
from scripts._course.survey.counts import NONE, SETS, SEVERAL, largest, summary, survey

PLANTS = ["fern moss", "moss oak", "oak pine", "pine fern", "lily rose", "rose iris", "iris fern", "moss lily"]
NOUNS, VERBS = "fern moss oak pine lily rose iris ivy".split(), "grows dies falls sells rises buys costs waits".split()
SENTENCES = [f"{noun} {verb}" for noun in NOUNS for verb in VERBS]
PAPER = {
    "article_text": ["the fern ( green ) grows @xcite .", "it costs @xmath1 cents ."],
    "abstract_text": ["<S> we grow ferns . </S>"],
    "labels": None,
    "section_names": ["a"],
    "sections": [["the fern ( green ) grows ."]],
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The five sets, eight lines each, in their publishers' layouts."""
    root = tmp_path_factory.mktemp("corpora")
    for name in SETS:
        (root / name).mkdir()
    lines = ["question,answer,source,focus_area,question_type"]
    lines += [f"What is {p} ?,The {p} grows  .,Garden,{p},{'ab'[n % 2]}" for n, p in enumerate(PLANTS)]
    (root / "medquad" / "medquad_full.csv").write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    papers = root / "scientific_papers" / "pubmed-dataset"
    papers.mkdir()
    articles = [{**PAPER, "article_id": f"PMC{n}", "article_text": [p, "@xcite ."]} for n, p in enumerate(PLANTS)]
    for part, some in (("train", articles[:-2]), ("val", articles[-2:-1]), ("test", articles[-1:])):
        (papers / f"{part}.txt").write_text("".join(json.dumps(article) + "\n" for article in some), "utf-8")
    labels = ("neutral", "positive", "negative")
    text = "".join(f"The {p} rose , too .@{labels[n % 3]}\r\n" for n, p in enumerate([*SENTENCES, SENTENCES[0]]))
    (root / "financial_phrasebank" / "Sentences_50Agree.txt").write_text(text, "latin-1", newline="")
    cancers = "".join(f"{n},{'Lung' if n % 2 else 'Colon'}_Cancer,study of {p} cells\n" for n, p in enumerate(PLANTS))
    (root / "cancer_text" / "cancer_full_8.csv").write_text(f",0,a\n{cancers}", "latin-1")
    moods = ("Neutral", "Positive", "Negative")
    tweets = "".join(
        f"{n},{n},Here,01-04-2020,@me buy {p} https://t.co/x,{moods[n % 3]}\n" for n, p in enumerate(PLANTS)
    )
    header = "UserName,ScreenName,Location,TweetAt,OriginalTweet,Sentiment\n"
    (root / "corona_tweets" / "Corona_NLP_train.csv").write_text(header + tweets, "latin-1")
    return root


def surveyed(name, root):
    return survey(get(name), get(name).documents(root / name))


def test_rows_documents_and_classes_are_counted(tiny):
    found = surveyed("medquad", tiny)
    assert (found.rows, found.documents, found.dropped) == (9, 8, {"exact duplicate": 1})
    assert found.classes == {"a": 4, "b": 4}
    assert found.words == [4] * 8  # "The fern moss grows"
    assert found.vocabulary["a"]["grows"] == 4 and "The" not in found.vocabulary["a"]
    assert found.figures()["mots"]["q50"] == 4


def test_a_text_with_two_labels_is_in_no_class_of_its_own(tiny):
    found = surveyed("financial_phrasebank", tiny)
    assert (found.rows, found.documents) == (65, 64)
    assert found.classes == {SEVERAL: 1, "positive": 21, "neutral": 21, "negative": 21}
    assert largest({SEVERAL: 9, NONE: 3, "b": 2, "a": 2, "c": 1}, 2) == ["a", "b"]


def test_a_summary_holds_values_that_occur():
    assert summary([]) == {}
    assert summary([5, 1, 3]) == {"min": 1, "q5": 1, "q25": 1, "q50": 3, "q75": 5, "q95": 5, "max": 5, "moyenne": 3.0}


def test_troubles_are_counted_before_and_after(tiny):
    counts = {
        name: {
            each.trouble.name: (each.before, each.after)
            for each in cleaned(name, tiny / name, get(name).documents(tiny / name))
        }
        for name in SETS
    }
    assert counts["medquad"]["question finie par « ␣? » ou « ?? »"] == (9, 0)
    assert counts["corona_tweets"]["nom de compte (@…)"] == (8, 0)
    assert counts["corona_tweets"]["lien"] == (8, 0)
    assert counts["scientific_papers"]["balise <S>"] == (8, 0)
    assert counts["scientific_papers"]["renvoi @xcite"] == (8, 0)
    assert counts["financial_phrasebank"]["espace avant un signe"] == (65, 0)
    assert set(counts) == set(TROUBLES)
    assert len(list(source_texts("cancer_text", tiny / "cancer_text"))) == 8


def test_words_that_say_nothing_are_left_out_and_classes_show_what_is_their_own():
    assert clouds.frequencies({"the": 9, "fern": 2, "moss": 3}) == {"moss": 3, "fern": 2}
    everywhere = {"fern": 10, "moss": 10, "oak": 10}
    typical = clouds.typical({"fern": 8, "moss": 4, "oak": 1}, everywhere)
    assert list(typical) == ["fern"]


def test_the_same_words_are_the_same_picture():
    pytest.importorskip("wordcloud")
    words = {word: n for n, word in enumerate("fern moss oak pine lily".split(), start=1)}
    assert clouds.cloud(words).tobytes() == clouds.cloud(words).tobytes()
    with pytest.raises(SourcierError, match=r"clouds\.no_words"):
        clouds.cloud({})


def test_the_command_draws_counts_and_names_what_is_missing(tiny, tmp_path, capsys):
    pytest.importorskip("wordcloud")
    figures = tmp_path / "figures.json"
    arguments = ["medquad", "wikipedia", "--from", str(tiny), "--out", str(tmp_path), "--figures", str(figures)]
    shutil.rmtree(tmp_path / "empty", ignore_errors=True)
    assert wordcloud.main(arguments) in (0, 1)  # 1 where the package with the summaries is not installed
    assert {"medquad.png", "medquad-classes.png"} <= {path.name for path in tmp_path.iterdir()}
    assert json.loads(figures.read_text("utf-8"))["medquad"]["documents"] == 8
    assert wordcloud.main(["medquad", "--from", str(tmp_path), "--no-pictures"]) == 1
    assert "The files of MedQuAD are not in" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        wordcloud.main(["plants"])


def test_the_tables_say_what_the_counts_are(tiny):
    figures = {name: surveyed(name, tiny).figures() for name in SETS}
    text = data.tables(figures)
    assert "| medquad | 9 | 8 | 0 | 0 |" in text
    assert "| medquad | double exact | 1 |" in text
    assert "| corona_tweets | Neutral | 3 | 37,5 % |" in text


def test_the_notebook_runs_from_top_to_bottom_on_other_data(tiny, tmp_path):
    for needed in ("nbclient", "ipykernel", "wordcloud", "tensorflow_datasets"):
        pytest.importorskip(needed)
    from scripts._course.livrables.notebooks import run_all

    notebook = tmp_path / data.NOTEBOOK
    shutil.copy(LIVRABLES / "04-donnees" / data.NOTEBOOK, notebook)
    run_all(notebook, notebook, {data.VARIABLE: str(tiny)})
    text = notebook.read_text("utf-8")
    assert '"output_type": "error"' not in text
    assert "relu par corpus" in text


def test_a_cell_that_fails_is_told_in_a_sentence(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("nbclient")
    from scripts._course.livrables.notebooks import run_all

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(notebook, tmp_path / "broken.ipynb")
    with pytest.raises(SourcierError) as caught:
        run_all(tmp_path / "broken.ipynb", tmp_path / "out.ipynb")
    assert caught.value.code == "notebook.failed"
    assert caught.value.values["error"] == "ZeroDivisionError"


@pytest.mark.real
@pytest.mark.parametrize("name", SETS)
def test_the_counts_of_the_deliverable_are_those_of_the_real_data(corpora, name):
    kept = json.loads((LIVRABLES / "04-donnees" / data.FIGURES).read_text("utf-8"))
    assert surveyed(name, corpora).figures() == kept[name]
