"""A training run of the reader: resumable, planned in minutes, with a journal and checkpoints in one folder."""

import copy
import json
import logging
import os
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from assistant.training.errors import TrainingError
from assistant.training.reader import batches
from assistant.training.reader.mixture import Data
from index.reader import network
from index.reader.encoding import Encoder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """How a run learns. `minutes` of active training, or `steps` when that is set, end the linear decay."""

    minutes: float = 100.0
    steps: int = 0
    seed: int = 17
    length: int = 192  # tokens of a window
    width: int = network.WIDTH
    tokens: int = 1_024  # of one batch, padding included
    examples: int = 16  # of one step, at least
    body_rate: float = 8e-5
    head_rate: float = 1e-3
    warmup: float = 0.05  # share of the run
    decay: float = 0.01
    clip: float = 1.0
    frozen: int = 4  # lower layers that stay as they are, with the embeddings
    save_every: float = 300.0  # seconds
    measure_every: float = 2_700.0
    bfloat16: bool = False  # products in bfloat16; weights, sums and the loss stay in float32
    earlier_examples: int = 0  # that the weights it started from had seen
    earlier_minutes: float = 0.0


class RunError(TrainingError):
    """A run folder that cannot be used: `reader.run_exists`, `reader.run_missing` or `reader.run_damaged`."""


def freeze(model: network.Network, layers: int) -> None:
    """Leaves the embeddings and the lower `layers` as they are."""
    encoder: Any = model.body.encoder
    embeddings: Any = model.body.embeddings
    for module in (embeddings, *encoder.layer[:layers]):
        for parameter in module.parameters():
            parameter.requires_grad = False


def trained(model: nn.Module) -> dict[str, Tensor]:
    """The parameters that training changes, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


class Run:
    """One run in `folder`: `plan.json`, `journal.jsonl`, `checkpoint.pt`."""

    def __init__(self, folder: Path, plan: Plan, model: network.Network, encoder: Encoder, threads: int = 2) -> None:
        self.folder, self.plan, self.model, self.encoder = folder, plan, model, encoder
        freeze(model, plan.frozen)
        # One copy a thread, with gradients of its own on the same weights. Threads that each work on their own batch
        # need not wait for each other at every layer, which halves the speed when other programs want the cores, too.
        self.copies = [model, *(twin(model) for _ in range(threads - 1))]
        self.threads = ThreadPoolExecutor(threads)
        named = trained(model)
        head = [value for name, value in named.items() if name.startswith("head.")]
        plain = [value for name, value in named.items() if not name.startswith("head.") and value.dim() < 2]
        body = [value for name, value in named.items() if not name.startswith("head.") and value.dim() > 1]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": body, "lr": plan.body_rate, "weight_decay": plan.decay},
                {"params": plain, "lr": plan.body_rate, "weight_decay": 0.0},
                {"params": head, "lr": plan.head_rate, "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.step = self.chunk = self.place = self.examples = 0
        self.elapsed = 0.0  # seconds of training, measuring left out

    @property
    def progress(self) -> float:
        """Share of the run that is done, 0 to 1."""
        done = self.step / self.plan.steps if self.plan.steps else self.elapsed / (60 * self.plan.minutes)
        return min(done, 1.0)

    def start(self) -> None:
        """Makes the folder. Raises RunError where a run stands already."""
        if (self.folder / "plan.json").exists():
            raise RunError("reader.run_exists", folder=str(self.folder))
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "plan.json").write_text(json.dumps(asdict(self.plan), indent=1), encoding="utf-8")
        torch.manual_seed(self.plan.seed)

    def save(self) -> None:
        """Writes the checkpoint; a kill leaves the old one or the new one."""
        state = {
            "model": {name: value.detach() for name, value in trained(self.model).items()},
            "optimizer": self.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "counters": (self.step, self.chunk, self.place, self.examples, self.elapsed),
        }
        unfinished = self.folder / "checkpoint.pt.new"
        torch.save(state, unfinished)
        os.replace(unfinished, self.folder / "checkpoint.pt")

    def load(self, training: bool = True) -> None:
        """Goes on from the checkpoint; with `training` false only the weights. Raises RunError without one."""
        try:
            state = torch.load(self.folder / "checkpoint.pt", map_location="cpu", weights_only=True)
        except OSError as error:
            raise RunError("reader.run_missing", folder=str(self.folder)) from error
        with torch.no_grad():
            for name, value in trained(self.model).items():
                value.copy_(state["model"][name])
        self.step, self.chunk, self.place, self.examples, self.elapsed = state["counters"]
        if training:
            self.optimizer.load_state_dict(state["optimizer"])
            torch.set_rng_state(state["rng"])

    def write(self, event: str, **values: Any) -> None:
        """One line of the journal."""
        line = {"event": event, "step": self.step, "examples": self.examples, "elapsed_s": round(self.elapsed, 1)}
        with (self.folder / "journal.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | values, ensure_ascii=False) + "\n")
        log.info("%s %s %s", event, line, values)

    def train(self, data: Data, measure: Callable[[], dict[str, Any]], stopping: Callable[[], bool]) -> bool:
        """Trains until the plan's end or until `stopping`; whether the end was reached. `measure` gives figures."""
        saved = measured = self.elapsed
        losses: list[float] = []
        reported, reported_at = self.examples, self.elapsed
        for model in self.copies:
            model.train()
        while self.progress < 1.0:
            groups = batches.steps(
                data.mixture, self.encoder, self.plan.seed, self.chunk, self.plan.width, self.plan.tokens,
                self.plan.examples,
            )  # fmt: skip
            for number, group in enumerate(groups):
                if number < self.place:
                    continue
                if stopping():
                    self.save()
                    return False
                if self.progress >= 1.0:
                    break
                began = time.monotonic()
                losses.append(self._learn(group))
                self.elapsed += time.monotonic() - began
                self.step, self.place = self.step + 1, number + 1
                self.examples += sum(map(len, group))
                if len(losses) >= 20:
                    speed = (self.examples - reported) / max(self.elapsed - reported_at, 1e-9)
                    mean = round(sum(losses) / len(losses), 4)
                    self.write("train", loss=mean, per_s=round(speed, 2), done=round(self.progress, 4))
                    losses, reported, reported_at = [], self.examples, self.elapsed
                if self.elapsed - saved > self.plan.save_every:
                    self.save()
                    saved = self.elapsed
                if self.elapsed - measured > self.plan.measure_every:
                    self._measured(measure)
                    measured = self.elapsed
            self.chunk, self.place = self.chunk + 1, 0
        self.save()
        self._measured(measure)
        self.write("end")
        return True

    def _measured(self, measure: Callable[[], dict[str, Any]]) -> None:
        self.model.eval()
        self.write("measure", **measure())
        for model in self.copies:
            model.train()

    def _learn(self, group: list[list[batches.Item]]) -> float:
        """One step of the optimiser; the mean loss of its examples, in nats."""
        total = sum(map(len, group))
        factor = schedule(self.progress, self.plan.warmup)
        for rate, parameters in zip(self.rates, self.optimizer.param_groups, strict=True):
            parameters["lr"] = rate * factor
        waiting: queue.SimpleQueue[list[batches.Item]] = queue.SimpleQueue()
        for items in sorted(group, key=len, reverse=True):
            waiting.put(items)
        summed = sum(self.threads.map(lambda model: self._gradients(model, waiting, total), self.copies))
        for model in self.copies[1:]:
            gather(self.model, model)
        nn.utils.clip_grad_norm_(list(trained(self.model).values()), self.plan.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return summed

    def _gradients(self, model: network.Network, waiting: "queue.SimpleQueue[list[batches.Item]]", total: int) -> float:
        """Works off waiting batches; their part of the mean loss over the step's `total` examples."""
        torch.set_num_threads(1)
        summed = 0.0
        while True:
            try:
                items = waiting.get_nowait()
            except queue.Empty:
                return summed
            part = batches.batch(items, self.plan.width)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
                logits = model(torch.from_numpy(part.ids), torch.from_numpy(part.mask)).float()
            losses = network.loss(logits, torch.from_numpy(part.allowed), torch.from_numpy(part.gold), self.plan.width)
            share = losses.sum() / total
            share.backward()
            summed += float(share.detach())


def twin(model: network.Network) -> network.Network:
    """Another network on the same weights; only its gradients are its own."""
    other = copy.deepcopy(model)
    for mine, its in zip(model.parameters(), other.parameters(), strict=True):
        its.data = mine.data
    return other


def gather(model: nn.Module, other: nn.Module) -> None:
    """Adds the gradients of `other` to those of `model`, and clears them."""
    for mine, its in zip(model.parameters(), other.parameters(), strict=True):
        if its.grad is not None:
            mine.grad = its.grad if mine.grad is None else mine.grad.add_(its.grad)
            its.grad = None


def schedule(progress: float, warmup: float) -> float:
    """Factor of the learning rate: up in a line, then down in a line to nothing."""
    return min(progress / warmup + 1e-3, 1.0) if progress < warmup else max((1 - progress) / (1 - warmup), 0.0)
