# SPDX-License-Identifier: GPL-3.0-or-later
"""Training samples: a picture, points with their distance, surface points with their unlit colour; and their shards.

A shard is a folder of plain .npy files, so that several processes map the same pages.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.objects.builder import SolidObject
from training.objects.families import make_object
from training.picture import random_light, render
from training.placement import CAMERA_DISTANCE, HALF_VIEW, RADIUS, DoesNotFitError, Pose, place, random_pose
from training.surface import surface_colours, surface_points

PICTURE_SIZE = 128
POINTS = {"near": 1024, "middle": 1536, "silhouette": 768, "cube": 768}
"""How many points of each kind a sample holds, in this order: near the surface (sigma 0.02), farther (sigma 0.06),
in the cone of the picture's silhouette, in the whole box."""
SURFACE_POINTS = 1024
SHARD_SIZE = 256
SPLIT_SEEDS = {"train": 0, "validation": 1_000_000_000, "test": 2_000_000_000}
"""First object seed of each split: they never meet."""


@dataclass(frozen=True)
class Sample:
    """`rgba` uint8 [128, 128, 4]; `points` float16 [4096, 4] (x, y, z, signed distance in field units);
    `surface` float16 [1024, 3] with `colours` uint8 [1024, 3] (unlit sRGB)."""

    rgba: NDArray[np.uint8]
    points: NDArray[np.float16]
    surface: NDArray[np.float16]
    colours: NDArray[np.uint8]


def placed_object(seed: int) -> SolidObject:
    """The object of a seed in its random pose. One that is too deep is seen from elsewhere, at last from farther."""
    rng = np.random.default_rng([2, seed])
    thing = make_object(seed)
    pose = random_pose(rng)
    for attempt in range(40):
        try:
            return place(thing, pose, seed)
        except DoesNotFitError:
            turned = random_pose(rng)
            shrink = 1.0 if attempt < 8 else 0.95 ** (attempt - 7)
            pose = Pose(turned.yaw, turned.elevation, turned.roll, turned.ratio * shrink)
    raise DoesNotFitError(f"{thing.name} of seed {seed} fits in no pose")


def picture_of(thing: SolidObject, seed: int, size: int = PICTURE_SIZE) -> NDArray[np.uint8]:
    """The RGBA picture [size, size, 4] of a placed object under its seed's light."""
    return render(thing, random_light(np.random.default_rng([3, seed])), size)


def _silhouette_points(rgba: NDArray[np.uint8], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    rows, columns = np.nonzero(rgba[..., 3] > 127)
    pick = rng.integers(len(rows), size=count)
    size = rgba.shape[0]
    across = (2 * (columns[pick] + rng.random(count)) / size - 1) * HALF_VIEW
    up = (1 - 2 * (rows[pick] + rng.random(count)) / size) * HALF_VIEW
    depth = rng.uniform(-0.62, 0.62, count)
    distance = CAMERA_DISTANCE - depth
    return np.stack([depth, across * distance, up * distance], axis=1)


def make_sample(seed: int) -> Sample:
    """The sample of a seed, always the same one."""
    rng = np.random.default_rng([4, seed])
    thing = placed_object(seed)
    rgba = picture_of(thing, seed)
    surface = surface_points(thing, SURFACE_POINTS, seed + 1)
    around = np.concatenate([surface[rng.integers(SURFACE_POINTS, size=POINTS["near"] + POINTS["middle"])]])
    sigma = np.repeat([0.02, 0.06], [POINTS["near"], POINTS["middle"]])[:, None]
    points = np.concatenate([
        np.clip(around + rng.normal(0, 1, around.shape) * sigma, -RADIUS, RADIUS),
        _silhouette_points(rgba, POINTS["silhouette"], rng),
        rng.uniform(-RADIUS, RADIUS, (POINTS["cube"], 3)),
    ]).astype(np.float16)  # fmt: skip
    distances = thing.distances(points.astype(np.float32))
    colours = np.rint(surface_colours(thing, surface) * 255).astype(np.uint8)
    return Sample(rgba, np.column_stack([points, distances.astype(np.float16)]), surface.astype(np.float16), colours)


def write_shard(folder: Path, split: str, index: int, size: int = SHARD_SIZE) -> Path:
    """Writes shard `index` of a split and returns its folder; one that is there already is kept."""
    target = folder / f"{split}-{index:05d}"
    if target.exists():
        return target
    first = SPLIT_SEEDS[split] + index * size
    samples = [make_sample(first + i) for i in range(size)]
    unfinished = folder / f".unfinished-{split}-{index:05d}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name in ("rgba", "points", "surface", "colours"):
        np.save(unfinished / f"{name}.npy", np.stack([getattr(sample, name) for sample in samples]))
    unfinished.rename(target)
    return target


@dataclass(frozen=True)
class Shard:
    """One shard's arrays, mapped from its files: the arrays of `Sample` with a leading axis of samples."""

    rgba: NDArray[np.uint8]
    points: NDArray[np.float16]
    surface: NDArray[np.float16]
    colours: NDArray[np.uint8]


def open_shard(folder: Path) -> Shard:
    """Maps a shard written by `write_shard`."""
    names = ("rgba", "points", "surface", "colours")
    return Shard(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in names))


def shard_folders(folder: Path, split: str) -> list[Path]:
    """The finished shards of a split, in order."""
    return sorted(folder.glob(f"{split}-*"))
