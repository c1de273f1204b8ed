# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict way to see that a mesh is closed: every side sorted and counted."""

from __future__ import annotations

import torch
from torch import Tensor


def is_closed(triangles: Tensor) -> bool:
    """Whether every edge of triangles [F, 3] has exactly two of them, once in each direction."""
    if not len(triangles):
        return False
    first, second = triangles.flatten().long(), triangles[:, [1, 2, 0]].flatten().long()
    count = int(triangles.max()) + 1
    forth, times = torch.unique(first * count + second, return_counts=True)
    back = torch.unique(second * count + first)
    return bool((times == 1).all()) and torch.equal(forth, back)
