"""What a comparison keeps: measures, how each generator was made, the users' votes, and some answers to read."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.evaluation import runs
from assistant.evaluation.dialogue import Case
from assistant.evaluation.measures import rouge_l
from assistant.evaluation.runs import Run
from assistant.generation import presets
from assistant.storage.votes import Votes
from assistant.training.runs import card
from corpus.errors import SourcierError
from scripts._course.compare.errors import KINDS
from scripts._course.compare.measure import GENERIC, SPECIALISED, Written, judged

MEASURES, EXAMPLES = "mesures.json", "exemples.json"
VOTES = "votes.sqlite3"
QUOTED = 320  # characters of a text that are kept: a quotation, not a copy
BEST = 2  # examples where one generator is ahead of the other


@dataclass(frozen=True)
class Example:
    """A question with both answers, shortened, and why it was chosen: a kind of error, or who is ahead."""

    why: str
    question: str
    expected: str
    generic: str
    specialised: str
    kinds: tuple[str, str]
    rouges: tuple[float, float]


def described(name: str, folder: Path, parameters: int) -> dict[str, object]:
    """What tells one generator from another of the same name: its size, its weights' hash and its card's facts."""
    weights = hashlib.sha256(presets.weights(folder).read_bytes()).hexdigest()[:12]
    card = folder / presets.CARD
    lines = card.read_text("utf-8").splitlines() if card.is_file() else []
    facts = [line[2:] for line in lines if line.startswith("- ")][:6] if name != presets.STARTER else []
    return {"name": name, "parameters": parameters, "weights": weights, "facts": facts}


def base_of(name: str, models: Path) -> str:
    """The generator that `name` was fine-tuned from in the end, as the cards say it: itself where it was from none,
    "" where a card is missing. Raises ModelError."""
    seen: list[str] = []
    while name != presets.STARTER and name not in presets.HUB_PRESETS:
        path = presets.find(name, models) / presets.CARD
        seen.append(name)
        name = card.base(path.read_text("utf-8")) if path.is_file() else ""
        if not name or name in seen:
            return ""
        if not presets.is_reserved(name) and not (models / name).is_dir():
            return name  # its own card is gone; it is the furthest that is known
    return name


def votes(home: Path, names: tuple[str, str]) -> dict[str, int]:
    """The users' votes between the two: for the generic, for the specialised, same, bad. Raises VotesError."""
    counts = dict.fromkeys((GENERIC, SPECIALISED, "same", "bad"), 0)
    if not (home / VOTES).is_file():
        return counts
    kept = Votes(home / VOTES)
    try:
        for tally in kept.tally():
            if {tally.first, tally.second} == set(names):
                first, second = (GENERIC, SPECIALISED) if tally.first == names[0] else (SPECIALISED, GENERIC)
                counts[first] += tally.first_better
                counts[second] += tally.second_better
                counts["same"] += tally.same
                counts["bad"] += tally.bad
    finally:
        kept.close()
    return counts


def examples(cases: Sequence[Case], answers: Mapping[str, Sequence[Written]]) -> list[Example]:
    """Always the same ones: the widest gaps both ways, then the first answer of each kind of error."""
    generic, specialised = answers[GENERIC], answers[SPECIALISED]
    kinds = list(zip(judged(cases, generic), judged(cases, specialised), strict=True))
    rouges = [
        (rouge_l(a.text, case.reference), rouge_l(b.text, case.reference))
        for case, a, b in zip(cases, generic, specialised, strict=True)
    ]
    gaps = sorted(range(len(cases)), key=lambda n: rouges[n][1] - rouges[n][0])
    chosen = {n: f"ahead/{SPECIALISED}" for n in gaps[::-1][:BEST] if rouges[n][1] > rouges[n][0]}
    chosen |= {n: f"ahead/{GENERIC}" for n in gaps[:BEST] if rouges[n][1] < rouges[n][0]}
    for wanted in KINDS:
        for side, role in enumerate((GENERIC, SPECIALISED)):
            fitting = (n for n in range(len(cases)) if kinds[n][side] == wanted and n not in chosen)
            if (n := next(fitting, None)) is not None:
                chosen[n] = f"{wanted}/{role}"
    return [
        Example(
            why,
            cases[n].question,
            _short(cases[n].reference),
            _short(generic[n].text),
            _short(specialised[n].text),
            kinds[n],
            rouges[n],
        )
        for n, why in chosen.items()
    ]


def save(run: Run, found: Sequence[Example], folder: Path) -> None:
    """Writes both files. Raises SourcierError."""
    text = json.dumps([asdict(example) for example in found], ensure_ascii=False, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / EXAMPLES).write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise SourcierError("folder.unwritable", folder=folder, reason=error.strerror or str(error)) from error
    runs.save(run, folder / MEASURES)


def load(folder: Path) -> tuple[Run, list[Example]]:
    """What `save` wrote. Raises SourcierError when it is missing or damaged."""
    run = runs.load(folder / MEASURES)
    try:
        rows = json.loads((folder / EXAMPLES).read_text("utf-8"))
        return run, [Example(**{**row, "kinds": tuple(row["kinds"]), "rouges": tuple(row["rouges"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourcierError("compare.damaged", path=folder / EXAMPLES) from error


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTED else flat[:QUOTED].rsplit(" ", 1)[0] + " …"
