# SPDX-License-Identifier: GPL-3.0-or-later
"""Which triangle a texel shows, against a check of every texel with every triangle."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from tests.worker.asset.laid_out import ball_in_six_charts
from triposr_addon.worker.asset.atlas import atlas_of, chart_labels, seams_of
from triposr_addon.worker.asset.picture_fill import filled
from triposr_addon.worker.asset.texels import NOBODY, owners, with_gutter
from triposr_addon.worker.mesh_file import Floats

pytestmark = pytest.mark.torch
SIDE = 48


def covers(corners: Floats, column: int, row: int) -> bool:
    """By the signs of three areas; a middle on an edge may go either way."""
    middle = np.array([column + 0.5, row + 0.5])
    a, b, c = corners.astype(np.float64) - middle
    areas = [x[0] * y[1] - x[1] * y[0] for x, y in ((a, b), (b, c), (c, a))]
    return bool(min(areas) >= -1e-6 or max(areas) <= 1e-6)


def test_each_texel_belongs_to_a_triangle_that_covers_it() -> None:
    random = np.random.default_rng(3)
    corners = (random.uniform(-4, SIDE + 4, (40, 1, 2)) + random.uniform(-9, 9, (40, 3, 2))).astype(np.float32)
    owner = owners(corners, SIDE).reshape(SIDE, SIDE)
    drawn = set(owner[owner >= 0].tolist())
    for row in range(SIDE):
        for column in range(SIDE):
            who = [number for number in range(len(corners)) if covers(corners[number], column, row)]
            found = owner[row, column]
            if found == NOBODY:
                assert not who
            else:
                assert found in who or np.sum(owner == found) == 1, "one without any texel's middle may have one"
    assert len(drawn) > 30


def test_a_triangle_without_any_texels_middle_gets_the_one_that_it_lies_in() -> None:
    speck = np.array([[[5.1, 7.1], [5.3, 7.1], [5.2, 7.3]]], np.float32)
    assert np.flatnonzero(owners(speck, SIDE) == 0).tolist() == [7 * SIDE + 5]


def test_the_gutter_takes_the_nearest_texels_triangle() -> None:
    square = np.array([[[10, 10], [20, 10], [20, 20]], [[10, 10], [20, 20], [10, 20]]], np.float32)
    covered = owners(square, SIDE)
    wide = with_gutter(covered, SIDE, 2).reshape(SIDE, SIDE)
    assert (wide[8:22, 8:22] >= 0).all()
    assert np.count_nonzero(wide >= 0) == 14 * 14
    assert wide[15, 21] == 0
    assert wide[15, 8] == 1


def test_the_charts_and_seams_of_a_ball_in_six_pieces() -> None:
    atlas = atlas_of([ball_in_six_charts(cuts=8)], 256)
    assert np.bincount(chart_labels(atlas)).tolist() == [128] * 6
    seams = seams_of(atlas)
    assert len(seams.one) == 12 * 8, "a cube's edges, each of eight pieces"


def test_filling_leaves_what_is_known_and_leaves_no_hole() -> None:
    picture = np.zeros((33, 33, 3), np.uint8)
    known = np.zeros((33, 33), np.bool_)
    picture[:5, :5], known[:5, :5] = (200, 10, 30), True
    picture[30:, 30:], known[30:, 30:] = (20, 210, 30), True
    whole = filled(picture, known)
    assert np.array_equal(whole[known], picture[known])
    assert whole[..., :2].sum(axis=-1).min() >= 200
    assert (whole[6, 6] == (200, 10, 30)).all()
    assert (filled(picture, np.zeros_like(known)) > 100).all()
