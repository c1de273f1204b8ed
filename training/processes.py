# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that make samples and train side by side."""

from pathlib import Path

import torch.multiprocessing
from torch.multiprocessing.spawn import spawn

from training.samples import write_shard
from training.schedule import read_schedule
from training.trainer import Run, Trainer, join_processes, log_to
from training.validation import ValidationSet, validation_set

VALIDATION_OBJECTS = 48
VALIDATION_RESOLUTION = 48


def stored_validation_set(folder: Path) -> ValidationSet:
    """The validation set beside the samples; made the first time."""
    return validation_set(folder / "validation.npz", VALIDATION_OBJECTS, VALIDATION_RESOLUTION)


def _write_shards(folder: Path, first: int, last: int, step: int) -> None:
    for index in range(first, last, step):
        write_shard(folder, "train", index)


def make_samples(folder: Path, shards: int, processes: int) -> None:
    """Writes the training shards, several processes side by side, and the validation set."""
    folder.mkdir(parents=True, exist_ok=True)
    context = torch.multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_shards, args=(folder, i, shards, processes)) for i in range(processes)]
    for worker in workers:
        worker.start()
    stored_validation_set(folder)
    for worker in workers:
        worker.join()
        if worker.exitcode != 0:
            raise RuntimeError(f"a process that makes samples ended with code {worker.exitcode}")


def _train_process(rank: int, run: Run, schedule: Path, meeting: Path) -> None:
    join_processes(rank, run.world, meeting)
    log = log_to(run.output / "log.txt", rank)
    Trainer(run, read_schedule(schedule), rank, stored_validation_set(run.samples), log).train()


def train(run: Run, schedule: Path) -> None:
    """Runs, or goes on with, the schedule in `run.world` processes."""
    run.output.mkdir(parents=True, exist_ok=True)
    stored_validation_set(run.samples)
    meeting = (run.output / "meeting").absolute()
    meeting.unlink(missing_ok=True)
    spawn(_train_process, (run, schedule, meeting), nprocs=run.world)
