# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the camera from which a mesh covers its cut-out best. The network knows of no camera, so it must be sought.

For each way to look, distance and shift follow from the two boxes; they are then mended a little. Ways to look are
tried on a lattice around the front, and the best few refined by steps that grow smaller. Nothing is left to chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from triposr_addon.protocol import PhotoCamera
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.review_camera import NEAREST, seen, turned_to_camera
from triposr_addon.worker.review_silhouette import Mask, Target, overlap, target_of, touched_pixels

FOV = 40.0
"""Degrees. The network was trained with pictures of about that; a silhouette says little about it."""
USUAL_DISTANCE = 1.9

COARSE_SIDE, FINE_SIDE = 64, 128
COARSE_POINTS, BOX_POINTS = 12_000, 4_000
ELEVATIONS = (-20.0, -10.0, 0.0, 10.0, 20.0, 32.0, 45.0)
AZIMUTHS = (-45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0)
REFINED = 2
"""Of the ways to look on the lattice, so many are refined."""
FARTHEST_TURN = 75.0
"""Degrees, up, down or round: beyond, the photo was not taken from there."""

FIRST_STEPS = np.array([5.0, 6.0, 0.05, 0.03, 0.03])
LAST_STEPS = FIRST_STEPS / 12.0
"""Of elevation and azimuth (degrees), log of the distance, shifts (shares of the picture's side)."""

KEPT = 3
"""Ways to look whose points are kept: the best so far, and what was tried since."""

TURN_COST = 0.01
"""Taken from the overlap for a turn of 45 degrees: of two ways to look that fit alike, the straighter one."""

Way = np.ndarray[tuple[int], np.dtype[np.float64]]
"""Elevation, azimuth, and what distance (its log) and shifts have beside what the boxes say [5]."""


@dataclass(frozen=True)
class Fit:
    """The cameras: from straight ahead, and the best."""

    front: PhotoCamera
    best: PhotoCamera


def fit_camera(points: Floats, mask: Mask) -> Fit:
    """points: spread evenly over the mesh [N, 3], in no order. mask: the framed cut-out's silhouette [S, S]."""
    coarse = Seeker(points[:: max(len(points) // COARSE_POINTS, 1)], target_of(mask, COARSE_SIDE))
    fine = Seeker(points, target_of(mask, FINE_SIDE))
    straight = np.zeros(5)
    front = fine.refined(straight, FIRST_STEPS * [0, 0, 1, 1, 1])
    ways = [np.array([up, round_, 0, 0, 0]) for up in ELEVATIONS for round_ in AZIMUTHS]
    ways.sort(key=coarse.worth, reverse=True)
    found = [fine.refined(way, FIRST_STEPS) for way in [*ways[:REFINED], front]]
    return Fit(fine.camera(front), fine.camera(max(found, key=fine.worth)))


class Seeker:
    """Tries ways to look at points, against one silhouette."""

    def __init__(self, points: Floats, target: Target) -> None:
        self._points = points
        self._target = target
        self._reach = float(np.linalg.norm(points, axis=1).max())
        # What steps of distance and shift have in common with the way that they start from.
        self._framed = lru_cache(KEPT)(self._framed_from)
        self._turned = lru_cache(KEPT)(partial(turned_to_camera, points))
        self._places = lru_cache(KEPT)(self._places_from)

    def camera(self, way: Way) -> PhotoCamera:
        """The camera of a way to look."""
        elevation, azimuth = float(way[0]), float(way[1])
        distance, middle = self._framed(elevation, azimuth)
        shift = middle + way[3:5]
        distance = max(distance * math.exp(way[2]), self._reach + NEAREST)
        return PhotoCamera(distance, elevation, azimuth, FOV, float(shift[0]), float(shift[1]))

    def worth(self, way: Way) -> float:
        """The overlap, less a little for turning."""
        if np.abs(way[:2]).max() > FARTHEST_TURN:
            return -1.0
        camera = self.camera(way)
        places = self._places(camera.elevation, camera.azimuth, camera.distance)
        places = places - np.array([camera.shift_x, camera.shift_y], np.float32)
        reached = overlap(touched_pixels(places, self._target.side), self._target.mask)
        return reached - TURN_COST * float(np.square(way[:2] / 45.0).sum())

    def refined(self, way: Way, steps: Way) -> Way:
        """The best way near `way`: one number after the other goes up or down as long as that helps."""
        best, worth, steps = way, self.worth(way), steps.copy()
        while (steps > LAST_STEPS).any():
            before = worth
            for number in np.flatnonzero(steps):
                for sign in (1.0, -1.0):
                    tried = best.copy()
                    tried[number] += sign * steps[number]
                    if (reached := self.worth(tried)) > worth:
                        best, worth = tried, reached
                        break
            if worth <= before:
                steps /= 2.0
        return best

    def _places_from(self, elevation: float, azimuth: float, distance: float) -> Floats:
        """Where the points are seen [N, 2], without a shift."""
        return seen(self._turned(elevation, azimuth), distance, FOV)[0]

    def _framed_from(self, elevation: float, azimuth: float) -> tuple[float, Way]:
        """The distance at which the points' box is as large as the target's, and the shift that lays it there."""
        some = self._points[:: max(len(self._points) // BOX_POINTS, 1)]
        turned = turned_to_camera(some, elevation, azimuth)
        wanted = float((self._target.high - self._target.low).max())
        distance = USUAL_DISTANCE
        for _ in range(3):
            places, _depths = seen(turned, distance, FOV)
            low, high = (np.array([end(axis) for axis in places.T], np.float64) for end in (np.min, np.max))
            distance = max(distance * float((high - low).max()) / wanted, self._reach + NEAREST)
        places, _depths = seen(turned, distance, FOV)
        low, high = (np.array([end(axis) for axis in places.T], np.float64) for end in (np.min, np.max))
        return distance, (low + high) / 2.0 - (self._target.low + self._target.high) / 2.0
