"""Word clouds of a data set: the commonest words of all its texts, and the words most of its own of each class."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log
from pathlib import Path

from corpus.errors import SourcierError
from index.retrieval.stopwords import ENGLISH
from scripts._course.survey.counts import SHORTEST, Survey, largest, words_of

CLASSES = 6  # at most, a picture
SIZE, SMALL = (760, 340), (470, 260)  # pixels
WORDS, FEW = 90, 35  # a cloud of either size
LEAST = 11  # pixels a letter is high: smaller words are not drawn
# Said in nearly every text, whatever it speaks of, or left by the cleaning: beside those that a search leaves out.
EMPTY = frozenset(
    """after all also already although always among another around because become been back before being below between
    both called cannot come did down due during each either else etc even ever every everyone few first fig
    figure figures following further get given gives going got however including know known last least less let
    like likely made make makes many may mostly much need neither never next nor not now number often once one
    only other others otherwise over per put rather said same say says second see seen set several show shown
    shows similar since still such table take tell therefore thing things though through thus together two three
    until under up upon usually use used user uses using usually various very via want way well went whether
    whole within without yet amp eur http https mln don't can't won't i'm it's we're you're that's shit fuck
    fucking fuckhell""".split()
)
COLOURS = ("#332288", "#117733", "#882255", "#1F6F8B", "#7A5C00", "#44507A")  # dark enough on white


def frequencies(words: Mapping[str, int]) -> dict[str, int]:
    """How often each word stands there, those that say nothing left out, commonest first."""
    kept = {word: n for word, n in words.items() if word not in ENGLISH and word not in EMPTY}
    return dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0])))


def pairs(texts: Iterable[str]) -> Counter[str]:
    """How often two words follow each other, where neither is one that says nothing: "grocery store" → times."""
    found: Counter[str] = Counter()
    for text in texts:
        for first, second in pairwise(words_of(text)):
            if _says(first) and _says(second):
                found[f"{first} {second}"] += 1
    return found


def _says(word: str) -> bool:
    return len(word) >= SHORTEST and word not in ENGLISH and word not in EMPTY


def typical(words: Mapping[str, int], everywhere: Mapping[str, int]) -> dict[str, float]:
    """Each word's part in what tells a class from the whole set: its term of the Kullback-Leibler divergence.

    A word that is as frequent everywhere weighs nothing; one that is rare even here weighs little.
    """
    own, total = sum(words.values()), sum(everywhere.values())
    scores = {word: n * log(n / own * total / everywhere[word]) for word, n in frequencies(words).items()}
    return dict(sorted(((word, score) for word, score in scores.items() if score > 0), key=lambda pair: -pair[1]))


def cloud(weights: Mapping[str, float], size: tuple[int, int] = SIZE, words: int = WORDS):
    """A picture (PIL) of the words that weigh most, the same for the same weights. Raises SourcierError for none."""
    if not weights:
        raise SourcierError("clouds.no_words")
    try:
        from matplotlib.colors import ListedColormap
        from wordcloud import WordCloud
    except ImportError as error:
        raise SourcierError("clouds.not_installed") from error
    drawn = WordCloud(
        width=size[0],
        height=size[1],
        background_color="white",
        colormap=ListedColormap(COLOURS),
        max_words=words,
        min_font_size=LEAST,
        random_state=0,
        prefer_horizontal=0.9,
        relative_scaling=0.5,
    )
    return drawn.generate_from_frequencies(weights).to_image()


def save(survey: Survey, folder: Path) -> list[Path]:
    """Writes NAME.png, and NAME-classes.png where there are at least two classes."""
    name = survey.name.replace("/", "-")
    written = [folder / f"{name}.png"]
    _write(whole(survey), written[0])
    by_class = classes(survey)
    if by_class is not None:
        written.append(folder / f"{name}-classes.png")
        _write(by_class, written[1])
    return written


def whole(survey: Survey):
    """The picture (PIL) of all words of a data set."""
    return cloud(frequencies(survey.all_words))


def classes(survey: Survey):
    """The picture (PIL) of the words most typical of each of the largest classes; None where there are no two."""
    names, words = largest(survey.classes, CLASSES), survey.all_words
    if len(names) < 2:
        return None
    return _sheet([(name, typical(survey.vocabulary[name], words)) for name in names])


def _sheet(named: Sequence[tuple[str, Mapping[str, float]]], columns: int = 2):
    from PIL import Image, ImageDraw, ImageFont

    heading, (width, height) = 34, SMALL
    rows = -(-len(named) // columns)
    made = Image.new("RGB", (width * columns, (height + heading) * rows), "white")
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(18)
    for number, (label, words) in enumerate(named):
        left, top = number % columns * width, number // columns * (height + heading)
        pen.text((left + 10, top + 8), label, fill="#1F2A44", font=font)
        made.paste(cloud(words, SMALL, FEW), (left, top + heading))
    return made


def small(picture):
    """The picture (PIL) in 16 colours: plenty for words on white, and a fraction of the size."""
    return picture.quantize(16, dither=0)


def _write(picture, path: Path) -> None:
    small(picture).save(path, optimize=True)
