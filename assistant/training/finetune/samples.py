"""A few held-out questions answered by the base and by what was made of it, for somebody to read side by side."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from assistant.generation.generator import Generator
from assistant.training.data.example import Example
from assistant.training.finetune.passage_use import spread
from assistant.training.finetune.rows import Rows
from assistant.training.runs.json_file import read_json, write_json

FILE = "samples.json"  # in the run's folder
COUNT = 3


@dataclass(frozen=True)
class Sample:
    """One held-out question with the answer that it was to learn, and what both models write."""

    question: str
    wanted: str
    before: str
    after: str


def write(folder: Path, base: Path, preset: Path, rows: Rows) -> None:
    """Answers COUNT examples of `rows` with both models, likeliest tokens only. Raises ModelError and OSError."""
    chosen = spread([example for example in rows.examples if example.right], COUNT)
    prompts = [_prompt(rows, example, place) for place, example in enumerate(chosen)]
    said = [_answers(model, prompts, rows.longest_answer) for model in (base, preset)]
    made = [
        Sample(example.question, example.answer, before, after)
        for example, before, after in zip(chosen, *said, strict=True)
    ]
    write_json(folder / FILE, {"samples": [asdict(sample) for sample in made]})


def read(folder: Path) -> tuple[Sample, ...]:
    """The samples of a run; () where there are none, or they are damaged."""
    found = read_json(folder / FILE).get("samples")
    return tuple(map(_sample, found)) if isinstance(found, list) and all(map(_whole, found)) else ()


def _prompt(rows: Rows, example: Example, place: int) -> list[int]:
    ids, prompt = rows.encode(example, np.random.default_rng((5, place)))
    return ids[:prompt]


def _answers(model: Path, prompts: list[list[int]], longest: int) -> list[str]:
    generator = Generator.load(model)  # one after the other, so that only one is in memory
    return [generator.generate(prompt, max_new_tokens=longest).strip() for prompt in prompts]


def _whole(record: object) -> bool:
    return isinstance(record, dict) and all(isinstance(record.get(field.name), str) for field in fields(Sample))


def _sample(record: Mapping[str, str]) -> Sample:
    return Sample(**{field.name: record[field.name] for field in fields(Sample)})
