# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings come where an artist would want them, each with its next step, and nowhere else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from triposr_addon.worker.cutout_warnings import TINY_PIXELS, cutout_warnings

pytestmark = pytest.mark.torch

Alpha = npt.NDArray[np.uint8]


def block(top: int, bottom: int, left: int, right: int, size: tuple[int, int] = (500, 600)) -> Alpha:
    alpha = np.zeros(size, np.uint8)
    alpha[top:bottom, left:right] = 255
    return alpha


def test_a_good_subject_has_no_warning() -> None:
    assert cutout_warnings(block(100, 400, 150, 450)) == ()


def test_specks_and_a_faint_halo_are_no_matter() -> None:
    alpha = block(100, 400, 150, 450)
    alpha[0, 0:500] = 20
    alpha[499, 3:5] = 255
    assert cutout_warnings(alpha) == ()


@pytest.mark.parametrize(
    ("alpha", "edges"),
    [
        (block(0, 400, 150, 450), "top edge"),
        (block(100, 500, 150, 450), "bottom edge"),
        (block(100, 400, 0, 600), "left and right edges"),
        (np.full((500, 600), 255, np.uint8), "top, bottom, left and right edges"),
    ],
)
def test_a_subject_at_the_edge_is_told_with_the_edges_name(alpha: Alpha, edges: str) -> None:
    (warning,) = cutout_warnings(alpha)
    assert f"touches the photo's {edges}." in warning


def test_a_round_thing_that_just_touches_is_not_cut_off() -> None:
    rows, columns = np.mgrid[0:501, 0:501]
    away = np.hypot(rows - 250, columns - 250)
    assert cutout_warnings(np.where(away <= 250, 255, 0).astype(np.uint8)) == ()
    assert len(cutout_warnings(np.where(away <= 260, 255, 0).astype(np.uint8))) == 1


def test_a_tiny_subject_is_told_with_its_size_and_the_limit() -> None:
    (warning,) = cutout_warnings(block(100, 160, 150, 240))
    assert "only 90 pixels" in warning
    assert f"at least {TINY_PIXELS}" in warning
    assert cutout_warnings(block(100, 120, 150, 150 + TINY_PIXELS)) == ()


def test_parts_are_counted_where_they_are_large() -> None:
    alpha = block(100, 400, 50, 250)
    alpha[150:400, 350:550] = 255
    alpha[10:30, 10:30] = 255
    (warning,) = cutout_warnings(alpha)
    assert "2 separate parts" in warning


@pytest.mark.parametrize("alpha", [np.zeros((100, 100), np.uint8), np.full((100, 100), 12, np.uint8)])
def test_nothing_is_the_only_thing_that_is_told_of_nothing(alpha: Alpha) -> None:
    (warning,) = cutout_warnings(alpha)
    assert warning.startswith("No subject was found")
