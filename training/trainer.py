# SPDX-License-Identifier: GPL-3.0-or-later
"""The training run: data-parallel processes of one thread each, stages of growing planes, resumable at any time."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import distributed

from training.batches import Batch, SampleStore
from training.losses import field_losses
from training.network import build, config_mapping, grown, initialise
from training.optimiser import Optimiser
from training.schedule import Stage
from training.validation import OFFSETS, ValidationSet, overlap_sums
from triposr_addon.worker.model.reconstructor import Reconstructor

REFRESH_STEPS = 100
LOG_STEPS = 50
Log = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """Where a run reads and writes, its seed, its numbers, and how often (seconds) it saves and scores itself."""

    samples: Path
    output: Path
    seed: int = 1
    world: int = 1
    average: float = 0.995
    save_seconds: float = 240.0
    score_seconds: float = 420.0
    numbers: dict[str, int] | None = None
    weight_type: torch.dtype = torch.bfloat16


@dataclass
class Progress:
    """How far a run has come."""

    stage: int = 0
    step: int = 0
    seen: int = 0
    seconds: float = 0.0
    best: float = 0.0


class Trainer:
    """One process of a run."""

    def __init__(self, run: Run, schedule: list[Stage], rank: int, scores: ValidationSet | None, log: Log) -> None:
        self.run, self.schedule, self.rank, self.scores, self.log = run, schedule, rank, scores, log
        self.progress = Progress()
        self.store = SampleStore(run.samples, "train")
        state = self._saved_state()
        if state is not None:
            self.progress = Progress(**state["progress"])
        self.model, self.optimiser = self._prepared(min(self.progress.stage, len(schedule) - 1), state)
        self.saved_at = self.scored_at = time.monotonic()

    @property
    def state_path(self) -> Path:
        """The file that a later run goes on from."""
        return self.run.output / "state.pt"

    def _saved_state(self) -> dict[str, Any] | None:
        if not self.state_path.exists():
            return None
        state: dict[str, Any] = torch.load(self.state_path, weights_only=True)
        return state

    def mapping(self, stage: Stage) -> dict[str, Any]:
        """The config mapping of the network in a stage."""
        return config_mapping(stage.plane, stage.image, **(self.run.numbers or {}))

    def _prepared(self, stage_index: int, state: dict[str, Any] | None) -> tuple[Reconstructor, Optimiser]:
        stage = self.schedule[stage_index]
        torch.manual_seed(self.run.seed)
        model = build(self.mapping(stage))
        initialise(model)
        optimiser = Optimiser(model, self.run.average)
        if state is not None:
            patches = stage.image // model.config.image_encoder.patch_size
            for key in ("masters", "smoothed"):
                state["optimiser"][key] = grown(state["optimiser"][key], stage.plane, patches)
            optimiser.load(state["optimiser"])
        model.to(self.run.weight_type)
        optimiser.write_back()
        return model, optimiser

    def train(self) -> None:
        """Runs the schedule to its end from wherever the saved state is."""
        while self.progress.stage < len(self.schedule):
            stage = self.schedule[self.progress.stage]
            self._train_stage(stage)
            self.score()
            self._next_stage()
            self.save()
        self.log("finished")

    def _next_stage(self) -> None:
        self.progress.stage += 1
        self.progress.step = 0
        if self.progress.stage < len(self.schedule):
            state = {"optimiser": self.optimiser.state()}
            self.model, self.optimiser = self._prepared(self.progress.stage, state)

    def _train_stage(self, stage: Stage) -> None:
        losses: list[tuple[float, float]] = []
        began = time.monotonic()
        while self.progress.step < stage.steps:
            started = time.monotonic()
            losses.append(self._step(stage))
            self.progress.seconds += time.monotonic() - started
            if self.progress.step % LOG_STEPS == 0:
                pace = len(losses) * stage.batch * self.run.world / (time.monotonic() - began)
                self._report(stage, losses, pace)
                losses, began = [], time.monotonic()

    def _report(self, stage: Stage, losses: list[tuple[float, float]], pace: float) -> None:
        done = self.progress
        shape, colour = np.mean(losses, axis=0)
        self.log(
            f"plane {stage.plane} step {done.step}/{stage.steps} seen {done.seen} minutes {done.seconds / 60:.1f} "
            f"shape {shape:.4f} colour {colour:.4f} samples/s {pace:.1f} shards {len(self.store.shards)}"
        )

    def batch_of(self, stage: Stage) -> Batch:
        """This process's batch of the present step: a function of seed, process, stage and step alone."""
        key = [self.run.seed, self.rank, self.progress.stage, self.progress.step]
        return self.store.batch(stage.batch, stage.image, stage.mix, np.random.default_rng(key))

    def _step(self, stage: Stage) -> tuple[float, float]:
        if self.progress.step % REFRESH_STEPS == 0:
            self.store.refresh()
        batch = self.batch_of(stage)
        codes = self.model(batch.images.to(self.run.weight_type))
        losses = field_losses(self.model.decoder, codes, batch, stage.softness)
        losses.total.backward()
        share = stage.rate_share(self.progress.step)
        save_now, score_now = self._step_weights(stage.muon * share, stage.adam * share)
        self.progress.step += 1
        self.progress.seen += stage.batch * self.run.world
        if score_now:
            self.score()
        if save_now:
            self.save()
        return losses.shape, losses.colour

    def _step_weights(self, muon: float, adam: float) -> tuple[bool, bool]:
        """Averages gradients over the processes and steps; process 0's clock says when all save and score."""
        named = [(n, p) for n, p in self.model.named_parameters() if p.grad is not None]
        now = time.monotonic()
        due = [now - self.saved_at > self.run.save_seconds, now - self.scored_at > self.run.score_seconds]
        flags = torch.tensor(due if self.rank == 0 else [False, False]).float() * self.run.world
        flat = torch.cat([*(p.grad.flatten().float() for _, p in named if p.grad is not None), flags])
        if self.run.world > 1:
            distributed.all_reduce(flat)
            flat /= self.run.world
        gradients, first = {}, 0
        for name, weight in named:
            gradients[name] = flat[first : first + weight.numel()].view(weight.shape)
            first += weight.numel()
            weight.grad = None
        self.optimiser.step(gradients, muon, adam)
        return bool(flat[-2] > 0.5), bool(flat[-1] > 0.5)

    def smoothed_model(self) -> Reconstructor:
        """The network with the moving average of its weights, float32."""
        stage = self.schedule[min(self.progress.stage, len(self.schedule) - 1)]
        model = build(self.mapping(stage))
        model.load_state_dict(self.optimiser.smoothed)
        return model.eval()

    def score(self) -> None:
        """Scores the smoothed weights on the validation set; process 0 keeps the best."""
        if self.scores is None:
            return
        sums = overlap_sums(self.smoothed_model(), self.scores, self.rank, self.run.world)
        if self.run.world > 1:
            distributed.all_reduce(sums)
        overlap, index = (sums[:-1] / sums[-1]).max(0)
        offset = float(OFFSETS[index])
        plain = float((sums[:-1] / sums[-1])[OFFSETS.abs().argmin()])
        self.log(f"score {float(overlap):.4f} at offset {offset:.1f}, {plain:.4f} without; seen {self.progress.seen}")
        if float(overlap) > self.progress.best:
            self.progress.best = float(overlap)
            if self.rank == 0:
                self._keep_best(offset)
        self.scored_at = time.monotonic()

    def _keep_best(self, offset: float) -> None:
        stage = self.schedule[self.progress.stage]
        about = {"score": self.progress.best, "offset": offset, "seen": self.progress.seen, "plane": stage.plane,
                 "image": stage.image, "seconds": self.progress.seconds}  # fmt: skip
        path = self.run.output / "best.safetensors"
        weights = {name: tensor.contiguous() for name, tensor in self.optimiser.smoothed.items()}
        save_file(weights, path.with_suffix(".unfinished"), metadata={"about": json.dumps(about)})
        path.with_suffix(".unfinished").replace(path)

    def save(self) -> None:
        """Process 0 writes the state, whole or not at all."""
        if self.rank == 0:
            unfinished = self.state_path.with_suffix(".unfinished")
            torch.save({"progress": vars(self.progress), "optimiser": self.optimiser.state()}, unfinished)
            unfinished.replace(self.state_path)
        self.saved_at = time.monotonic()


def join_processes(rank: int, world: int, meeting: Path) -> None:
    """Connects the processes of a run through a file, each with one thread."""
    torch.set_num_threads(1)
    if world > 1:
        distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=world)


def log_to(path: Path, rank: int) -> Log:
    """Process 0 appends lines to a file; the others are silent."""

    def log(line: str) -> None:
        if rank == 0:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%H:%M:%S')} {line}\n")

    return log


KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296", "OMP_NUM_THREADS": "1"}
"""Makes the C library keep freed blocks, so that each step does not fault its pages in again."""


def set_memory_settings() -> None:
    """Puts KEEP_MEMORY into the environment that child processes inherit."""
    os.environ.update(KEEP_MEMORY)
