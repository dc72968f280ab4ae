"""What a fine-tuning will be, before it begins: how much is learnt of what, what is left out, what it will cost."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from assistant.training.data.example import Example
from assistant.training.finetune.estimate import estimate
from assistant.training.finetune.job import Job
from assistant.training.finetune.passage_use import spread
from assistant.training.runs.folder import room_free, room_needed
from corpus.document import ReadingError
from corpus.errors import Reason

FILE = "forecast.json"  # in the run's folder
SHOWN = 3  # examples, and places of each reason for leaving something out
LONGEST = 600  # characters of a text that is shown
# Below one of these a run is said to be small: the figures of its few held-out examples say little, and so few updates
# hardly move the weights.
FEW_EXAMPLES, FEW_STEPS = 200, 50


@dataclass(frozen=True)
class Shown:
    """One example as it will be learnt; `passage` is where the answer stands."""

    question: str
    answer: str
    passage: str = ""


@dataclass(frozen=True)
class LeftOut:
    """How often something was left out for one reason (`Reason.dumps`), and the first places."""

    reason: str
    count: int
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forecast:
    """The sizes of a run. `sources` are (name, examples) before the split; bytes and minutes are estimates."""

    parameters: int
    trained: int
    sources: tuple[tuple[str, int], ...]
    examples: int
    held_out: int
    steps: int
    batch: int
    tokens: int
    memory_gb: float
    minutes: float
    disk: int
    free: int
    cut: int = 0
    unfit: int = 0  # examples whose passage is longer than what the model reads
    left_out: tuple[LeftOut, ...] = ()
    shown: tuple[Shown, ...] = ()

    @property
    def small(self) -> bool:
        """Whether so little is learnt that nobody should expect much."""
        return self.examples < FEW_EXAMPLES or self.steps < FEW_STEPS

    @property
    def fits(self) -> bool:
        """Whether the disk has room for it."""
        return self.free >= self.disk


def forecast(job: Job, unread: list[ReadingError]) -> Forecast:
    """What the job will be; `unread` are the documents that could not be read."""
    tuning, cost = job.tuning, estimate(job.tuning)
    dropped = [(item.reason, item.place) for item in job.left_out]
    dropped += [(error.reason, "") for error in unread]
    learnt = [example for example in tuning.train.examples if example.right]
    return Forecast(
        parameters=cost.parameters,
        trained=cost.trained,
        sources=tuple(job.sources.items()),
        examples=len(tuning.train.examples),
        held_out=len(tuning.valid.examples),
        steps=tuning.steps,
        batch=tuning.settings.batch,
        tokens=cost.tokens,
        memory_gb=cost.memory_gb,
        minutes=cost.minutes,
        disk=room_needed(cost.trained, cost.parameters),
        free=room_free(tuning.folder),
        cut=tuning.fitted.cut,
        unfit=tuning.fitted.left_out,
        left_out=_by_reason(dropped),
        shown=tuple(map(_shown, spread(learnt, SHOWN))),
    )


def record(found: Forecast) -> dict[str, Any]:
    """The forecast as JSON keeps it."""
    return asdict(found)


def from_record(values: Mapping[str, Any]) -> Forecast:
    """The forecast that `record` and JSON made `values` of. Raises KeyError, TypeError or ValueError."""
    known = {field.name: values[field.name] for field in fields(Forecast)}
    known["sources"] = tuple((str(name), int(count)) for name, count in known["sources"])
    known["left_out"] = tuple(LeftOut(**{**each, "places": tuple(each["places"])}) for each in known["left_out"])
    known["shown"] = tuple(Shown(**each) for each in known["shown"])
    numbers = [field.name for field in fields(Forecast) if field.type in (int, float)]
    if not all(isinstance(known[name], int | float) and known[name] == known[name] for name in numbers):
        raise ValueError("a size is no number")
    return Forecast(**known)


def _shown(example: Example) -> Shown:
    right = example.right
    passage = ": ".join(filter(None, (right.heading, right.text))) if right else ""
    return Shown(example.question[:LONGEST], example.answer[:LONGEST], passage[:LONGEST])


def _by_reason(dropped: list[tuple[Reason, str]]) -> tuple[LeftOut, ...]:
    """The most frequent reason first."""
    counts = Counter(reason.dumps() for reason, _ in dropped)
    places: dict[str, list[str]] = {}
    for reason, place in dropped:
        places.setdefault(reason.dumps(), []).append(place)
    return tuple(
        LeftOut(reason, count, tuple(place for place in places[reason] if place)[:SHOWN])
        for reason, count in counts.most_common()
    )
