# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist can have done to a mask: cut faint pixels off, keep the largest part, fill holes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triposr_addon.protocol import PhotoSettings
from triposr_addon.worker.framing import VISIBLE_ALPHA
from triposr_addon.worker.regions import Mask, flood, highest_near, in_blocks, larger_regions, over_blocks
from triposr_addon.worker.setting_limits import check_mask_threshold

Alpha = npt.NDArray[np.uint8]

SOLID_ALPHA = 128
"""From here on a pixel is more subject than background: such pixels enclose a hole."""

REGION_SIDE = 512
"""Regions are found in blocks of pixels, at most so many along a side."""

RIM = 2
"""Blocks around a hole in which its edge is soft."""


def cleaned(alpha: Alpha, settings: PhotoSettings) -> Alpha:
    """The mask [H, W] as the settings want it. Raises SettingsInvalid where the threshold is not in 0..1."""
    check_mask_threshold(settings.mask_threshold)
    if settings.mask_threshold > 0.0:
        alpha = np.where(alpha < settings.mask_threshold * 255.0, np.uint8(0), alpha)
    if settings.largest_part:
        alpha = _largest_part(alpha)
    return _without_holes(alpha) if settings.fill_holes else alpha


def _largest_part(alpha: Alpha) -> Alpha:
    visible = alpha >= VISIBLE_ALPHA
    counts, block = in_blocks(visible, REGION_SIDE)
    largest = larger_regions(counts, 1.0) if counts.any() else counts > 0
    near = over_blocks(highest_near(largest, RIM), block, alpha.shape)
    kept = over_blocks(largest, block, alpha.shape) | (near & ~visible)  # its own faint rim, not its neighbours
    return np.where(kept, alpha, np.uint8(0))


def _without_holes(alpha: Alpha) -> Alpha:
    """Opaque wherever no path of mostly transparent blocks leads to the picture's edge."""
    counts, block = in_blocks(alpha >= SOLID_ALPHA, REGION_SIDE)
    open_blocks = 2 * counts < block * block
    outside = flood(_edge(counts.shape), open_blocks)
    holes = highest_near(open_blocks & ~outside, RIM) & ~outside
    return np.where(over_blocks(holes, block, alpha.shape), np.uint8(255), alpha)


def _edge(shape: tuple[int, ...]) -> Mask:
    edge = np.ones(shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return edge
