# SPDX-License-Identifier: GPL-3.0-or-later
"""Occupancy of validation objects on a grid, the score that picks the best weights, and the surface level."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.batches import BACKGROUND
from training.losses import decoded
from training.network import DENSITY_BIAS, LEVEL
from training.placement import RADIUS
from training.samples import SPLIT_SEEDS, picture_of, placed_object
from triposr_addon.worker.model.reconstructor import Reconstructor

OFFSETS = torch.linspace(-1.0, 1.5, 26)
"""Amounts added to the raw density among which calibration chooses."""


@dataclass(frozen=True)
class ValidationSet:
    """`pictures` [K, 3, 128, 128] in 0..1, framed; `inside` bool [K, R, R, R], indexed x, y, z."""

    pictures: Tensor
    inside: Tensor


def grid_points(resolution: int) -> Tensor:
    """Cell centres [R * R * R, 3] of the field's box, x slowest."""
    places = (2 * (torch.arange(resolution) + 0.5) / resolution - 1) * RADIUS
    return torch.stack(torch.meshgrid(places, places, places, indexing="ij"), dim=-1).reshape(-1, 3)


def framed(rgba: NDArray[np.uint8]) -> Tensor:
    """A rendered picture [S, S, 4] as the product hands it over: over grey, [3, S, S] in 0..1."""
    picture = rgba.astype(np.float32) / 255
    colour, alpha = picture[..., :3], picture[..., 3:]
    return torch.from_numpy(np.ascontiguousarray((colour * alpha + BACKGROUND * (1 - alpha)).transpose(2, 0, 1)))


def validation_set(cache: Path, count: int, resolution: int) -> ValidationSet:
    """The first `count` objects of the validation seeds; kept in `cache` (.npz) after the first time."""
    if not cache.exists():
        points = grid_points(resolution).numpy()
        things = [placed_object(SPLIT_SEEDS["validation"] + i) for i in range(count)]
        rgba = np.stack([picture_of(thing, SPLIT_SEEDS["validation"] + i) for i, thing in enumerate(things)])
        inside = np.stack([thing.distances(points) < 0 for thing in things])
        unfinished = cache.with_suffix(".unfinished.npz")
        np.savez_compressed(unfinished, rgba=rgba, inside=np.packbits(inside, axis=1))
        unfinished.rename(cache)
    with np.load(cache) as stored:
        rgba, packed = stored["rgba"], stored["inside"]
    inside = np.unpackbits(packed, axis=1, count=resolution**3).astype(bool)
    cube = torch.from_numpy(inside).view(-1, resolution, resolution, resolution)
    return ValidationSet(torch.stack([framed(picture) for picture in rgba]), cube)


@torch.no_grad()
def logits_on_grid(model: Reconstructor, codes: Tensor, resolution: int) -> Tensor:
    """Density above the surface level, in raw units, [R, R, R], of one scene code [3, C, H, H]."""
    parts = [
        decoded(model.decoder, codes[None], part[None])[0, :, 0] for part in grid_points(resolution).split(1 << 15)
    ]
    return (torch.cat(parts) + DENSITY_BIAS - LEVEL).view(resolution, resolution, resolution)


@torch.no_grad()
def overlap_sums(model: Reconstructor, data: ValidationSet, rank: int = 0, world: int = 1) -> Tensor:
    """Sum over this process's share of the objects of the IoU at each of OFFSETS; the last entry counts objects."""
    size = model.config.image_size
    sums = torch.zeros(len(OFFSETS) + 1)
    for i in range(rank, len(data.pictures), world):
        picture = data.pictures[i : i + 1]
        if size != picture.shape[-1]:
            picture = functional.interpolate(picture, (size, size), mode="area")
        weight = next(model.parameters())
        codes = model(picture.to(weight.dtype))[0].float()
        logits = logits_on_grid(model, codes, data.inside.shape[1])
        sums[:-1] += intersections_over_unions(logits, data.inside[i])
        sums[-1] += 1
    return sums


def intersections_over_unions(logits: Tensor, inside: Tensor) -> Tensor:
    """IoU [len(OFFSETS)] of logits + offset > 0 against `inside`."""
    true, false = logits[inside], logits[~inside]
    hits = torch.stack([(true > -offset).sum() for offset in OFFSETS])
    wrong = torch.stack([(false > -offset).sum() for offset in OFFSETS])
    return hits / (inside.sum() + wrong).clamp(min=1)
