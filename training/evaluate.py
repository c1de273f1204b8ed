# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores a checkpoint folder on held-out objects, through the product's own loading, network and surface."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.samples import SPLIT_SEEDS, picture_of, placed_object
from training.scores import Score, Truth, score, truth_of
from training.validation import framed
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.failures import SurfaceEmpty
from triposr_addon.worker.field import TriplaneField

NOTHING = Score(0.0, float("nan"), 0.0, 0.0, 1.0)
"""What a field without any surface gets."""


@torch.no_grad()
def field_of_picture(checkpoint: LoadedCheckpoint, picture: Tensor) -> TriplaneField:
    """The field that the checkpoint makes of a framed picture [3, S, S] in 0..1, rounded to half precision."""
    numbers = checkpoint.config.field
    codes = checkpoint.reconstructor(picture[None])[0].half().float()
    return TriplaneField(codes, checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias)


@dataclass(frozen=True)
class HeldOut:
    """One held-out object: its family, its seed, its framed picture [3, S, S] and the truth about it."""

    family: str
    seed: int
    picture: Tensor
    truth: Truth


def held_out_object(index: int, size: int, cache: Path | None = None) -> HeldOut:
    """The test object of an index; with `cache`, a folder, the truth is kept there for the next time."""
    seed = SPLIT_SEEDS["test"] + index
    thing = placed_object(seed)
    path = cache / f"truth-{seed}.npz" if cache else None
    if path and path.exists():
        with np.load(path) as stored:
            truth = Truth(**{name: stored[name] for name in stored.files})
    else:
        truth = truth_of(thing, seed)
    if path and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **vars(truth))
    return HeldOut(thing.name, seed, framed(picture_of(thing, seed, size)), truth)


def evaluate(folder: Path, indices: Sequence[int], cache: Path | None = None) -> dict[str, Any]:
    """Scores of the test objects of these indices: the mean, and each object's own with family and seed."""
    checkpoint = load_checkpoint(folder, torch.device("cpu"), "full")
    entries: list[dict[str, Any]] = []
    for index in indices:
        one = held_out_object(index, checkpoint.config.image_size, cache)
        scored = _scored(field_of_picture(checkpoint, one.picture), one)
        entries.append({"family": one.family, "seed": one.seed, **asdict(scored)})
    return {"model_sha256": checkpoint.sha256, "objects": len(entries), "mean": means(entries), "each": entries}


def _scored(field: TriplaneField, one: HeldOut) -> Score:
    try:
        return score(field, one.truth, one.seed)
    except SurfaceEmpty:
        return NOTHING


def means(entries: list[dict[str, Any]]) -> dict[str, float]:
    """The mean of each score; a Chamfer distance that does not exist, for want of a surface, is left out."""
    return {item.name: _mean_of(entries, item.name) for item in fields(Score)}


def _mean_of(entries: list[dict[str, Any]], name: str) -> float:
    return float(mean(entry[name] for entry in entries if not math.isnan(entry[name])))


def table(result: dict[str, Any]) -> str:
    """The mean scores and the families' IoU as text."""
    lines = [f"{name:10s} {value:.4f}" for name, value in result["mean"].items()]
    families: dict[str, list[float]] = defaultdict(list)
    for entry in result["each"]:
        families[entry["family"]].append(entry["overlap"])
    for family, overlaps in sorted(families.items(), key=lambda item: -mean(item[1])):
        lines.append(f"  {family:16s} {len(overlaps):3d} objects, IoU {mean(overlaps):.3f}")
    return "\n".join(lines)


def write_evaluation(folder: Path, output: Path, count: int, cache: Path, processes: int) -> None:
    """Scores a folder in several processes, prints the table and writes everything as JSON."""
    shares = [(folder, range(first, count, processes), cache) for first in range(processes)]
    with get_context("spawn").Pool(processes) as pool:
        parts = pool.starmap(evaluate, shares)
    entries = sorted((entry for part in parts for entry in part["each"]), key=lambda entry: int(entry["seed"]))
    result = {**parts[0], "objects": len(entries), "mean": means(entries), "each": entries}
    print(table(result))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
