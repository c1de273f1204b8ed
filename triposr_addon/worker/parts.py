# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a surface, connected through triangles, and which of them are large enough to stay."""

from __future__ import annotations

import torch
from torch import Tensor

from triposr_addon.worker.marching_cubes import Triangulation


def without_small_parts(mesh: Triangulation, smallest: float) -> Triangulation:
    """The mesh without parts that have fewer triangles than `smallest` (0..1) of the largest part's.

    0 keeps every part, 1 the largest alone (and those as large as it).
    """
    if smallest <= 0.0 or not len(mesh.triangles):
        return mesh
    labels = part_labels(mesh.triangles, len(mesh.starts))
    sizes = torch.bincount(labels[mesh.triangles[:, 0].long()], minlength=len(labels))
    return mesh.only((sizes >= smallest * sizes.max())[labels])


def part_labels(triangles: Tensor, count: int) -> Tensor:
    """For each of `count` vertices the lowest vertex of its part [count], from triangles [F, 3].

    Every round joins each part to its lowest neighbour and then lets each vertex jump from label to label down to its
    root, so the rounds grow with the logarithm of the surface's size (the way of Shiloach and Vishkin, 1982).
    """
    labels = torch.arange(count, device=triangles.device)
    corners = triangles.T.long()
    starts, stops = torch.cat([corners[0], corners[1]]), torch.cat([corners[1], corners[2]])
    while True:
        one, other = labels[starts], labels[stops]
        joined = labels.scatter_reduce(0, torch.maximum(one, other), torch.minimum(one, other), "amin")
        joined = _at_their_roots(joined)
        if torch.equal(joined, labels):
            return labels
        labels = joined


def _at_their_roots(labels: Tensor) -> Tensor:
    while not torch.equal(further := labels[labels], labels):
        labels = further
    return labels
