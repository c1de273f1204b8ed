# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras around an object: all at one distance and of one size, so that a turn neither jumps nor swells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from triposr_addon.protocol import ViewSettings
from triposr_addon.worker.model.volume_renderer import Rays

FAR_AWAY = 4.0
"""Field units: where parallel rays begin, outside any box."""


@dataclass(frozen=True)
class ViewCamera:
    """Raw TripoSR axes. aim [3]: what it looks at. right, up, back: unit vectors [3]. distance: from `aim`.

    spread: half the picture's side; in field units for parallel rays, else per unit of depth.
    """

    aim: Tensor
    right: Tensor
    up: Tensor
    back: Tensor
    distance: float
    spread: float
    parallel: bool

    def rays(self, side: int) -> Rays:
        """Through the middle of each pixel [side, side, 3], top row first."""
        steps = (torch.arange(side, device=self.aim.device) + 0.5) * (2.0 / side) - 1.0
        plane = self.spread * (steps[None, :, None] * self.right - steps[:, None, None] * self.up)
        eye = self.aim + self.distance * self.back
        if self.parallel:
            return Rays(eye + plane, (-self.back).expand_as(plane))
        directions = plane - self.back
        return Rays(eye.expand_as(plane), directions / directions.norm(dim=-1, keepdim=True))


def cameras_around(solid: Tensor, settings: ViewSettings) -> list[ViewCamera]:
    """One for each frame, so that all points [P, 3] are inside the margin of all frames."""
    aim = (solid.amin(dim=0) + solid.amax(dim=0)) / 2.0
    axes = [_axes(azimuth, settings.elevation, aim) for azimuth in azimuths(settings)]
    seen = [((solid - aim) @ axis.T).unbind(dim=1) for axis in axes]
    share = 1.0 - 2.0 * settings.margin
    if settings.fov <= 0.0:
        spread = max(float(torch.maximum(x.abs(), y.abs()).max()) for x, y, _ in seen) / share
        return [ViewCamera(aim, axis[0], axis[1], axis[2], FAR_AWAY, spread, parallel=True) for axis in axes]
    spread = math.tan(math.radians(settings.fov) / 2.0)
    distance = max(float((torch.maximum(x.abs(), y.abs()) / (spread * share) + z).max()) for x, y, z in seen)
    return [ViewCamera(aim, axis[0], axis[1], axis[2], distance, spread, parallel=False) for axis in axes]


def azimuths(settings: ViewSettings) -> list[float]:
    """Of the frames, in degrees."""
    return [settings.azimuth + settings.turn * frame / settings.frames for frame in range(settings.frames)]


def _axes(azimuth_deg: float, elevation_deg: float, like: Tensor) -> Tensor:
    """Right, up and back [3, 3]."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    level = math.cos(elevation)
    back = [level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)]
    right = [-math.sin(azimuth), math.cos(azimuth), 0.0]
    up = [-math.sin(elevation) * math.cos(azimuth), -math.sin(elevation) * math.sin(azimuth), level]
    return like.new_tensor([right, up, back])
