"""The user's choices, in one JSON file of the data folder."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType

from corpus.files import parsed, replacing

log = logging.getLogger(__name__)

# The least and the most of each number: more than a small model can use, or than a page can show, is a slip.
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "threshold": (0.0, 1.0),
        "passages": (1, 20),
        "prompt_passages": (1, 8),
        "max_new_tokens": (16, 512),
        "temperature": (0.0, 2.0),
        "no_repeat_ngram": (0, 20),
    }
)


@dataclass(frozen=True)
class Settings:
    """Values with their defaults; each is explained where the app shows it."""

    threshold: float = 0.5  # refuse under this confidence
    passages: int = 6  # shown as sources
    prompt_passages: int = 3  # given to the generator: a small model attends to few
    max_new_tokens: int = 240
    temperature: float = 0.0  # 0 writes the likeliest text, always the same
    no_repeat_ngram: int = 6  # tokens: breaks loops; a penalty on every repeated token would hinder copying
    model: str = "starter"

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """The stored choices; unknown or unusable values fall back to their defaults."""
        try:
            stored = parsed(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError):
            log.warning("the settings %s cannot be read; the defaults are used", path)
            return cls()
        chosen = cls()
        for field in fields(cls):
            value = stored.get(field.name) if isinstance(stored, dict) else None
            kind = type(getattr(chosen, field.name))
            if (type(value) is kind or (kind is float and type(value) is int)) and _fits(field.name, value):
                chosen = replace(chosen, **{field.name: kind(value)})
        return chosen

    def save(self, path: Path) -> None:
        """Writes the file; a reader sees the old one or the new one, and of two writers the last one stays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, private=True) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


def _fits(name: str, value: object) -> bool:
    limits = LIMITS.get(name)
    return limits is None or not isinstance(value, int | float) or limits[0] <= value <= limits[1]
