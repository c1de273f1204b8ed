# SPDX-License-Identifier: GPL-3.0-or-later
"""What a surface measures."""

from __future__ import annotations

import torch
from torch import Tensor


def volume(vertices: Tensor, triangles: Tensor) -> float:
    """Signed: positive where the triangles face outwards."""
    first, second, third = vertices.double()[triangles].unbind(dim=1)
    return float((first * torch.linalg.cross(second, third)).sum() / 6)


def area(vertices: Tensor, triangles: Tensor) -> float:
    """The sum of the triangles' areas."""
    first, second, third = vertices.double()[triangles].unbind(dim=1)
    return float(torch.linalg.cross(second - first, third - first).norm(dim=1).sum() / 2)
