"""Pretrains a GPT-2 on the CPU with PyTorch, in pieces: checkpoints every few minutes, exact resumption."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from assistant.training.data.preparation import Prepared
from assistant.training.errors import TrainingError
from assistant.training.pretrain import induction, validation
from assistant.training.pretrain.batches import Batch, Batches, Running, Stage, stage_at, tokens_left
from assistant.training.pretrain.muon import Muon
from assistant.training.pretrain.network import GPT2
from assistant.training.pretrain.plans import Plan, plan_from
from assistant.training.pretrain.tasks import Drills, Example, Marks, Reading
from assistant.training.runs.journal import append
from assistant.training.runs.json_file import read_json, write_json

log = logging.getLogger(__name__)

CHECKPOINT, CONFIG, JOURNAL = "checkpoint.pt", "config.json", "journal.jsonl"
CHECKPOINT_SECONDS = 240


class Pretraining:
    """One run in one folder: config.json, journal.jsonl (a line a measure), checkpoint.pt."""

    def __init__(self, plan: Plan, prepared: Prepared, folder: Path):
        torch.manual_seed(plan.seed)
        self.plan, self.prepared, self.folder = plan, prepared, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model = GPT2(plan.sizes)
        if plan.planted:
            induction.plant(self.model)
        self.optimizers = optimizers(self.model, plan)
        self.step = self.tokens_read = 0
        self.seconds = 0.0  # of training, over all pieces
        tokenizer = prepared.tokenizer
        self.marks = Marks.of(tokenizer)
        rarity = prepared.rarity()
        self.drills = Drills(self.marks, tokenizer.size)
        self.reading = Reading(self.marks, tokenizer, prepared.snippets, rarity)
        self.unseen = Reading(self.marks, tokenizer, prepared.held_out_snippets, rarity)
        running = Running(prepared.train, prepared.manifest["shares"])
        self.batches = Batches(running, self.drills, self.reading, tokenizer.end, plan.window, plan.seed)
        data = {"data": str(prepared.folder), "data_sha256": prepared.manifest["sha256"]}
        write_json(self.folder / CONFIG, {"plan": plan.as_dict(), **data, "steps": plan.steps})

    @classmethod
    def resume(cls, folder: Path, plan: Plan | None = None) -> "Pretraining":
        """The run in `folder` where its last checkpoint left it; `plan` may make it longer, not larger.

        Raises TrainingError when folder, checkpoint or data do not allow it.
        """
        folder = Path(folder)
        if not (folder / CHECKPOINT).is_file():
            raise TrainingError("training.no_checkpoint", folder=folder)
        config = read_json(folder / CONFIG)
        try:
            plan, data = plan or plan_from(config["plan"]), Path(config["data"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TrainingError("training.config_unreadable", path=folder / CONFIG) from error
        # Before the run is made, since that writes config.json.
        prepared = Prepared.load(data)
        if prepared.manifest["sha256"] != config.get("data_sha256"):
            raise TrainingError("training.other_data", data=data, folder=folder)
        run = cls(plan, prepared, folder)
        run._restore()
        return run

    def train(
        self, *, minutes: float | None = None, measure_every: int = 500, stop: Callable[[], bool] = lambda: False
    ):
        """Trains to the end of the plan, or for `minutes`, or until `stop()`; then writes a checkpoint."""
        started = saved = time.monotonic()
        self.model.train()
        pace, read = time.monotonic(), 0
        while stage := stage_at(self.plan.stages, self.step):
            before = time.monotonic()
            loss, accuracy = self._learn(self.batches.at(stage, self.step), self.plan.scale(self.step))
            self.step += 1
            self.seconds += time.monotonic() - before
            self.tokens_read += stage.rows * stage.length
            read += stage.rows * stage.length
            if self.step % 10 == 0:
                speed = read / (time.monotonic() - pace)
                log.info("%s %d: loss %.3f, accuracy %.3f, %.0f tokens/s", stage.name, self.step, loss, accuracy, speed)
                found = {"loss": round(loss, 4), "accuracy": round(accuracy, 4), "speed": round(speed)}
                left = tokens_left(self.plan.stages, self.step) / speed
                self.note({"stage": stage.name, **found, "seconds_left": round(left)})
                pace, read = time.monotonic(), 0
            if self.step % measure_every == 0 or self.step == self.plan.steps:
                self.note(self.measure(stage))
                pace, read = time.monotonic(), 0
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
            if stop() or (minutes and time.monotonic() - started > 60 * minutes):
                break
        self.save()

    def measure(self, stage: Stage | None = None, thorough: bool = False) -> dict:
        """Use of passages, drills and bits per byte on held-out documents, in rows of 256 to 512 tokens."""
        self.model.eval()
        length = min(512 if thorough or not stage else max(256, min(512, stage.length)), self.plan.window)
        count = 400 if thorough else 100
        found = {
            "measure": validation.use_of_passages(
                self.judge, self.marks, self.prepared.held_out_snippets, length, count=count
            ),
            "finding": validation.finding(self.judge, self.unseen, min(256, length)),
            "drilled": validation.drilled(self.judge, self.drills, min(128, length)),
            "bits_per_byte": validation.bits_per_byte(
                self.judge, self.prepared, length=length, rows=60 if thorough else 8
            ),
        }
        self.model.train()
        log.info("%s", found)
        return found

    def judge(self, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
        """`validation.Judge` with this model: examples are sorted by length and padded on the right."""
        right, nats = [], []
        longest = self.plan.window + 1
        cropped = [(ids[-longest:], shares[-longest:]) for ids, shares in examples]
        ordered = sorted(cropped, key=lambda example: len(example[0]))
        for start in range(0, len(ordered), 8):
            part = ordered[start : start + 8]
            targets = max(len(ids) for ids, _ in part) - 1
            width = min(longest, -(-targets // 64) * 64 + 1)  # few different sizes
            ids = torch.zeros(len(part), width, dtype=torch.long)
            weights = torch.zeros(len(part), width - 1)
            for row, (example, shares) in enumerate(part):
                ids[row, : len(example)] = torch.tensor(example)
                weights[row, : len(example) - 1] = torch.tensor(shares[1:])
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                _, hits, losses = self.model.losses(ids, weights)
            right.append(hits.numpy())
            nats.append(losses.numpy())
        return np.concatenate(right), np.concatenate(nats)

    def note(self, values: dict) -> None:
        """Adds a line to the journal."""
        line = {"step": self.step, "tokens": self.tokens_read, "seconds": round(self.seconds), **values}
        append(self.folder / JOURNAL, line)

    def save(self) -> None:
        """Writes the checkpoint; a kill at any moment leaves a whole one. Raises TrainingError on a full disk."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "tokens": self.tokens_read,
            "seconds": self.seconds,
        }
        part = self.folder / f"{CHECKPOINT}.part"
        try:
            with part.open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.folder / CHECKPOINT)
        except (OSError, RuntimeError) as error:  # PyTorch makes the latter of the former
            part.unlink(missing_ok=True)
            why = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise TrainingError("training.checkpoint_unwritable", folder=self.folder, reason=why) from error

    def _restore(self) -> None:
        path = self.folder / CHECKPOINT
        try:
            state = torch.load(path, weights_only=True)
            self.model.load_state_dict(state["model"])
            for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(values)
            self.step, self.tokens_read, self.seconds = state["step"], state["tokens"], state["seconds"]
        except Exception as error:  # unpickling, zip files and PyTorch each raise their own
            raise TrainingError("training.checkpoint_unfit", path=path) from error

    def _learn(self, batch: Batch, scale: float) -> tuple[float, float]:
        """One optimizer step; (loss in nats, accuracy) over the batch's weighted targets."""
        rows = max(1, self.plan.micro_tokens // batch.weights.shape[1])
        total, loss_sum, hits, seen = float(batch.weights.sum()), 0.0, 0, 0
        for start in range(0, len(batch.ids), rows):
            ids = torch.from_numpy(batch.ids[start : start + rows])
            weights = torch.from_numpy(batch.weights[start : start + rows])
            share = float(weights.sum()) / total
            if share == 0:
                continue
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss, right, _ = self.model.losses(ids, weights, batch.first_position)
            (loss * share).backward()
            loss_sum += loss.item() * share
            hits, seen = hits + int(right.sum()), seen + len(right)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["full_lr"] * scale
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        return loss_sum, hits / max(1, seen)


def optimizers(model: GPT2, plan: Plan) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices and AdamW for the rest, or AdamW for all, as the plan says."""
    matrices = [p for n, p in model.named_parameters() if n.startswith("blocks.") and p.ndim == 2 and ".qkv." not in n]
    triples = [p for n, p in model.named_parameters() if ".qkv.weight" in n]
    tables = [model.tokens.weight, model.positions.weight]
    plain = [p for p in model.parameters() if p.ndim == 1]
    found: list[torch.optim.Optimizer]
    if plan.optimizer == "adamw":
        groups = [
            {"params": [*matrices, *triples, *tables], "weight_decay": plan.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        found = [torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.95), fused=True)]
    else:
        muon = [{"params": matrices, "parts": 1}, {"params": triples, "parts": 3}]
        adamw = [{"params": [*tables, *plain], "weight_decay": 0.0}]
        found = [
            Muon(muon, lr=plan.matrix_rate, weight_decay=plan.weight_decay),
            torch.optim.AdamW(adamw, lr=plan.rate, betas=(0.9, 0.95), fused=True),
        ]
    for optimizer in found:
        for group in optimizer.param_groups:
            group["full_lr"] = group["lr"]
    return found
