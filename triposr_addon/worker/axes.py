# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to stand: raw TripoSR's (up +Z, front +X, image-right +Y) and Blender's (up +Z, front -Y, image-right +X)."""

from __future__ import annotations

import torch
from torch import Tensor

from triposr_addon.worker.model.decoder import PLANE_AXES

SIDEWAYS = 1
"""The raw axis that is image-right."""


def oriented(vertices: Tensor) -> Tensor:
    """Points [N, 3] from raw TripoSR axes to Blender's."""
    x, y, z = vertices.unbind(dim=1)
    return torch.stack([y, -x, z], dim=1).contiguous()


def from_blender(points: Tensor) -> Tensor:
    """Points [N, 3] from Blender's axes to raw TripoSR's."""
    x, y, z = points.unbind(dim=1)
    return torch.stack([-y, x, z], dim=1).contiguous()


def mirrored(points: Tensor) -> Tensor:
    """The left-right mirror images of points [N, 3] in raw TripoSR axes."""
    return points * points.new_tensor([1.0, -1.0, 1.0])


def mirrored_planes(planes: Tensor) -> Tensor:
    """The planes [3, C, H, W] of the left-right mirror image of a field: exact, since planes are sampled evenly."""
    turned = [
        plane.flip(-1 - axes.index(SIDEWAYS)) if SIDEWAYS in axes else plane
        for plane, axes in zip(planes, PLANE_AXES, strict=True)
    ]
    return torch.stack(turned)
