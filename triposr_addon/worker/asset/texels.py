# SPDX-License-Identifier: GPL-3.0-or-later
"""Which triangle each texel shows, line by line of the picture; and a gutter around the charts, whose texels belong to
the triangle that lies nearest, as if that went on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from triposr_addon.worker.asset.unwrapped import Doubles, Indices
from triposr_addon.worker.mesh_file import Floats

NOBODY = -1
ROWS_AT_ONCE = 1 << 19
"""Of triangles: some 100 MB on the way."""

Ids = npt.NDArray[np.int64]


def owners(corners: Floats, side: int) -> Indices:
    """The number of the triangle that covers each texel's middle [side * side], else NOBODY.

    corners: [F, 3, 2] in texels, across and down. A triangle that covers no middle gets the texel in which its own
    middle lies, where that is free: so the smallest chart has a colour.
    """
    owner = np.full(side * side, NOBODY, np.int32)
    for triangles, rows in _lines(corners, side):
        left, right = _ends(corners[triangles].astype(np.float64), rows.astype(np.float64) + 0.5)
        low = np.maximum(np.ceil(left - 0.5), 0.0).astype(np.int64)
        high = np.minimum(np.floor(right - 0.5), side - 1.0).astype(np.int64)
        counts = np.maximum(high - low + 1, 0)
        starts = np.repeat(rows * side + low - (np.cumsum(counts) - counts), counts)
        owner[starts + np.arange(len(starts))] = np.repeat(triangles, counts)
    _give_to_the_smallest(owner, corners, side)
    return owner


def _lines(corners: Floats, side: int) -> Iterator[tuple[Ids, Ids]]:
    """All pairs of a triangle and a row of texels whose middle it crosses, some at once."""
    low = np.clip(np.ceil(corners[..., 1].min(axis=1) - 0.5), 0, side).astype(np.int64)
    high = np.clip(np.floor(corners[..., 1].max(axis=1) - 0.5), -1, side - 1).astype(np.int64)
    counts = np.maximum(high - low + 1, 0)
    ends, start = np.cumsum(counts), 0
    while start < len(corners):
        done = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, done + ROWS_AT_ONCE, "right")), start + 1)
        some = counts[start:stop]
        triangles = np.repeat(np.arange(start, stop), some)
        within = np.arange(len(triangles)) - np.repeat(np.cumsum(some) - some, some)
        yield triangles, low[triangles] + within
        start = stop


def _ends(corners: Doubles, heights: Doubles) -> tuple[Doubles, Doubles]:
    """Where lines at `heights` [N] enter and leave the triangles [N, 3, 2]; the wrong way round where they do not."""
    left, right = np.full(len(heights), np.inf), np.full(len(heights), -np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        (x0, y0), (x1, y1) = corners[:, start].T, corners[:, end].T
        crossed = (y0 <= heights) != (y1 <= heights)
        with np.errstate(divide="ignore", invalid="ignore"):
            across = x0 + (heights - y0) / (y1 - y0) * (x1 - x0)
        np.minimum(left, across, out=left, where=crossed)
        np.maximum(right, across, out=right, where=crossed)
    nowhere = left > right
    left[nowhere], right[nowhere] = 1.0, -1.0
    return left, right


def _give_to_the_smallest(owner: Indices, corners: Floats, side: int) -> None:
    seen = np.zeros(len(corners), np.bool_)
    seen[owner[owner >= 0]] = True
    left_out = np.flatnonzero(~seen)
    texels = np.clip(corners[left_out].mean(axis=1), 0, side - 1).astype(np.int64)
    flat = texels[:, 1] * side + texels[:, 0]
    free = owner[flat] == NOBODY
    owner[flat[free]] = left_out[free]


def with_gutter(owner: Indices, side: int, width: int) -> Indices:
    """The owners [side * side], and beside the charts, up to `width` texels away, that of the nearest covered texel."""
    source = np.where(owner >= 0, np.arange(len(owner), dtype=np.int32), NOBODY).astype(np.int32)
    for _ in range(width):
        edge = _beside(source, side)
        if not len(edge):
            break
        source[edge] = _nearest_sources(source, edge, side)
    return np.where(source >= 0, owner[source], NOBODY).astype(np.int32)


def _beside(source: Indices, side: int) -> Ids:
    """The texels without a source that touch one that has one."""
    filled = (source >= 0).reshape(side, side)
    wide = filled.copy()
    wide[1:] |= filled[:-1]
    wide[:-1] |= filled[1:]
    both = wide.copy()
    both[:, 1:] |= wide[:, :-1]
    both[:, :-1] |= wide[:, 1:]
    return np.flatnonzero(both & ~filled)


def _nearest_sources(source: Indices, edge: Ids, side: int) -> Indices:
    row, column = np.divmod(edge, side)
    best, nearest = np.full(len(edge), NOBODY, np.int32), np.full(len(edge), np.iinfo(np.int64).max)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            inside = (row + down >= 0) & (row + down < side) & (column + across >= 0) & (column + across < side)
            found = source[np.where(inside, edge + down * side + across, edge)]
            away_down, away_across = found // side - row, found % side - column
            away = away_down.astype(np.int64) ** 2 + away_across.astype(np.int64) ** 2
            closer = inside & (found >= 0) & (away < nearest)
            best[closer], nearest[closer] = found[closer], away[closer]
    return best
