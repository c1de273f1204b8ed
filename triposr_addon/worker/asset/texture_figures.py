# SPDX-License-Identifier: GPL-3.0-or-later
"""How true a texture is to its field, measured where no texel's middle lies, and at the seams."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from triposr_addon.worker.asset.atlas import Atlas, chart_areas, chart_labels, seams_of
from triposr_addon.worker.asset.picture_fill import Picture
from triposr_addon.worker.axes import from_blender
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.mesh_file import Floats

HELD_OUT = 50_000
ALONG_SEAMS = (0.25, 0.5, 0.75)
SMALL_TEXELS = 8.0
BEST_DB = 99.0
"""Where nothing differs at all."""


@dataclass(frozen=True)
class Charts:
    """How many, and which share of them is smaller than SMALL_TEXELS."""

    count: int
    small: float


def charts(atlas: Atlas) -> Charts:
    """Count them."""
    areas = chart_areas(atlas, chart_labels(atlas))
    return Charts(len(areas), float((areas < SMALL_TEXELS).mean()))


def likeness(field: TriplaneField, atlas: Atlas, picture: Picture) -> float:
    """Peak signal to noise in dB, of colours of 8 bits: the texture against the field, at points on the surface."""
    points, places = _held_out(atlas)
    truth = field.colour(from_blender(torch.from_numpy(points)).to(field.device)).cpu().numpy() * 255.0
    error = float(np.square(looked_up(picture, places) - truth).mean())
    return min(10.0 * math.log10(255.0**2 / error), BEST_DB) if error else BEST_DB


def seam_steps(atlas: Atlas, picture: Picture) -> tuple[float, float]:
    """Mean and 95th percentile of how far the colours on both sides of a seam are apart, in the channel that differs
    most, of 255.
    """
    seams = seams_of(atlas)
    if not len(seams.one):
        return 0.0, 0.0
    one, other = (
        np.concatenate([side[:, 0] * (1.0 - share) + side[:, 1] * share for share in ALONG_SEAMS])
        for side in (seams.one, seams.other)
    )
    steps = np.abs(looked_up(picture, one) - looked_up(picture, other)).max(axis=1)
    return float(steps.mean()), float(np.percentile(steps, 95.0))


def looked_up(picture: Picture, places: Floats) -> Floats:
    """Colours [N, 3], 0..255, at places [N, 2] in texels, between the four texels around as renderers do it."""
    last = len(picture) - 1
    shifted = np.clip(places - np.float32(0.5), 0.0, last)
    low = np.minimum(shifted.astype(np.int64), max(last - 1, 0))
    (across, down), (x, y) = (shifted - low).T[:, :, None], low.T
    right, under = np.minimum(x + 1, last), np.minimum(y + 1, last)
    above = picture[y, x] * (1.0 - across) + picture[y, right] * across
    below = picture[under, x] * (1.0 - across) + picture[under, right] * across
    colours: Floats = (above * (1.0 - down) + below * down).astype(np.float32)
    return colours


def _held_out(atlas: Atlas) -> tuple[Floats, Floats]:
    """Points [N, 3] evenly over the surface, in field units, and where they lie in the picture [N, 2]."""
    random = np.random.default_rng(0)
    a, b, c = (atlas.vertices[atlas.triangles[:, corner]] for corner in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1).astype(np.float64)
    chosen = random.choice(len(areas), HELD_OUT, p=areas / areas.sum())
    weights = random.dirichlet((1.0, 1.0, 1.0), HELD_OUT).astype(np.float32)
    points = np.einsum("nk,nkc->nc", weights, atlas.vertices[atlas.triangles[chosen]])
    return points, np.einsum("nk,nkc->nc", weights, atlas.corners[chosen])
