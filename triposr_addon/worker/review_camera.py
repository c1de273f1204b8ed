# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a camera sees the points of a mesh (`PhotoCamera` says how it stands)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from triposr_addon.protocol import PhotoCamera
from triposr_addon.worker.mesh_file import Floats

NEAREST = 0.05
"""In field units. What is nearer, or behind the camera, is drawn as if it were so far away."""


def turned_to_camera(points: Floats, elevation: float, azimuth: float) -> Floats:
    """Points [N, 3] in the axes of a camera at the origin (right, up, towards the camera); degrees.

    Each axis lies together in memory: what is done with one of them alone is three times as quick.
    """
    return np.asfortranarray(points @ camera_axes(elevation, azimuth).T)


def camera_axes(elevation: float, azimuth: float) -> Floats:
    """The camera's right, up and backward as rows [3, 3]."""
    up, round_ = math.radians(elevation), math.radians(azimuth)
    backward = (math.cos(up) * math.sin(round_), -math.cos(up) * math.cos(round_), math.sin(up))
    right = (math.cos(round_), math.sin(round_), 0.0)
    upward = (-backward[2] * right[1], backward[2] * right[0], backward[0] * right[1] - backward[1] * right[0])
    return np.array([right, upward, backward], np.float32)


def seen(turned: Floats, distance: float, fov: float) -> tuple[Floats, Floats]:
    """Places [N, 2] in an unshifted picture, in shares of its side from its middle (right, up), and depths [N]."""
    depths = np.maximum(np.float32(distance) - turned[:, 2], np.float32(NEAREST))
    scale = np.float32(0.5 / math.tan(math.radians(fov) / 2.0)) / depths
    return turned[:, :2] * scale[:, None], depths


def pixels(points: Floats, camera: PhotoCamera, side: int) -> tuple[npt.NDArray[np.float32], Floats]:
    """Places [N, 2] in pixels from the picture's upper left corner (right, down), and depths [N] in field units."""
    turned = turned_to_camera(points, camera.elevation, camera.azimuth)
    places, depths = seen(turned, camera.distance, camera.fov)
    shifted = places - np.array([camera.shift_x, camera.shift_y], np.float32)
    return (shifted * np.array([1, -1], np.float32) + np.float32(0.5)) * np.float32(side), depths
