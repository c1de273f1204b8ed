# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores a checkpoint folder on held-out objects, through the product's own loading, network and surface."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from statistics import mean

import torch
from torch import Tensor

from training.samples import SPLIT_SEEDS, picture_of, placed_object
from training.scores import Score, score
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


def evaluate(folder: Path, count: int = 100) -> dict[str, object]:
    """Scores of the first `count` test objects: the mean, and each object's own with family and seed."""
    checkpoint = load_checkpoint(folder, torch.device("cpu"))
    entries: list[dict[str, object]] = []
    for i in range(count):
        seed = SPLIT_SEEDS["test"] + i
        thing = placed_object(seed)
        field = field_of_picture(checkpoint, framed(picture_of(thing, seed, checkpoint.config.image_size)))
        entries.append({"family": thing.name, "seed": seed, **asdict(_scored(field, thing, seed))})
    means = {item.name: _mean_of(entries, item.name) for item in fields(Score)}
    return {"model_sha256": checkpoint.sha256, "objects": count, "mean": means, "each": entries}


def _scored(field: TriplaneField, thing: object, seed: int) -> Score:
    try:
        return score(field, thing, seed)  # type: ignore[arg-type]
    except SurfaceEmpty:
        return NOTHING


def _mean_of(entries: Iterable[dict[str, object]], name: str) -> float:
    values = [float(entry[name]) for entry in entries]  # type: ignore[arg-type]
    return mean(value for value in values if value == value)  # not NaN, which means no surface to measure from


def table(result: dict[str, object]) -> str:
    """The mean scores and the families' IoU as text."""
    lines = [f"{name:10s} {value:.4f}" for name, value in result["mean"].items()]  # type: ignore[attr-defined]
    families: dict[str, list[float]] = defaultdict(list)
    for entry in result["each"]:  # type: ignore[attr-defined]
        families[entry["family"]].append(entry["overlap"])
    for family, overlaps in sorted(families.items(), key=lambda item: -mean(item[1])):
        lines.append(f"  {family:16s} {len(overlaps):3d} objects, IoU {mean(overlaps):.3f}")
    return "\n".join(lines)


def write_evaluation(folder: Path, output: Path, count: int = 100) -> None:
    """Scores a folder, prints the table and writes everything as JSON."""
    result = evaluate(folder, count)
    print(table(result))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
