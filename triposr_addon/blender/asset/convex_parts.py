# SPDX-License-Identifier: GPL-3.0-or-later
"""A shape as a few convex parts: cut by planes where a hull holds most air, then joined where that costs least."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..mesh_arrays import Doubles
from ..words import ui
from .clipping import closed_halves, halves
from .convex_hull import hull_of, volume_of
from .stage import Progress, Stage
from .surface import Surface
from .topology import parts_of

PLACES = 9
"""At so many places along each axis a cut is tried."""
FULL = 0.02
"""Of the first hull's volume: a part with less air in its hull is not cut; parts are joined where less air comes."""
THINNEST = 1e-3
"""Of the first hull's volume: a part that is smaller is left out."""
MORE_CUTS = 4
"""Than parts are wanted: a ring gains nothing by its first cut."""


@dataclass(frozen=True)
class Part:
    """A closed piece, and how much its hull holds, and how much of that is air."""

    surface: Surface
    hull: float
    air: float


def convex_parts(surface: Surface, most: int) -> Stage[list[Surface]]:
    """At most `most` pieces of a closed surface, whose hulls together hold little more than it does.

    Best with one or two thousand triangles: then it takes a second or two.
    """
    whole = _part(surface)
    parts = [whole]
    while len(parts) < most + MORE_CUTS:
        yield Progress(ui("Convex parts"), len(parts) / (most + MORE_CUTS))
        airiest = max(parts, key=lambda part: part.air)
        pieces = _cut(airiest) if airiest.air > FULL * whole.hull else []
        if not pieces:
            break
        parts = [part for part in parts if part is not airiest] + pieces
    parts = [part for part in parts if part.hull > THINNEST * whole.hull] or [whole]
    return [part.surface for part in _joined(parts, most, FULL * whole.hull)]


def _part(surface: Surface) -> Part:
    hull = _hull_volume(surface.vertices)
    return Part(surface, hull, hull - abs(volume_of(surface)))


def _hull_volume(points: Doubles) -> float:
    hull = hull_of(points)
    return volume_of(hull) if hull is not None else 0.0


def _cut(part: Part) -> list[Part]:
    """The two pieces whose hulls are smallest together: apart already, or on both sides of a plane; else nothing."""
    surface = part.surface
    loose = _loose(surface)
    if loose:
        return loose
    low, size, best = surface.vertices.min(axis=0), surface.size, (np.inf, 0, 0.0)
    for axis, share in itertools.product(range(3), np.linspace(0.0, 1.0, PLACES + 2)[1:-1]):
        at = float(low[axis] + share * size[axis])
        hulls = [_hull_volume(half.vertices) for half in halves(surface, axis, at) if len(half.triangles)]
        if len(hulls) == 2:
            best = min(best, (sum(hulls) + 1e-3 * part.hull * abs(share - 0.5), axis, at))
    if not np.isfinite(best[0]):
        return []
    return [_part(half) for half in closed_halves(surface, best[1], best[2])]


def _loose(surface: Surface) -> list[Part]:
    """The largest loose part, and all the others; nothing where there is one alone."""
    parts = parts_of(surface.triangles, len(surface.vertices))
    counts = np.bincount(parts)
    if len(counts) < 2:
        return []
    largest = parts == counts.argmax()
    return [_part(surface.with_triangles(surface.triangles[side])) for side in (largest, ~largest)]


def _joined(parts: Sequence[Part], most: int, cheap: float) -> list[Part]:
    """With two parts as one, again and again: while there are too many, or where hardly any air comes by it."""
    kept = list(parts)
    while len(kept) > 1:
        pairs = list(itertools.combinations(range(len(kept)), 2))
        both = [_together(kept[one], kept[other]) for one, other in pairs]
        costs = [
            joined.hull - kept[one].hull - kept[other].hull for joined, (one, other) in zip(both, pairs, strict=True)
        ]
        cheapest = int(np.argmin(costs))
        if len(kept) <= most and costs[cheapest] > cheap:
            break
        kept = [part for number, part in enumerate(kept) if number not in pairs[cheapest]] + [both[cheapest]]
    return kept


def _together(one: Part, other: Part) -> Part:
    surface = one.surface.with_more(
        other.surface.vertices, other.surface.triangles + len(one.surface.vertices), other.surface.colours
    )
    return _part(surface)
