# SPDX-License-Identifier: GPL-3.0-or-later
"""How far two meshes of one lattice are from each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

NEAR_VOXELS = 0.5
"""A vertex counts as found if the other mesh has one this near."""


@dataclass(frozen=True)
class MeshDistance:
    """chamfer_voxels: from a vertex to the other mesh's nearest one, mean of both ways. f_score: 0 to 1."""

    chamfer_voxels: float
    f_score: float


def mesh_distance(one: NDArray[Any], other: NDArray[Any], voxel: float) -> MeshDistance:
    """Of vertices [V, 3] and [W, 3], both on the edges of a lattice whose step is `voxel`.

    Vertices of equal surfaces coincide there, so nearest vertices stand for nearest points. F-score: the harmonic mean
    of the shares found within NEAR_VOXELS in either direction.
    """
    there = np.asarray(cKDTree(other).query(one)[0]) / voxel
    back = np.asarray(cKDTree(one).query(other)[0]) / voxel
    precision, recall = float((there < NEAR_VOXELS).mean()), float((back < NEAR_VOXELS).mean())
    f_score = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return MeshDistance(float(there.mean() + back.mean()) / 2, f_score)
