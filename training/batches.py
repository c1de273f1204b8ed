# SPDX-License-Identifier: GPL-3.0-or-later
"""Training batches: random samples of the shards, varied in light, colour, mirror image and edge of the cut-out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.samples import POINTS, SURFACE_POINTS, Shard, open_shard, shard_folders

Float = NDArray[np.float32]
BACKGROUND = 0.5


@dataclass(frozen=True)
class Batch:
    """`images` [B, 3, S, S] in 0..1; `points` [B, N, 3] with `distances` [B, N]; `surface` [B, M, 3] with `colours`
    [B, M, 3] in 0..1. All float32, in field units."""

    images: Tensor
    points: Tensor
    distances: Tensor
    surface: Tensor
    colours: Tensor


@dataclass(frozen=True)
class Mix:
    """How many points of each kind a sample contributes; see `samples.POINTS`."""

    near: int
    middle: int
    silhouette: int
    cube: int
    surface: int = 512


def _colour_change(rng: np.random.Generator) -> NDArray[np.float64]:
    """A [3, 3] matrix that swaps and mixes channels, the same for the picture and the unlit colours."""
    matrix = np.eye(3)
    if rng.random() < 0.3:
        matrix = matrix[rng.permutation(3)]
    if rng.random() < 0.3:
        grey = np.full((3, 3), 1 / 3)
        keep = rng.uniform(0.3, 1.2)
        matrix = keep * matrix + (1 - keep) * grey
    return matrix


def augmented_picture(rgba: NDArray[np.uint8], change: NDArray[np.float64], rng: np.random.Generator) -> Float:
    """One picture [S, S, 3] in 0..1 over grey, as a photo with an imperfect cut-out would be."""
    picture = rgba.astype(np.float32) / 255
    colour, alpha = np.clip(picture[..., :3] @ change.T.astype(np.float32), 0, 1), picture[..., 3:]
    gamma, gain = np.exp(rng.normal(0, 0.12)), np.exp(rng.normal(0, 0.06))
    colour = np.clip(colour**gamma * gain, 0, 1)
    if rng.random() < 0.3:
        alpha = alpha ** np.exp(rng.normal(0, 0.6))
    out = colour * alpha + BACKGROUND * (1 - alpha)
    if rng.random() < 0.3:
        out = _blurred(out, rng.uniform(0.1, 0.5))
    noisy = out + rng.normal(0, rng.uniform(0, 0.02), out.shape)
    return np.asarray(np.clip(noisy, 0, 1), np.float32)


def _blurred(picture: Float, share: float) -> Float:
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return np.asarray((1 - share) * picture + share * around / 4, np.float32)


class SampleStore:
    """The finished shards of a split, mapped; `refresh` takes in those that were written since."""

    def __init__(self, folder: Path, split: str) -> None:
        self.folder, self.split = folder, split
        self.shards: list[Shard] = []
        self.refresh()

    def refresh(self) -> None:
        """Maps shards that are new."""
        for path in shard_folders(self.folder, self.split)[len(self.shards) :]:
            self.shards.append(open_shard(path))

    def __len__(self) -> int:
        return sum(len(shard.rgba) for shard in self.shards)

    def batch(self, count: int, image_size: int, mix: Mix, rng: np.random.Generator) -> Batch:
        """`count` random samples, varied; deterministic for a generator's state and a list of shards."""
        if not self.shards:
            raise ValueError(f"no finished {self.split} shards in {self.folder}")
        parts = [self._varied(mix, rng) for _ in range(count)]
        images, points, surface, colours = (torch.from_numpy(np.stack(part)) for part in zip(*parts, strict=True))
        images = images.permute(0, 3, 1, 2).contiguous()
        if image_size != images.shape[-1]:
            images = functional.interpolate(images, (image_size, image_size), mode="area")
        return Batch(images, points[..., :3].contiguous(), points[..., 3].contiguous(), surface, colours)

    def _varied(self, mix: Mix, rng: np.random.Generator) -> tuple[Float, Float, Float, Float]:
        shard = self.shards[rng.integers(len(self.shards))]
        i = int(rng.integers(len(shard.rgba)))
        change = _colour_change(rng)
        picture = augmented_picture(shard.rgba[i], change, rng)
        points = shard.points[i][_point_rows(mix, rng)].astype(np.float32)
        rows = rng.integers(SURFACE_POINTS, size=mix.surface)
        surface = shard.surface[i][rows].astype(np.float32)
        surface += rng.normal(0, 0.008, surface.shape).astype(np.float32)
        colours = np.clip(shard.colours[i][rows].astype(np.float32) / 255 @ change.T.astype(np.float32), 0, 1)
        if rng.random() < 0.5:
            picture = np.ascontiguousarray(picture[:, ::-1])
            points[:, 1] *= -1
            surface[:, 1] *= -1
        return picture, points, surface, colours.astype(np.float32)


def _point_rows(mix: Mix, rng: np.random.Generator) -> NDArray[np.int64]:
    """Random rows of a sample's points: as many of each kind as the mix says."""
    rows, first = [], 0
    for kind, held in POINTS.items():
        rows.append(first + rng.permutation(held)[: getattr(mix, kind)])
        first += held
    return np.concatenate(rows)
