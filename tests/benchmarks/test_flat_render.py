# SPDX-License-Identifier: GPL-3.0-or-later
"""The software renderer: what it covers, what hides what, and that light comes from where it is said to."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")
import numpy as np

from benchmarks.flat_render import View, render

FRONT = View(azimuth=0.0, elevation=0.0, centre=(0.0, 0.0, 0.0), width=2.0, light=(0.0, 0.0, 1.0))
SQUARE = np.array([[0.0, -0.5, -0.5], [0.0, 0.5, -0.5], [0.0, 0.5, 0.5], [0.0, -0.5, 0.5]])
HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def brightness(picture: np.ndarray) -> np.ndarray:
    means: np.ndarray = picture.astype(float).mean(axis=2)
    return means


def test_a_square_covers_its_pixels_and_no_others() -> None:
    lit = brightness(render(SQUARE, HALVES, FRONT, 40)) > 100
    expected = np.zeros((40, 40), bool)
    expected[10:30, 10:30] = True
    assert (lit == expected).all()


def test_the_nearer_triangle_hides_the_other_whatever_their_order() -> None:
    turned_away = SQUARE * 0.5 + [0.3, 0.0, 0.0]
    vertices = np.concatenate([SQUARE, turned_away])
    triangles = np.concatenate([HALVES, HALVES[:, ::-1] + 4])
    for order in (triangles, triangles[::-1]):
        picture = brightness(render(vertices, order, FRONT, 40))
        assert picture[20, 20] < 100 < picture[12, 12]


def test_what_faces_the_light_is_brighter() -> None:
    raking = View(azimuth=0.0, elevation=0.0, centre=(0.0, 0.0, 0.0), width=2.0, light=(-1.0, 0.0, 0.2))
    roof = np.array(
        [[0.0, -0.8, -0.5], [0.3, 0.0, -0.5], [0.3, 0.0, 0.5], [0.0, -0.8, 0.5], [0.0, 0.8, -0.5], [0.0, 0.8, 0.5]]
    )
    triangles = np.array([[0, 1, 2], [0, 2, 3], [1, 4, 5], [1, 5, 2]])
    picture = brightness(render(roof, triangles, raking, 40))
    assert picture[20, 12] > picture[20, 28] + 30
