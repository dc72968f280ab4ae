"""What came out of the tests with users: the SUS score, tasks done, and the judgements that the app itself kept.

The System Usability Scale is Brooke's (1996): odd statements count note - 1, even ones 5 - note, their sum times 2.5.
"""

import csv
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.intervals import Share, estimate
from assistant.storage.votes import Tally, Votes
from assistant.training.data import feedback
from corpus.document import ReadingError
from corpus.errors import Reason

STATEMENTS = tuple(f"q{number}" for number in range(1, 11))
ATTEMPT = ("participant", "tache", "reussie", "secondes", "erreurs", "remarque")
DONE = {"oui": True, "non": False}
VERDICTS = {
    "like": "bonne réponse",
    "dislike": "mauvaise réponse",
    "wrong_source": "mauvaise source",
    "not_there": "absent des documents",
    "better": "une meilleure réponse est donnée",
}


@dataclass(frozen=True)
class Attempt:
    """One task of one participant, as the observer noted it."""

    participant: str
    task: str
    done: bool
    seconds: float
    errors: int


@dataclass(frozen=True)
class Rating:
    """One participant's ten notes, 1 to 5, in the order of the statements."""

    participant: str
    notes: tuple[int, ...]

    @property
    def score(self) -> float:
        """The SUS score, 0 to 100."""
        return 2.5 * sum(note - 1 if n % 2 == 0 else 5 - note for n, note in enumerate(self.notes))


def attempts(path: Path) -> list[Attempt]:
    """The lines of reponses.csv. Raises ReadingError with the line that cannot be used."""
    return [_attempt(row, place) for row, place in _rows(path, ATTEMPT)]


def ratings(path: Path) -> list[Rating]:
    """The lines of questionnaire.csv. Raises ReadingError, also where a participant comes twice."""
    found: dict[str, Rating] = {}
    for row, place in _rows(path, ("participant", *STATEMENTS)):
        notes = tuple(int(_number(row[name], _field(place, name), 1, 5, whole=True)) for name in STATEMENTS)
        if row["participant"] in found:
            raise ReadingError("usertests.twice", place=place, participant=row["participant"])
        found[row["participant"]] = Rating(row["participant"], notes)
    return list(found.values())


def report(
    tried: Sequence[Attempt], rated: Sequence[Rating], homes: Sequence[Path], exports: Sequence[Path] = ()
) -> str:
    """The results as Markdown, in French; judgements come from data folders and from files that the app exported.

    Raises ReadingError for no results, or strangers among the participants.
    """
    if not tried and not rated:
        raise ReadingError("usertests.none")
    strangers = {rating.participant for rating in rated} - {attempt.participant for attempt in tried}
    if tried and strangers:
        raise ReadingError("usertests.strangers", participants=", ".join(sorted(strangers)))
    parts = ["# Résultats des tests avec des utilisateurs", *_sus(rated), *_tasks(tried), *_judged(homes, exports)]
    return "\n\n".join(parts) + "\n"


def _sus(rated: Sequence[Rating]) -> Iterator[str]:
    if not rated:
        return
    yield "## Score SUS"
    yield _table(("participant", "score"), [(rating.participant, _french(rating.score)) for rating in rated])
    mean = estimate([rating.score for rating in rated])
    interval = f"intervalle à 95 % : {_french(mean.low)} à {_french(mean.high)}"
    yield f"Moyenne sur {mean.count} participants : {_french(mean.mean)} sur 100 ({interval})."


def _tasks(tried: Sequence[Attempt]) -> Iterator[str]:
    if not tried:
        return
    rows = []
    for task in dict.fromkeys(attempt.task for attempt in tried):
        mine = [attempt for attempt in tried if attempt.task == task]
        share = Share(sum(attempt.done for attempt in mine), len(mine))
        low, high = share.interval
        seconds = [attempt.seconds for attempt in mine if attempt.done]
        median = f"{_french(statistics.median(seconds), 0)} s" if seconds else "aucune"
        errors = sum(attempt.errors for attempt in mine)
        rows.append((task, f"{share.right} sur {share.count}", f"{100 * low:.0f} à {100 * high:.0f} %", median, errors))
    yield "## Tâches"
    yield _table(("tâche", "réussies", "intervalle à 95 %", "durée médiane des réussites", "erreurs"), rows)


def _judged(homes: Sequence[Path], exports: Sequence[Path]) -> Iterator[str]:
    """What the app kept: judgements of answers, and votes between generators."""
    verdicts: Counter[str] = Counter()
    votes: list[Tally] = []
    for path in (*(home / feedback.FILE for home in homes), *exports):
        if path in exports and not path.is_file():
            raise ReadingError("usertests.no_file", path=path)
        verdicts.update(judgement.verdict for judgement in feedback.read(path))
    for home in homes:
        votes += _tallies(home / feedback.VOTES)
    if verdicts:
        yield "## Avis donnés dans l’application"
        yield _table(("avis", "nombre"), [(VERDICTS.get(name, name), n) for name, n in verdicts.most_common()])
    if votes:
        yield "## Votes entre générateurs"
        pairs = dict.fromkeys((tally.first, tally.second) for tally in votes)
        head = ("générateurs", "premier préféré", "second préféré", "à égalité", "aucun")
        yield _table(head, [_votes(pair, votes) for pair in pairs])


def _votes(pair: tuple[str, str], votes: Sequence[Tally]) -> tuple:
    mine = [tally for tally in votes if (tally.first, tally.second) == pair]
    counts = (sum(getattr(tally, name) for tally in mine) for name in ("first_better", "second_better", "same", "bad"))
    return (" et ".join(pair), *counts)


def _tallies(path: Path) -> list[Tally]:
    if not path.is_file():
        return []
    votes = Votes(path)
    try:
        return votes.tally()
    finally:
        votes.close()


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[dict[str, str], Reason]]:
    """(fields, place) of each line that is not empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, delimiter=";")
            missing = [name for name in columns if name not in (table.fieldnames or ())]
            if missing:
                raise ReadingError(
                    "csv.no_column", name=path.name, column=missing[0], columns=", ".join(table.fieldnames or ())
                )
            for row in table:
                if any(row.values()):
                    yield {name: (row[name] or "").strip() for name in columns}, _line(path, table.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReadingError(
            "csv.unreadable", name=path.name, reason=getattr(error, "strerror", None) or str(error)
        ) from error


def _line(path: Path, number: int) -> Reason:
    return Reason("csv.line", {"name": path.name, "line": number})


def _field(place: Reason, name: str) -> Reason:
    return Reason("csv.field", {"place": place, "field": name})


def _attempt(row: dict[str, str], place: Reason) -> Attempt:
    if not row["participant"] or not row["tache"]:
        raise ReadingError("usertests.nobody", place=place)
    if row["reussie"].lower() not in DONE:
        raise ReadingError("usertests.not_yes_or_no", place=place, text=row["reussie"])
    return Attempt(
        row["participant"],
        row["tache"],
        DONE[row["reussie"].lower()],
        _number(row["secondes"], _field(place, "secondes"), 0, 7200),
        int(_number(row["erreurs"] or "0", _field(place, "erreurs"), 0, 1000, whole=True)),
    )


def _number(text: str, place: Reason, least: float, most: float, whole: bool = False) -> float:
    read: Callable[[str], float] = int if whole else float
    try:
        value = read(text.replace(",", "."))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ReadingError("csv.no_number", place=place, text=text, least=f"{least:g}", most=f"{most:g}")
    return value


def _table(head: Sequence, rows: Sequence[Sequence]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def _french(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
