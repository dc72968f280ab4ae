"""What is trained, how large, on what, how long: the plans that `scripts.pretrain` knows by name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from assistant.training.pretrain.batches import Stage

# Nothing but copying and looking up, in short rows: the planted circuit settles, or induction forms without it.
DRILL = {"copying": 0.5, "looking_up": 0.5}
# Then prose, with a tenth of drills left in, and examples whose answer stands in a passage.
MIXED = {"text": 0.5, "copying": 0.05, "looking_up": 0.1, "finding": 0.2, "answering": 0.1, "summarising": 0.05}
PROSE = {"text": 0.65, "looking_up": 0.05, "finding": 0.12, "answering": 0.13, "summarising": 0.05}
JOB = {"text": 0.25, "looking_up": 0.05, "finding": 0.1, "answering": 0.5, "summarising": 0.1}
LONG = {"text": 0.45, "copying": 0.03, "looking_up": 0.07, "finding": 0.2, "answering": 0.17, "summarising": 0.08}


@dataclass(frozen=True)
class Plan:
    """A pretraining run. The learning rate rises over `warmup` steps, stays, and falls to zero over the last
    `decay` steps, so that a run can be made longer at any time before it falls.

    A run whose rate has fallen can go on, too: each of `restarts` is a step and the height at which the rate starts
    again there; it falls to zero in a straight line until the next of them, or the end.
    """

    name: str
    layers: int
    heads: int
    width: int
    stages: tuple[Stage, ...]
    vocabulary_size: int = 8192
    window: int = 1024
    optimizer: str = "muon"
    matrix_rate: float = 0.01
    rate: float = 1e-3  # AdamW's, for embeddings, norms and biases
    weight_decay: float = 0.01
    warmup: int = 100
    decay: int = 200
    micro_tokens: int = 2048  # tokens a forward pass: small enough for the processor's cache
    restarts: tuple[tuple[int, float], ...] = ()
    planted: bool = True  # starts with an induction circuit (`induction`)
    seed: int = 1

    @property
    def sizes(self) -> dict:
        """GPT2Backbone's arguments."""
        return {
            "vocabulary_size": self.vocabulary_size,
            "num_layers": self.layers,
            "num_heads": self.heads,
            "hidden_dim": self.width,
            "intermediate_dim": 4 * self.width,
            "dropout": 0.0,
            "max_sequence_length": self.window,
        }

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    @property
    def tokens(self) -> int:
        """Tokens that are read in all."""
        return sum(stage.steps * stage.rows * stage.length for stage in self.stages)

    @property
    def parameters(self) -> int:
        """Weights of the model: embeddings, positions, layers (12 w² + 13 w each), last norm."""
        w = self.width
        return (self.vocabulary_size + self.window) * w + self.layers * (12 * w * w + 13 * w) + 2 * w

    def scale(self, step: int) -> float:
        """The learning rate at a step, as a part of its full height."""
        ends = [start for start, _ in self.restarts] + [self.steps]
        if step < ends[0]:
            return max(0.0, min(1.0, (step + 1) / max(1, self.warmup), (ends[0] - step) / max(1, self.decay)))
        for (start, height), end in zip(self.restarts, ends[1:], strict=True):
            if step < end:
                return height * (end - step) / (end - start)
        return 0.0

    def as_dict(self) -> dict:
        """Plain values, for the run's config.json."""
        return asdict(self)


def plan_from(values: Mapping) -> Plan:
    """The plan that `as_dict` gave."""
    stages = tuple(Stage(**stage) for stage in values["stages"])
    restarts = tuple((int(step), float(height)) for step, height in values["restarts"])
    return Plan(**{**values, "stages": stages, "restarts": restarts})


PLANS = {
    plan.name: plan
    for plan in (
        # Seconds, for tests and for trying the command.
        Plan(
            "tiny",
            layers=2,
            heads=2,
            width=32,
            vocabulary_size=400,
            window=256,
            stages=(Stage("drill", 4, 64, 4, DRILL), Stage("mixed", 4, 128, 4, MIXED)),
            warmup=2,
            decay=2,
        ),
        # Minutes on two cores: shows whether induction forms.
        Plan(
            "interim",
            layers=6,
            heads=4,
            width=256,
            stages=(
                Stage("drill", 40, 128, 32, DRILL),
                Stage("short", 400, 256, 16, MIXED),
                Stage("middle", 60, 512, 8, LONG),
            ),
            warmup=20,
            decay=200,
        ),
        # What is shipped. It first ended with "job"; then two thirds prose again, for the kinds it had seen least.
        Plan(
            "starter",
            layers=8,
            heads=5,
            width=320,
            stages=(
                Stage("drill", 50, 128, 48, DRILL),
                Stage("first", 1500, 256, 16, MIXED),
                Stage("short", 1000, 256, 32, MIXED),
                Stage("middle", 300, 512, 16, MIXED),
                Stage("long", 150, 1024, 10, LONG),
                Stage("job", 450, 768, 10, JOB),
                Stage("prose", 1300, 512, 16, PROSE),
                Stage("last", 150, 1024, 10, PROSE),
            ),
            decay=450,
            restarts=((3000, 0.5), (3450, 0.7)),
        ),
        # The same run gone on for six hours more, from any checkpoint before the rate of `starter` first falls.
        Plan(
            "longer",
            layers=8,
            heads=5,
            width=320,
            stages=(
                Stage("drill", 50, 128, 48, DRILL),
                Stage("first", 1500, 256, 16, MIXED),
                Stage("short", 4000, 256, 32, MIXED),
                Stage("middle", 3000, 512, 16, MIXED),
                Stage("long", 2000, 1024, 10, LONG),
            ),
            decay=2500,
        ),
    )
}
