# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat-background fill: finds the subject before a plain backdrop, with no model and no download.

The backdrop's colour is fitted to the photo's border as a smooth surface (so a gradient or vignette is plain too).
What joins the border and has that colour is background, and so is the subject's soft shadow on it (ground_shadow);
what the subject encloses is not, even where the colours agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.worker.colour_distance import root_mean_square
from triposr_addon.worker.ground_shadow import with_ground_shadow
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.regions import Mask, flood, highest_near

Plane = npt.NDArray[np.float32]

WORKING_SIDE = 1024
"""The fill is found on a picture of at most this side: the network sees 512 pixels."""
LEAST_SIDE = 16

BORDER_SHARE = 0.02
FIT_ROUNDS = 8
LEAST_TOLERANCE = 0.05
MOST_TOLERANCE = 0.16
NOISE_FACTOR = 4.0
"""Colour distances, 0..1 (root mean square over the channels). The tolerance follows the border's own noise."""

PLAIN_SHARE = 0.7
"""The border counts as plain when at least this share of it is within tolerance of the fitted backdrop."""

EDGE_REACH = 2
"""Pixels around the fill's rim in which alpha is soft."""


@dataclass(frozen=True)
class FlatFill:
    """alpha: [H, W] in 0..1. colour: uint8 [H, W, 3], with the backdrop's share taken out of soft pixels.

    plain: whether the border looks like one backdrop at all.
    """

    alpha: Plane
    colour: npt.NDArray[np.uint8]
    plain: bool


def fill_flat_background(picture: RgbaPicture) -> FlatFill:
    """Separate the subject of an opaque RGBA picture [H, W, 4] from a plain backdrop."""
    working = _scaled_down(picture)
    backdrop, tolerance, plain = _fit_backdrop(working)
    smooth = _blurred(working)  # so that noise opens no holes
    distance = root_mean_square(smooth - backdrop)
    background = flood(_border(distance.shape), distance < tolerance)
    background = with_ground_shadow(_blurred(smooth), backdrop, background)
    alpha = _scaled_up(_soft_alpha(background, distance), picture.shape)
    return FlatFill(alpha, _without_backdrop(picture[..., :3], backdrop, alpha), plain)


def _scaled_down(picture: RgbaPicture) -> Plane:
    image = Image.fromarray(picture[..., :3])
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    if min(image.size) < LEAST_SIDE:  # a strip, a thousand times as long as it is wide
        sides = (max(image.width, LEAST_SIDE), max(image.height, LEAST_SIDE))
        image = Image.fromarray(picture[..., :3]).resize(sides, Image.Resampling.BOX)
    return np.asarray(image, dtype=np.float32) / 255.0


def _scaled_up(plane: Plane, shape: tuple[int, ...]) -> Plane:
    if plane.shape == shape[:2]:
        return plane
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _border(shape: tuple[int, ...]) -> Mask:
    width = max(1, round(BORDER_SHARE * min(shape[:2])))
    border = np.ones(shape[:2], dtype=bool)
    border[width:-width, width:-width] = False
    return border


def _fit_backdrop(colour: Plane) -> tuple[Plane, float, bool]:
    """The backdrop as a quadratic surface through the border [H, W, 3], the tolerance, and whether it is plain.

    Refitted to the better half of the border each round: a subject that touches the border must not bend it.
    """
    border = np.nonzero(_border(colour.shape))
    rows, columns = (np.linspace(-1.0, 1.0, side, dtype=np.float32) for side in colour.shape[:2])
    terms, border_colour = _quadratic_terms(rows[border[0]], columns[border[1]]), colour[border]
    residual = root_mean_square(border_colour - np.median(border_colour, axis=0).astype(np.float32))
    good = np.zeros(len(residual), dtype=bool)
    for _ in range(FIT_ROUNDS):
        before, good = good, residual <= max(float(np.median(residual)) * 1.5, 1.0 / 255.0)
        if np.array_equal(good, before):
            break
        weights = _least_squares(terms, border_colour, good)
        residual = root_mean_square(border_colour - terms @ weights)
    noise = float(np.median(residual))
    tolerance = float(np.clip(NOISE_FACTOR * noise, LEAST_TOLERANCE, MOST_TOLERANCE))
    backdrop = np.clip(_quadratic_surface(weights, rows, columns), 0.0, 1.0)
    return backdrop, tolerance, bool(np.mean(residual < tolerance) >= PLAIN_SHARE)


def _least_squares(terms: Plane, colour: Plane, good: Mask) -> Plane:
    """The weights [6, 3] that bring `terms` [N, 6] nearest to `colour` [N, 3] where `good`.

    By normal equations, summed in double precision: in single they move the surface by a whole step of a byte.
    """
    chosen = (terms * good[:, None]).T.astype(np.float64)
    return np.asarray(np.linalg.lstsq(chosen @ terms, chosen @ colour, rcond=None)[0], dtype=np.float32)


def _quadratic_terms(rows: Plane, columns: Plane) -> Plane:
    """1, r, c, rc, r², c² at the places (rows [N], columns [N]): [N, 6]."""
    return np.stack([np.ones_like(rows), rows, columns, rows * columns, rows**2, columns**2], axis=-1)


def _quadratic_surface(weights: Plane, rows: Plane, columns: Plane) -> Plane:
    """The surface [H, W, 3] of the weights [6, 3] over rows [H] and columns [W]: what depends on one, once for each."""
    down = weights[0] + rows[:, None] * weights[1] + rows[:, None] ** 2 * weights[4]
    across = columns[:, None] * weights[2] + columns[:, None] ** 2 * weights[5]
    both = rows[:, None, None] * (columns[:, None] * weights[3])
    return np.asarray(both + down[:, None] + across, dtype=np.float32)


def _blurred(colour: Plane) -> Plane:
    padded = np.pad(colour, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return np.asarray(0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:], dtype=np.float32)


def _soft_alpha(background: Mask, distance: Plane) -> Plane:
    """1 in the subject, 0 in the background; at the rim the distance tells a pixel's share.

    A rim pixel is a mix of subject and backdrop, so its distance over the subject's (the highest near by) is its share.
    """
    rim = highest_near(background, EDGE_REACH) & highest_near(~background, EDGE_REACH)
    share = distance / np.maximum(highest_near(distance, EDGE_REACH), 1e-6)
    share = np.clip((share - 0.15) / 0.7, 0.0, 1.0)  # the blur spreads a hard edge over three pixels
    alpha = np.where(background, 0.0, 1.0)
    return np.where(rim, share, alpha).astype(np.float32)


def _without_backdrop(colour: npt.NDArray[np.uint8], backdrop: Plane, alpha: Plane) -> npt.NDArray[np.uint8]:
    """The picture's colour [H, W, 3] with soft pixels as they would be without `backdrop`, which may be smaller."""
    rows, columns = np.nonzero((alpha > 0.0) & (alpha < 1.0))
    behind = backdrop[rows * backdrop.shape[0] // alpha.shape[0], columns * backdrop.shape[1] // alpha.shape[1]]
    share = np.maximum(alpha[rows, columns], 0.2)[:, None]
    own = (colour[rows, columns] / np.float32(255.0) - (1.0 - share) * behind) / share
    cleaned = colour.copy()
    cleaned[rows, columns] = np.rint(np.clip(own, 0.0, 1.0) * 255.0)
    return cleaned
