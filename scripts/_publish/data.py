"""The folder of a data repository: the questions and passages that a generator is fine-tuned on, and their card.

Only data sets whose licence lets everybody pass them on may go there; the catalogue says which licence that is.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.training.data.collect import collect
from assistant.training.data.example import Example
from assistant.training.data.split import split
from assistant.ui.i18n.errors import sentence
from corpus import datasets
from corpus.datasets.dataset import DataSet
from corpus.errors import SourcierError

# Licences that allow sharing, by the address of their text: the name that the Hub knows them under.
SHARED = {
    "https://creativecommons.org/licenses/by/4.0/": "cc-by-4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "cc-by-sa-4.0",
    "https://creativecommons.org/licenses/by-nc-sa/3.0/": "cc-by-nc-sa-3.0",
}
SIDES = ("train", "validation")
CARD = """\
# {title}

Questions, answers and the passages that hold them, as Sourcier's fine-tuning reads them. Made by
`python -m scripts.publish data --data {names}` from:

{sources}

Changes: rows without an answer are left out, white space is evened, long answers and passages are cut at a sentence.
`validation.jsonl` has about a tenth of the topics, chosen by a hash of their names: no topic is on both sides.

| field | meaning |
|---|---|
| `question` | as asked in the source |
| `answer` | what is to be written |
| `passage` | `title` and `text` of the passage that holds it, null where there is none |
| `topic` | what the split keeps together |

{counts}

```python
import datasets

data = datasets.load_dataset("{repo}")
```

These are texts of their publishers, years old in part. Answers about health are no medical advice.
"""


def licences(names: Sequence[str]) -> list[str]:
    """The licences of data sets, as the Hub names them. Raises SourcierError for one that may not be passed on."""
    found = []
    for name in names:
        if name not in datasets.NAMES or datasets.get(name).licence_url not in SHARED:
            raise SourcierError("publish.not_shared", name=name)
        found.append(SHARED[datasets.get(name).licence_url])
    return list(dict.fromkeys(found))


def write(repo: str, names: Sequence[str], home: Path, folder: Path) -> None:
    """Writes the repository's files; `home` is the folder of the fetched data sets. Raises SourcierError, OSError."""
    allowed = licences(names)
    counts = []
    for side, examples in zip(SIDES, split(collect(names, home)), strict=True):
        lines = (json.dumps(_row(example), ensure_ascii=False) + "\n" for example in examples)
        (folder / f"{side}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
        topics = len({example.group for example in examples})
        counts.append(f"- `{side}.jsonl`: {len(examples):,} examples of {topics:,} topics")
    text = _card(repo, [datasets.get(name) for name in names], allowed, counts)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def _row(example: Example) -> dict:
    right = example.right
    passage = {"title": right.heading, "text": right.text} if right else None
    return {"question": example.question, "answer": example.answer, "passage": passage, "topic": example.group}


def _card(repo: str, sets: Sequence[DataSet], allowed: Sequence[str], counts: Sequence[str]) -> str:
    from huggingface_hub import DatasetCardData

    data = DatasetCardData(
        language=["en"],
        license=list(allowed) if len(allowed) > 1 else allowed[0],
        task_categories=["question-answering", "text-generation"],
        pretty_name=repo.partition("/")[2],
        tags=["sourcier", "retrieval-augmented-generation"],
    )
    sources = "\n".join(f"- {each.title}: {sentence(each.licence, 'en')} <{each.homepage}>" for each in sets)
    body = CARD.format(
        title=repo.partition("/")[2],
        names=" ".join(each.name for each in sets),
        sources=sources,
        counts="\n".join(counts),
        repo=repo,
    )
    return f"---\n{data.to_yaml()}\n---\n{body}"
