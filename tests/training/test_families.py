# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects are a function of their seed, and their distances are distances."""

import numpy as np
import pytest

from training.objects.builder import Builder, SolidObject
from training.objects.families import FAMILIES, Family, make_object
from training.placement import ROOM
from training.samples import placed_object
from training.surface import bounds, surface_points


def built(family: Family, seed: int) -> SolidObject:
    builder = Builder()
    family(builder, np.random.default_rng(seed))
    return builder.finish(family.__name__)


def test_a_seed_always_gives_the_same_object() -> None:
    first, again, other = make_object(11), make_object(11), make_object(12)
    assert first.name == again.name
    for part in ("primitives", "groups", "polygons", "materials"):
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
    assert first.primitives.shape != other.primitives.shape or not np.array_equal(first.primitives, other.primitives)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_family_gives_a_solid_with_a_surface(family: Family) -> None:
    thing = built(family, 5)
    points = surface_points(thing, 400, 1)
    assert np.abs(thing.distances(points)).max() < 0.005
    low, high = bounds(thing)
    corners = np.array([low - 0.05, high + 0.05], np.float32)
    assert (thing.distances(corners) > 0).all()
    lattice = np.stack(np.meshgrid(*(np.linspace(a, b, 32) for a, b in zip(low, high, strict=True))), -1)
    assert (thing.distances(lattice.reshape(-1, 3).astype(np.float32)) < 0).any()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_distances_never_change_faster_than_the_way_gone(family: Family) -> None:
    thing = built(family, 3)
    rng = np.random.default_rng(0)
    points = surface_points(thing, 600, 2) + rng.normal(0, 0.05, (600, 3))
    steps = rng.normal(0, 1, (600, 3))
    steps *= 0.004 / np.linalg.norm(steps, axis=1, keepdims=True)
    change = thing.distances((points + steps).astype(np.float32)) - thing.distances(points.astype(np.float32))
    # The ellipsoid's closed form is a first-order bound, a little steep inside flat ones.
    assert np.quantile(np.abs(change) / 0.004, 0.95) < 1.15


@pytest.mark.parametrize("seed", range(40, 52))
def test_placed_objects_stay_inside_the_fields_box(seed: int) -> None:
    points = surface_points(placed_object(seed), 800, seed)
    assert np.abs(points).max() < ROOM + 0.03
