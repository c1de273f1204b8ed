# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills what no chart covers with the colours around, coarser the farther away, so that smaller copies of the picture,
as games make them, take in nothing foreign.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triposr_addon.worker.mesh_file import Floats

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def filled(picture: Picture, known: Mask) -> Picture:
    """The picture [S, S, 3] with every texel outside `known` [S, S] filled; the others stay as they are.

    A picture in which nothing is known comes back grey.
    """
    if known.all():
        return picture
    coarse = _coarse(picture, known)
    whole = picture.copy()
    rows, columns = np.nonzero(~known)
    whole[rows, columns] = np.rint(coarse[rows // 2, columns // 2]).astype(np.uint8)
    return whole


def _coarse(picture: Picture, known: Mask) -> Floats:
    """Half the picture, without holes [ceil(S / 2), ceil(S / 2), 3]."""
    levels = [_halved(picture.astype(np.float32) * known[..., None], known.astype(np.float32))]
    while len(levels[-1][1]) > 1:
        colours, weights = levels[-1]
        levels.append(_halved(colours * weights[..., None], weights))
    below, weight = levels.pop()
    below = np.where(weight[..., None] > 0.0, below, np.float32(127.5))
    while levels:
        colours, weights = levels.pop()
        wide = below.repeat(2, axis=0).repeat(2, axis=1)[: len(colours), : len(colours)]
        below = np.where(weights[..., None] > 0.0, colours, wide)
    return below


def _halved(weighted: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Mean colours and weights (0 or 1) of blocks of four, from colours times weights."""
    odd = len(weights) % 2
    if odd:
        weighted, weights = np.pad(weighted, ((0, 1), (0, 1), (0, 0))), np.pad(weights, ((0, 1), (0, 1)))
    summed = weighted[0::2, 0::2] + weighted[0::2, 1::2] + weighted[1::2, 0::2] + weighted[1::2, 1::2]
    weight = weights[0::2, 0::2] + weights[0::2, 1::2] + weights[1::2, 0::2] + weights[1::2, 1::2]
    return summed / np.maximum(weight, 1.0)[..., None], np.minimum(weight, 1.0)
