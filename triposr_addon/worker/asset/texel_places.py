# SPDX-License-Identifier: GPL-3.0-or-later
"""Where texels lie on the surface: each triangle's map from the picture to space, also beyond its edges."""

from __future__ import annotations

import torch
from torch import Tensor

from triposr_addon.worker.asset.atlas import Atlas
from triposr_addon.worker.axes import from_blender

FARTHEST_TEXELS = 8.0
"""Of usual texels: so far from its triangle may a texel of the gutter come to lie. Slivers send theirs anywhere."""


class TexelPlaces:
    """Maps texels of an atlas to points of a field, in raw TripoSR axes, on one device."""

    def __init__(self, atlas: Atlas, device: torch.device) -> None:
        self._side = atlas.side
        triangles = torch.from_numpy(atlas.triangles).long()
        self._points = from_blender(torch.from_numpy(atlas.vertices))[triangles].to(device)  # [F, 3, 3]
        self._corners = torch.from_numpy(atlas.corners).double().to(device)
        self._farthest = FARTHEST_TEXELS * self._usual_texel()

    def weights(self, texels: Tensor, triangles: Tensor) -> Tensor:
        """Of the triangles' corners at texels' middles: [N, 3], below 0 or above 1 beyond an edge.

        texels: numbers row * side + column [N]. triangles: the owner of each [N].
        """
        column, row = texels % self._side + 0.5, texels.div(self._side, rounding_mode="floor") + 0.5
        return self.weights_at(torch.stack([column, row], dim=1).double(), triangles)

    def weights_at(self, places: Tensor, triangles: Tensor) -> Tensor:
        """As `weights`, at places [N, 2] in texels. Of a triangle that is flat in the picture: its middle's."""
        start, *ends = self._corners[triangles].unbind(dim=1)
        first, second = (end - start for end in ends)
        beyond = places - start
        whole = _cross(first, second)
        flat = whole.abs() < 1e-9
        divisor = torch.where(flat, torch.ones_like(whole), whole)
        one, two = _cross(beyond, second) / divisor, _cross(first, beyond) / divisor
        weights = torch.stack([1.0 - one - two, one, two], dim=1)
        weights[flat] = 1.0 / 3.0
        return self._near(weights, triangles).float()

    def points(self, weights: Tensor, triangles: Tensor) -> Tensor:
        """The points [N, 3] at weights [N, 3] of triangles [N]."""
        return torch.einsum("nk,nkc->nc", weights, self._points[triangles])

    def _near(self, weights: Tensor, triangles: Tensor) -> Tensor:
        """The weights, but within the triangle where they are far beyond its edges in space."""
        within = weights.clamp(min=0.0)
        within = within / within.sum(dim=1, keepdim=True)
        moved = torch.einsum("nk,nkc->nc", (weights - within).float(), self._points[triangles]).norm(dim=1)
        return torch.where((moved > self._farthest)[:, None], within, weights)

    def _usual_texel(self) -> float:
        """The side of a texel in space, from all areas."""
        a, b = (self._points[:, corner] - self._points[:, 0] for corner in (1, 2))
        in_space = torch.linalg.cross(a, b).norm(dim=1).sum()
        flat = [self._corners[:, corner] - self._corners[:, 0] for corner in (1, 2)]
        return float((in_space / _cross(*flat).abs().sum().clamp(min=1e-9)).sqrt())


def _cross(a: Tensor, b: Tensor) -> Tensor:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
