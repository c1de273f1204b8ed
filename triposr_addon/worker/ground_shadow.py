# SPDX-License-Identifier: GPL-3.0-or-later
"""The soft shadow that a subject casts on a plain backdrop: part of the background, though it has another colour.

A shadow has the backdrop's hue, only darker, and it changes slowly; a subject's outline is a sharp step. So the
background grows over pixels that are the backdrop times some brightness, as long as no step is in the way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triposr_addon.worker.colour_distance import root_mean_square
from triposr_addon.worker.regions import Mask, flood, highest_near

Plane = npt.NDArray[np.float32]

DARKEST, BRIGHTEST = 0.25, 1.25
"""Brightness of a shadowed or lit place over the backdrop's. Darker ones lie under the subject, and are few."""

HUE_TOLERANCE = 0.03
"""What may be left of a colour (root mean square, 0..1) once the backdrop times its brightness is taken away."""

STEEPEST = 0.016
"""Change of brightness from pixel to pixel above which it is an outline."""

GATE = 2
"""Pixels that are taken off both sides of every passage, so that a gap in an outline lets nothing through."""

GROUND_SHARE = 0.55
"""Shadows are looked for in this lower share of what the subject spans; above, they would be the subject's own."""


def with_ground_shadow(picture: Plane, backdrop: Plane, background: Mask) -> Mask:
    """The background [H, W] with the shadows that join it.

    picture: slightly blurred, backdrop: what would be seen without a subject; both RGB [H, W, 3] in 0..1.
    """
    ground_hue = _ground_hue(picture, backdrop) & _ground_rows(background)
    passable = background | (ground_hue & _smooth(picture))
    reached = flood(_narrowed(background), _narrowed(passable))
    # An outline is steep on its outer side too: the last pixels before it go by their hue alone.
    return background | (_widened(_widened(reached)) & (passable | ground_hue))


def _ground_hue(picture: Plane, backdrop: Plane) -> Mask:
    power = np.maximum(np.einsum("hwc,hwc->hw", backdrop, backdrop), 1e-6)
    brightness = np.einsum("hwc,hwc->hw", picture, backdrop) / power
    left_over = root_mean_square(picture - brightness[..., None] * backdrop)
    return np.asarray((brightness > DARKEST) & (brightness < BRIGHTEST) & (left_over < HUE_TOLERANCE))


def _ground_rows(background: Mask) -> Mask:
    """Rows [H, 1] at the height of the ground."""
    rows = np.flatnonzero(~background.all(axis=1))
    top, bottom = (rows[0], rows[-1]) if len(rows) else (0, 0)
    return np.asarray(np.arange(len(background)) >= bottom - GROUND_SHARE * (bottom - top))[:, None]


def _smooth(picture: Plane) -> Mask:
    along_rows, along_columns = np.gradient(np.einsum("hwc->hw", picture) / np.float32(picture.shape[-1]))
    return np.asarray(along_rows * along_rows + along_columns * along_columns < STEEPEST * STEEPEST)


def _narrowed(mask: Mask) -> Mask:
    return ~_widened(~mask)


def _widened(mask: Mask) -> Mask:
    """Grown by GATE pixels in each direction."""
    return highest_near(mask, GATE)
