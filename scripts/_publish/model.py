"""The folder of a model repository: a preset's weights and tokenizer, the licence, and a card with metadata."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation import runs
from assistant.generation import presets
from assistant.training.runs import card as training_card
from corpus import datasets
from corpus.errors import SourcierError

ROOT = Path(__file__).resolve().parent.parent.parent
TAGS = ("gpt2", "keras-nlp", "retrieval-augmented-generation", "question-answering", "sourcier")
# Measures whose mean says how good a text is, by the name that the Hub knows them under.
METRICS = {"rouge_l": "rouge", "token_f1": "f1", "ROUGE-L": "rouge"}
USE = """\
## Use

With KerasNLP (KerasHub) on TensorFlow:

```python
import keras_hub

model = keras_hub.models.GPT2CausalLM.from_preset("hf://{repo}")
model.generate("Question: What is a cataract?\\nAnswer:", max_length=64)
```

With Sourcier, which finds passages, lets the model write from them and checks each sentence:

```
hf download {repo} --local-dir ~/.sourcier/models/{name}
python -m scripts.ask "Who was Marie Curie?" --model {name}
```
"""


@dataclass(frozen=True)
class Model:
    """A generator to be published as `repo` ("owner/name"); `scores` are stored runs that its card tells of."""

    name: str
    folder: Path
    repo: str
    licence: str
    scores: Sequence[Path] = ()
    data: str = ""  # the repository of what it was fine-tuned on


def write(model: Model, folder: Path) -> None:
    """Writes the repository's files into `folder`. Raises ModelError for a damaged preset, SourcierError for a run."""
    copied(model.folder, folder)
    if model.licence == "apache-2.0":
        shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    (folder / presets.CARD).write_text(card(model), encoding="utf-8", newline="\n")


def copied(preset: Path, folder: Path) -> None:
    """Copies a preset's own files. Raises ModelError for a damaged one."""
    presets.validate(preset)
    card = preset / presets.CARD
    for path in (*_files(preset), *([card] if card.is_file() else [])):
        target = folder / path.relative_to(preset)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def card(model: Model) -> str:
    """The model card: what the preset's own says, how to use it, and metadata that the Hub reads."""
    from huggingface_hub import ModelCardData

    data = ModelCardData(
        language="en",
        license=model.licence,
        library_name="keras-hub",
        pipeline_tag="text-generation",
        tags=list(TAGS),
        model_name=model.repo.partition("/")[2],
        base_model=_base(model),
        datasets=[model.data] if model.data else _datasets(model.folder) or None,
        eval_results=_results(model.scores) or None,
    )
    path = model.folder / presets.CARD
    body = _body(path.read_text("utf-8")) if path.is_file() else f"# {model.name}\n\nA fine-tuned GPT-2.\n"
    use = USE.format(repo=model.repo, name=model.repo.partition("/")[2])
    return f"---\n{data.to_yaml()}\n---\n{body.rstrip()}\n\n{use}"


def _base(model: Model) -> str | None:
    """What it was fine-tuned from, as the Hub names it; None for one that was not, or where its card says nothing."""
    base = training_card.base(_card(model.folder))
    if base in presets.HUB_PRESETS:
        return f"keras/{base}"
    return f"{model.repo.partition('/')[0]}/sourcier-{base}" if base else None


def _datasets(preset: Path) -> list[str]:
    """The names of the data sets that the preset's card tells of."""
    lines = _card(preset).splitlines()
    known = (datasets.get(name) for name in datasets.NAMES)
    return [each.name for each in known if any(line.startswith(f"- {each.title}:") for line in lines)]


def _card(preset: Path) -> str:
    path = preset / presets.CARD
    return path.read_text("utf-8") if path.is_file() else ""


def _results(scores: Sequence[Path]) -> list:
    """What runs measured, as the Hub's metadata holds it."""
    from huggingface_hub import EvalResult

    found = []
    for path in scores:
        run = runs.load(path)
        for table in run.tables:
            for measure, value in table.estimates().items():
                if measure in METRICS:
                    found.append(
                        EvalResult(
                            task_type="text-generation",
                            dataset_type=table.name.partition("/")[0],
                            dataset_name=f"{table.name}, {value.count} questions",
                            metric_type=METRICS[measure],
                            metric_name=f"{measure} (python -m scripts.evaluate {run.measure})",
                            metric_value=round(value.mean, 4),
                        )
                    )
    if scores and not found:
        raise SourcierError("publish.no_measures", measures=", ".join(METRICS))
    return found


def _body(text: str) -> str:
    """A card without its metadata."""
    if not text.startswith("---\n"):
        return text
    _, found, rest = text[4:].partition("\n---\n")
    return rest if found else text


def _files(folder: Path) -> list[Path]:
    """What KerasNLP reads and the card shows, and nothing else that may lie beside it."""
    names = (*presets.WEIGHTS, presets.CONFIG, "metadata.json", "preprocessor.json", "task.json", "tokenizer.json")
    weights = (path for path in folder.glob("model_*.weights.h5"))  # of a large model, in several files
    beside = (folder / name for name in names)
    pictures = folder.glob("*.png")  # that its card shows
    assets = (path for path in (folder / "assets").rglob("*") if path.suffix in (".json", ".txt"))
    return sorted(path for path in (*beside, *weights, *pictures, *assets) if path.is_file())
