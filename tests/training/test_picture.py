# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures agree with the distances that they are traced from, and are framed as the product frames photos."""

import numpy as np
import pytest

from training.objects.families import make_object
from training.picture import random_light, render
from training.placement import CAMERA_DISTANCE, HALF_VIEW, Pose, place
from training.samples import picture_of, placed_object

SIZE = 64


@pytest.mark.parametrize("seed", [2, 3, 5, 8])
def test_the_silhouette_is_where_rays_meet_the_inside(seed: int) -> None:
    thing = placed_object(seed)
    alpha = picture_of(thing, seed, SIZE)[..., 3] > 127
    places = (2 * (np.arange(SIZE) + 0.5) / SIZE - 1) * HALF_VIEW
    y, z = np.meshgrid(places, -places)
    depths = np.linspace(-0.87, 0.87, 240)
    points = np.stack([np.broadcast_to(depths, (SIZE, SIZE, 240)), *(
        flat[..., None] * (CAMERA_DISTANCE - depths) for flat in (y, z)
    )], axis=-1)  # fmt: skip
    inside = (thing.distances(points.reshape(-1, 3).astype(np.float32)) < 0).reshape(SIZE, SIZE, 240).any(-1)
    # A pixel that is only touched counts for one and not for the other, so the outline may differ by a pixel.
    assert (inside & ~alpha).sum() == 0 or (inside != alpha).mean() < 0.02
    assert (inside != alpha).mean() < 0.06


def test_the_subject_is_centred_and_fills_the_foreground_ratio() -> None:
    thing = place(make_object(7), Pose(yaw=25, elevation=10, roll=0, ratio=0.85), 7)
    alpha = render(thing, random_light(np.random.default_rng(1)), 128)[..., 3] > 127
    rows, columns = np.nonzero(alpha.any(1))[0], np.nonzero(alpha.any(0))[0]
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    assert longer / 128 == pytest.approx(0.85, abs=0.03)
    for found in (rows, columns):
        assert (found.min() + found.max() + 1) / 2 == pytest.approx(64, abs=2.5)


def test_looking_from_above_shows_the_top() -> None:
    """Elevation tilts the object's top towards the camera: the top of a level cylinder becomes visible."""
    from training.objects.builder import Builder
    from training.objects.material import Material

    builder = Builder()
    builder.cylinder((0, 0, 0), 0.3, 0.3, Material((0.1, 0.1, 0.1)))
    builder.cylinder((0, 0, 0.3), 0.28, 0.02, Material((1.0, 0.0, 0.0), gloss=0.0))
    thing = builder.finish("tin")
    light = random_light(np.random.default_rng(4))
    shares = []
    for elevation in (0.0, 30.0):
        rgba = render(place(thing, Pose(0, elevation, 0, 0.85), 1), light, SIZE).astype(int)
        red = (rgba[..., 3] > 127) & (rgba[..., 0] > 2 * rgba[..., 1] + 30)
        shares.append(red.sum() / (rgba[..., 3] > 127).sum())
    assert shares[1] > shares[0] + 0.15
