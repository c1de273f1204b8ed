# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts an object in front of the camera the way the product frames a photo.

The released model knows no camera: the picture is taken from +X, 1.9 away, field of view 40 degrees, image right is
+Y and up is +Z. So a view from elsewhere is a turned object, and the turned object is scaled and moved until its
projected box is centred and its longer side fills the foreground ratio.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.objects import distance
from training.objects.builder import SolidObject, turn
from training.surface import surface_points

Float = NDArray[np.float32]
CAMERA_DISTANCE = 1.9
HALF_VIEW = math.tan(math.radians(20.0))
RADIUS = 0.87
ROOM = 0.83
"""Objects reach no further than this from the origin along any axis, so that the field's box has a margin."""
LENGTHS = {
    distance.ELLIPSOID: (0, 1, 2), distance.BOX: (0, 1, 2), distance.CYLINDER: (0, 1), distance.CONE: (0, 1, 2),
    distance.ARC: (0, 1), distance.LIMB: (0, 1, 2), distance.LATHE: (), distance.PRISM: (2,),
}  # fmt: skip
"""Which shape numbers of each kind of primitive are lengths."""


class DoesNotFitError(Exception):
    """The object, seen this way, is deeper than the field's box."""


@dataclass(frozen=True)
class Pose:
    """How the object is turned (degrees) and how much of the picture it fills."""

    yaw: float
    elevation: float
    roll: float
    ratio: float


def random_pose(rng: np.random.Generator) -> Pose:
    """A view as photos have them: often from the front or level, sometimes from above, seldom tilted."""
    yaw = rng.uniform(-180, 180) if rng.random() < 0.55 else rng.normal(0, 32)
    elevation = 0.0 if rng.random() < 0.3 else rng.uniform(-5, 30)
    roll = rng.normal(0, 3) if rng.random() < 0.25 else 0.0
    ratio = 0.85 if rng.random() < 0.6 else rng.uniform(0.75, 0.92)
    return Pose(float(yaw), float(elevation), float(roll), float(ratio))


def moved(thing: SolidObject, rotation: NDArray[np.float64], scale: float, offset: NDArray[np.float64]) -> SolidObject:
    """The object under p -> scale * rotation @ p + offset, its textures with it."""
    rows = thing.primitives.astype(np.float64)
    for row in rows:
        row[3:12] = (row[3:12].reshape(3, 3) @ rotation.T).ravel()
        row[12:15] = scale * rotation @ row[12:15] + offset
        row[[15 + i for i in LENGTHS[int(row[0])]]] *= scale
        row[[2, 21]] *= scale
    groups = thing.groups.astype(np.float64)
    groups[:, 2:5] = scale * groups[:, 2:5] @ rotation.T + offset
    groups[:, 5] *= scale
    materials = thing.materials.copy()
    not_sectors = materials[:, 0] != 6
    materials[not_sectors, 7] /= scale
    polygons = (thing.polygons * scale).astype(np.float32)
    return SolidObject(thing.name, rows.astype(np.float32), groups.astype(np.float32), polygons, materials)


def _projected_box(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    depth = CAMERA_DISTANCE - points[:, 0]
    flat = points[:, 1:] / depth[:, None] / HALF_VIEW
    return flat.min(0), flat.max(0)


def fit(points: NDArray[np.float64], ratio: float) -> tuple[float, NDArray[np.float64]]:
    """Scale and offset that frame turned surface points [N, 3]: centred, longer side `ratio` of the picture."""
    low, high = points.min(0), points.max(0)
    scale = ratio * 2 * CAMERA_DISTANCE * HALF_VIEW / float(max(high[1:] - low[1:]))
    offset = -scale * (low + high) / 2
    for _ in range(4):
        seen_low, seen_high = _projected_box(points * scale + offset)
        step = ratio * 2 / float(max(seen_high - seen_low))
        scale *= step
        offset *= step
        offset[1:] -= (seen_low + seen_high) / 2 * HALF_VIEW * CAMERA_DISTANCE
        offset[0] = -scale * (low[0] + high[0]) / 2
    return scale, offset


def place(thing: SolidObject, pose: Pose, seed: int) -> SolidObject:
    """The object in the model's own frame, as seen in `pose`. Raises DoesNotFitError where it is too deep."""
    rotation = turn(x=pose.roll) @ turn(y=pose.elevation) @ turn(z=pose.yaw)
    # The camera looks along -X: a look from above is the object's top leaning towards it.
    points = surface_points(thing, 1500, seed).astype(np.float64) @ rotation.T
    scale, offset = fit(points, pose.ratio)
    placed = points * scale + offset
    if np.abs(placed).max() > ROOM:
        raise DoesNotFitError(f"{thing.name} reaches {np.abs(placed).max():.2f} of {ROOM}")
    return moved(thing, rotation, scale, offset)
