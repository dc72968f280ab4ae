"""The shipped gate on a folder of ordinary documents, our own: what people ask of them is answered, the rest is not."""

from pathlib import Path

import pytest

from assistant.evaluation.gate_fitting import plain_examples
from assistant.gate.gate import Gates
from corpus.home import Home
from scripts import index
from scripts._evaluate.command import searching

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = {
    "readme": ["README.md", "assistant/training/EXPERIMENTS.md", "assistant/starter/README.md"],
    "guide": [
        "livrables/09-presentation-et-documentation/guide-utilisateur.md",
        "livrables/02-analyse-juridique/README.md",
    ],
}


@pytest.mark.real
def test_questions_on_own_documents_are_answered_and_foreign_ones_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_HOME", str(tmp_path))
    for name, paths in DOCUMENTS.items():
        assert index.main(["add", *(str(ROOT / path) for path in paths), "--collection", name, "--wait"]) == 0
    with searching(Home(tmp_path)) as (store, search, embedder):
        asked = [example for half in ("dev", "test") for example in plain_examples(store, search, half)]
    gate = Gates.load().by_embedder[embedder.name]
    right = {kind: [] for kind in (True, False)}
    for example in asked:
        right[example.answerable].append((gate.probability(example.features) >= 0.5) == example.answerable)
    assert {example.kind for example in asked if example.answerable} == set(DOCUMENTS)
    assert sum(right[True]) / len(right[True]) > 0.85
    assert sum(right[False]) / len(right[False]) > 0.9
