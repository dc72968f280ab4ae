"""Deterministic stand-ins: an assistant that answers from a table, and records to show."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from assistant.generation.generator import TokenProbability
from assistant.generation.presets import ModelError
from assistant.generation.sampling import Sampling, probabilities, softmax
from assistant.pipeline import AskError
from assistant.schema import Answer, Answered, Citation, Drafted, Event, Searched, Sentence, Timings
from assistant.settings import Settings
from index.retrieval.hit import Hit

PASSAGES = (
    (
        "Photosynthesis",
        "Photosynthesis is a biological process by which plants convert light energy into chemical energy. "
        "The energy is stored in sugars, which are made from carbon dioxide and water. Most plants, algae and "
        "cyanobacteria perform photosynthesis.",
    ),
    (
        "Chloroplast",
        "Chloroplasts are organelles that conduct photosynthesis in plant and algal cells. Their pigment chlorophyll "
        "captures the energy of sunlight. They have their own DNA, thought to be inherited from their ancestor, a "
        "cyanobacterium that was engulfed by an early eukaryotic cell.",
    ),
    (
        "Calvin cycle",
        "The Calvin cycle is a series of chemical reactions that convert carbon dioxide into glucose. It takes place "
        "in the stroma, the fluid-filled region of a chloroplast outside the thylakoid membranes.",
    ),
    (
        "Carbon cycle",
        "The carbon cycle is the part of the biogeochemical cycle by which carbon is exchanged among the biosphere, "
        "pedosphere, geosphere, hydrosphere, and atmosphere of Earth.",
    ),
)


def hit(n: int, title: str, text: str, **changes) -> Hit:
    """A hit with plausible ranks and scores."""
    made = Hit(
        passage_id=n,
        document_id=f"{n:016x}",
        title=title,
        text=text,
        path=f"library/biology/{title.lower().replace(' ', '-')}.pdf",
        page=10 + n,
        collection="Biology",
        score=max(0.95 - 0.22 * n, 0.05),
        rank_keyword=n + 1,
        rank_dense=n if n % 2 else None,
    )
    return replace(made, **changes)


HITS = tuple(hit(n, title, text) for n, (title, text) in enumerate(PASSAGES, start=1))


def span(n: int, words: str) -> Citation:
    """The citation of `words` in passage `n`."""
    start = HITS[n - 1].text.index(words)
    return Citation(n, start, start + len(words))


SENTENCES = (
    Sentence(
        "Photosynthesis is the process by which plants convert light energy into chemical energy.",
        True,
        0.94,
        (span(1, "plants convert light energy into chemical energy"),),
    ),
    Sentence(
        "Chlorophyll in the chloroplasts captures the energy of sunlight.",
        True,
        0.81,
        (span(2, "captures the energy of sunlight"), span(1, "The energy is stored in sugars")),
    ),
    Sentence("It was first described by a Greek philosopher.", False, 0.12),
)


WORDS = (" the", " body", " heart", " lungs", " veins", " whole", " and", " of", ".", ",", "the", " a")


class FakeGenerator:
    """A byte-level vocabulary with some words; its logits depend on the last token only. Writes the likeliest ones."""

    window = 64

    def __init__(self, name: str = "starter", pause: float = 0.0):
        from assistant.generation.tokenizer import Tokenizer, byte_of_character

        character = {byte: char for char, byte in byte_of_character().items()}
        spelled = ["".join(character[byte] for byte in word.encode()) for word in WORDS]
        merges, known = [], list(byte_of_character())
        for word in spelled:
            for end in range(2, len(word) + 1):
                if word[:end] not in known:
                    known.append(word[:end])
                    merges.append(f"{word[: end - 1]} {word[end - 1]}")
        self.name, self.pause = name, pause
        self.tokenizer = Tokenizer({token: n for n, token in enumerate([*known, "<|endoftext|>"])}, merges)
        self.sampled: list[Sampling] = []
        self._words = [self.tokenizer.encode(word)[0] for word in WORDS]

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text)

    def next_token_distribution(self, ids, k=10, sampling=None) -> list[TokenProbability]:
        logits = np.full(self.tokenizer.size, -20.0)
        for place, token in enumerate(self._words):
            logits[token] = 3.0 - 0.6 * ((place + ids[-1]) % len(self._words))
        chances = softmax(logits) if sampling is None else probabilities(logits, sampling, ids)
        best = np.argsort(-chances, kind="stable")[:k]
        return [TokenProbability(int(i), self.tokenizer.decode([i]), chances[i]) for i in best if chances[i] > 0]

    def stream(self, prompt, *, max_new_tokens, sampling, stop_strings=()) -> Iterator[str]:
        self.sampled.append(sampling)
        for n in range(max_new_tokens):
            time.sleep(self.pause)
            yield WORDS[(n + (sampling.seed or 0)) % len(WORDS)]


class FakeResources:
    """Generators by name, as `assistant.resources` gives them; "broken" cannot be loaded."""

    def __init__(self):
        self.made: dict[str, FakeGenerator] = {}

    def generator(self, name: str, engine: str = "automatic") -> FakeGenerator:
        if name == "broken":
            raise ModelError("model.no_weights", folder="broken", file="model.weights.h5")
        return self.made.setdefault(name, FakeGenerator(name))


class FakeAssistant:
    """Answers like the real one does, at a pace that a test can watch: `pause` seconds a word."""

    def __init__(self, pause: float = 0.02, warm_up_s: float = 0.0):
        self.pause = pause
        self.warm_up_s = warm_up_s
        self.asked: list[dict] = []
        self.names = ["starter"]
        self.hits = HITS
        self.resources = FakeResources()
        self._ready = threading.Event()

    settings = Settings()

    def choose(self, **changes):
        self.settings = replace(self.settings, **changes)

    @property
    def loading(self) -> tuple[str, ...]:
        return () if self._ready.is_set() else ("index", "embedder", "generator")

    def warm_up(self) -> None:
        time.sleep(self.warm_up_s)
        self._ready.set()

    def models(self) -> list[str]:
        return list(self.names)

    def close(self) -> None:
        pass

    def ask(self, question, *, history=(), collections=(), mode="grounded", model=None, stop=None) -> Iterator[Event]:
        self.asked.append({"question": question, "history": tuple(history), "collections": collections, "mode": mode})
        if "impossible" in question:
            raise AskError("question.empty")
        refused = "weather" in question
        confidence = 0.12 if refused else 0.83
        yield Searched(self.hits, confidence, 0.12, 20_407)
        answer = Answer(
            question,
            refused,
            confidence,
            mode,
            "",
            (),
            self.hits,
            Timings(search_s=0.12, first_token_s=None, total_s=0.2),
        )
        if not refused:
            sentences = SENTENCES * (12 if "long" in question else 1)
            if model not in (None, "starter"):  # another generator writes something else
                sentences = sentences[:-1]
            yield from self._draft(" ".join(sentence.text for sentence in sentences), stop)
            answer = replace(
                answer,
                model="starter",
                sentences=sentences,
                timings=Timings(search_s=0.12, first_token_s=0.3, total_s=1.4, new_tokens=62),
            )
        yield Answered(answer)

    def _draft(self, text: str, stop: threading.Event | None) -> Iterator[Event]:
        words: Sequence[str] = text.split()
        for count in range(1, len(words) + 1):
            if stop is not None and stop.wait(self.pause):
                return
            yield Drafted(" ".join(words[:count]))
