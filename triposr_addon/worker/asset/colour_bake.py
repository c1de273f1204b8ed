# SPDX-License-Identifier: GPL-3.0-or-later
"""The field's colour at every texel of an atlas, the gutter around its charts included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from triposr_addon.worker.asset.atlas import Atlas
from triposr_addon.worker.asset.picture_fill import Mask, Picture, filled
from triposr_addon.worker.asset.texel_places import TexelPlaces
from triposr_addon.worker.asset.texels import owners, with_gutter
from triposr_addon.worker.asset.unwrapped import Indices
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.steps import Advance

GUTTER = 3
"""Texels that are asked for beside a chart. A picture is looked up between texels, so one would do at full size."""
TEXELS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Layout:
    """owner: the triangle of each texel [side * side], gutter and all, else -1. covered: those within a chart."""

    owner: Indices
    covered: Mask


def laid_out(atlas: Atlas, padding: int) -> Layout:
    """padding: texels between charts that are kept free for the gutter."""
    owner = owners(atlas.corners, atlas.side)
    return Layout(with_gutter(owner, atlas.side, min(padding, GUTTER)), owner >= 0)


def bake_colours(field: TriplaneField, atlas: Atlas, layout: Layout, advance: Advance) -> Picture:
    """The picture [side, side, 3], sRGB-encoded; what no chart has is black. Raises OutOfMemory, Cancelled."""
    places = TexelPlaces(atlas, field.device)
    texels = np.flatnonzero(layout.owner >= 0)
    picture = np.zeros((atlas.side**2, 3), np.uint8)
    for start in range(0, len(texels), TEXELS_AT_ONCE):
        some = texels[start : start + TEXELS_AT_ONCE]
        triangles = torch.from_numpy(layout.owner[some]).long().to(field.device)
        points = places.points(places.weights(torch.from_numpy(some).to(field.device), triangles), triangles)
        picture[some] = (
            (field.colour(points, partial(advance, start / len(texels))) * 255.0).round_().to(torch.uint8).cpu().numpy()
        )
    return picture.reshape(atlas.side, atlas.side, 3)


def without_holes(picture: Picture, layout: Layout) -> Picture:
    """The picture with what lies between the charts filled."""
    return filled(picture, (layout.owner >= 0).reshape(picture.shape[:2]))
