# SPDX-License-Identifier: GPL-3.0-or-later
"""Directions by name: front, right and up."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from triposr_addon.worker.axes import from_blender, mirrored, oriented  # noqa: E402 - after the check

pytestmark = pytest.mark.torch

FRONT, RIGHT, UP = torch.eye(3)


def test_blender_looks_at_the_front_from_minus_y() -> None:
    turned = oriented(torch.stack([FRONT, RIGHT, UP]))
    assert turned.tolist() == [[0, -1, 0], [1, 0, 0], [0, 0, 1]]


def test_there_and_back_is_nowhere() -> None:
    points = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(from_blender(oriented(points)), points)


def test_the_mirror_swaps_left_and_right() -> None:
    assert mirrored(torch.stack([FRONT, RIGHT, UP])).tolist() == [[1, 0, 0], [0, -1, 0], [0, 0, 1]]
