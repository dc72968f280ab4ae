"""The data sets that the assistant is built for, each in its own file, imported when first asked for."""

from functools import cache
from importlib import import_module

from corpus.datasets.dataset import DataSet, PageFurniture
from corpus.document import ReadingError

# Name → module and the name of its DataSet.
_WHERE = {
    "medquad": ("medquad", "MEDQUAD"),
    "scientific_papers": ("scientific_papers", "BOTH"),
    "scientific_papers/pubmed": ("scientific_papers", "PUBMED"),
    "scientific_papers/arxiv": ("scientific_papers", "ARXIV"),
    "financial_phrasebank": ("financial_phrasebank", "PHRASEBANK"),
    "cancer_text": ("cancer_text", "CANCER"),
    "corona_tweets": ("corona_tweets", "TWEETS"),
    "wikipedia": ("wikipedia", "ENGLISH"),
    "wikipedia-fr": ("wikipedia", "FRENCH"),
}
_FURNITURE = ("medquad_layout",)  # modules with a FURNITURE
NAMES = tuple(_WHERE)


@cache
def get(name: str) -> DataSet:
    """The data set of that name. Raises ReadingError, naming all there are, for another."""
    if name not in _WHERE:
        raise ReadingError("dataset.unknown", name=name, known=", ".join(NAMES))
    module, attribute = _WHERE[name]
    return getattr(import_module(f"corpus.datasets.{module}"), attribute)


@cache
def page_furniture() -> tuple[PageFurniture, ...]:
    """What the data sets know of the notices and tables on their pages, for `corpus.layout`."""
    return tuple(import_module(f"corpus.datasets.{module}").FURNITURE for module in _FURNITURE)
