# SPDX-License-Identifier: GPL-3.0-or-later
"""Distances between meshes whose distance is known."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")  # where it is, scipy is
import numpy as np

from benchmarks.mesh_distance import mesh_distance

pytestmark = pytest.mark.torch

VOXEL = 0.01
SHEET = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0), [0.0]), axis=-1).reshape(-1, 3) * VOXEL


def test_a_mesh_is_no_way_from_itself() -> None:
    distance = mesh_distance(SHEET, SHEET, VOXEL)
    assert (distance.chamfer_voxels, distance.f_score) == (0.0, 1.0)


def test_a_shift_is_the_distance_and_too_far_is_not_found() -> None:
    up = np.array([0.0, 0.0, VOXEL])
    near, far = mesh_distance(SHEET + 0.25 * up, SHEET, VOXEL), mesh_distance(SHEET + 0.75 * up, SHEET, VOXEL)
    assert near.chamfer_voxels == pytest.approx(0.25)
    assert far.chamfer_voxels == pytest.approx(0.75)
    assert (near.f_score, far.f_score) == (1.0, 0.0)


def test_a_part_that_only_one_has_counts_in_one_direction() -> None:
    half = SHEET[: len(SHEET) // 2]
    assert mesh_distance(half, SHEET, VOXEL).f_score == pytest.approx(2 / 3)
    assert mesh_distance(SHEET, half, VOXEL) == mesh_distance(half, SHEET, VOXEL)
