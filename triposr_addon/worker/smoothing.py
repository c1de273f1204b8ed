# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing that does not shrink: a step towards the neighbours' mean, then a slightly larger one away from it.

Taubin, "A signal processing approach to fair surface design", 1995: together the two let slow waves of the surface
pass and damp quick ones.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

INWARDS, OUTWARDS = 0.5, -0.53
"""1 / 0.5 - 1 / 0.53 is about 0.11: waves slower than that (of at most 2) grow a little instead of being damped."""


def smoothed(vertices: Tensor, triangles: Tensor, steps: int) -> Tensor:
    """Vertices [V, 3] of a closed surface with triangles [F, 3] after so many steps, each inwards and outwards."""
    if not steps:
        return vertices
    neighbours, first = _neighbours(triangles, len(vertices))
    for _ in range(steps):
        for share in (INWARDS, OUTWARDS):
            mean = functional.embedding_bag(neighbours, vertices, first, mode="mean")
            vertices = torch.lerp(vertices, mean, share)
    return vertices


def _neighbours(triangles: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The neighbours of all vertices, one vertex's after the other's [3 F], and where each one's begin [V].

    On a closed surface each side is run through once in each direction, so these are all and each is there once.
    """
    start, end = triangles.flatten().long(), triangles[:, [1, 2, 0]].flatten().long()
    numbers = torch.bincount(start, minlength=count)
    return end[torch.argsort(start, stable=True)], numbers.cumsum(0) - numbers
