"""Learns a byte-level BPE of GPT-2's kind and writes it the way KerasHub's presets keep it."""

import json
from collections.abc import Iterable
from pathlib import Path

from assistant.generation import presets
from assistant.generation.prompt import END
from assistant.generation.tokenizer import Tokenizer


def learn(texts: Iterable[str], size: int) -> tuple[dict[str, int], list[str]]:
    """(vocabulary, merges) with `size` tokens, the end token last as in GPT-2. Deterministic for the same texts."""
    from tokenizers import Tokenizer as Engine
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    engine = Engine(BPE())
    engine.pre_tokenizer = ByteLevel(add_prefix_space=False)
    trainer = BpeTrainer(
        vocab_size=size - 1, initial_alphabet=ByteLevel.alphabet(), min_frequency=2, show_progress=False
    )
    engine.train_from_iterator(texts, trainer)
    model = json.loads(engine.to_str())["model"]
    vocabulary = dict(sorted(model["vocab"].items(), key=lambda item: item[1]))
    vocabulary[END] = len(vocabulary)
    return vocabulary, [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]


def write(folder: Path, vocabulary: dict[str, int], merges: list[str]) -> Tokenizer:
    """Writes vocabulary.json and merges.txt into a preset's folder; returns the tokenizer."""
    (folder / presets.VOCABULARY).parent.mkdir(parents=True, exist_ok=True)
    (folder / presets.VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (folder / presets.MERGES).write_text("".join(f"{merge}\n" for merge in merges), encoding="utf-8")
    return Tokenizer.load(folder)
