"""Coronavirus tweets: 44,955 messages of March and April 2020 with a sentiment, without the people who wrote them."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.cleaning import one_line, repaired, shortened, tidy, unescaped
from corpus.datasets.dataset import DataSet, Item, Kaggle, row_path
from corpus.datasets.labelled import merged
from corpus.document import Document, Dropped, Section
from corpus.errors import Reason
from corpus.tables import records

FILES = {"train": "Corona_NLP_train.csv", "test": "Corona_NLP_test.csv"}
COLUMNS = ("OriginalTweet", "Sentiment")  # names and places of people are never read further

LINK = re.compile(r"(?:https?:?/?/?|www\.|pic\.twitter\.com|t\.co/)[^\s]*(?:\x85|…)?", re.IGNORECASE)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
HANDLE = re.compile(r"[@＠]\w+")
LEADING_HANDLES = re.compile(r"\A(?:\s*(?:RT\s+)?@user\b[\s:,]*)+")
CHECKED_IN = re.compile(r"\s@ [A-Z][^@#\n]{2,60}\Z")  # "… @ London, United Kingdom"
LETTERS = re.compile(r"[^\W\d_]")
DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")


def find(folder: Path) -> list[Path]:
    """The train and test files that are there."""
    return [folder / name for name in FILES.values() if (folder / name).is_file()]


def read(folder: Path, split: str | None = None) -> Iterator[Item]:
    """One document a tweet: sentiment, date and split in its metadata; messages that become equal are Dropped."""
    wanted = FILES.items() if split is None else [(split, FILES[split])]
    found = [(folder / file, name) for name, file in wanted if (folder / file).is_file()]
    return merged(lambda: (item for path, name in found for item in _items(path, name)), "sentiment")


def anonymous(tweet: str) -> str:
    """The message without links, addresses, places and handles: @user where one stands inside a sentence."""
    text = unescaped(repaired(tweet.replace("\r\r\n", "\n")))
    text = tidy(HANDLE.sub("@user", EMAIL.sub("", LINK.sub("", text))))
    return LEADING_HANDLES.sub("", CHECKED_IN.sub("", text)).strip()


def _items(path: Path, split: str) -> Iterator[Item]:
    for number, row in records(path, "latin-1", COLUMNS):
        yield row if isinstance(row, Dropped) else _item(row, row_path(path, number), split)


def _item(row: dict[str, str], place: str, split: str) -> Item:
    text = anonymous(row["OriginalTweet"])
    if not LETTERS.search(text.replace("@user", "")):
        return Dropped(place, Reason("corona_tweets.nothing_left"))
    metadata = {"sentiment": one_line(row["Sentiment"]), "split": split, "date": _iso_date(row.get("TweetAt", ""))}
    metadata = {key: value for key, value in metadata.items() if value}
    return Document(shortened(text), (Section(text),), path=place, language="en", metadata=metadata)


def _iso_date(date: str) -> str:
    match = DATE.fullmatch(date.strip())
    return f"{match[3]}-{match[2]}-{match[1]}" if match else ""


TWEETS = DataSet(
    name="corona_tweets",
    title="Coronavirus tweets",
    description=Reason("corona_tweets.description"),
    language="en",
    size=Reason("corona_tweets.size"),
    licence=Reason("corona_tweets.licence"),
    homepage="https://www.kaggle.com/datasets/datatattle/covid-19-nlp-text-classification",
    origin=Kaggle("https://www.kaggle.com/datasets/datatattle/covid-19-nlp-text-classification", tuple(FILES.values())),
    warnings=(
        Reason("corona_tweets.unverified"),
        Reason("corona_tweets.personal"),
        Reason("corona_tweets.rumours"),
    ),
    find=find,
    read=read,
    splits=tuple(FILES),
    label="sentiment",
)
