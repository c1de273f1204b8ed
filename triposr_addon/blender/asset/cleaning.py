# SPDX-License-Identifier: GPL-3.0-or-later
"""The first stage: clean geometry. Each step can be left out; what the mesh is worth then is said at the end."""

from __future__ import annotations

from dataclasses import dataclass

from ..words import told, ui
from .clipping import symmetrised, with_flat_base
from .failures import MeshNotClosed, NothingLeft
from .hollowing import hollowed
from .loose_parts import without_hidden, without_specks
from .openings import filled
from .smoothing import smoothed
from .stage import Progress, Stage, within
from .surface import Surface
from .topology import topology_of
from .verdict import Verdict, verdict_of, verdict_words
from .welding import welded

KEPT_SIDES = {"POSITIVE": 1.0, "NEGATIVE": -1.0}


@dataclass(frozen=True)
class Cleaning:
    """weld, wall: metres; 0 is none. smallest_part, least_seen, flat_base: shares 0..1. largest_hole: edges.

    smoothing: steps. symmetrise: NONE, POSITIVE (the half towards +X stays) or NEGATIVE.
    """

    weld: float = 0.0001
    smallest_part: float = 0.01
    least_seen: float = 0.01
    largest_hole: int = 500
    smoothing: int = 0
    symmetrise: str = "NONE"
    flat_base: float = 0.0
    wall: float = 0.0


@dataclass(frozen=True)
class Cleaned:
    """The surface, what it is worth, and what was done: vertices welded, parts that went, openings that were closed."""

    surface: Surface
    verdict: Verdict
    welded: int
    specks: int
    hidden: int
    filled: int


def clean(surface: Surface, wished: Cleaning) -> Stage[Cleaned]:
    """Weld, drop specks and hidden parts, fill, smooth, symmetrise, cut the base flat, hollow; then look at it all.

    Raises NothingLeft; MeshNotClosed, WallTooThin where it is to be hollowed.
    """
    yield Progress(ui("Weld"), 0.0)
    joined = welded(surface, wished.weld) if wished.weld > 0.0 else surface
    yield Progress(ui("Loose parts"), 0.1)
    large, specks = without_specks(joined, wished.smallest_part)
    yield Progress(ui("Hidden parts"), 0.2)
    seen, hidden = without_hidden(large, wished.least_seen)
    yield Progress(ui("Fill holes"), 0.3)
    whole, openings = filled(seen, wished.largest_hole) if wished.largest_hole else (seen, 0)
    yield Progress(ui("Smooth"), 0.4)
    shaped = yield from _shaped(smoothed(whole, wished.smoothing), wished)
    yield Progress(ui("Check"), 0.8)
    if not len(shaped.triangles):
        raise NothingLeft
    went = len(surface.vertices) - len(joined.vertices)
    return Cleaned(shaped, verdict_of(shaped), went, specks, hidden, openings)


def cleaned_words(cleaned: Cleaned) -> str:
    """What was done, in the artist's language."""
    return told(
        "{welded:,} vertices welded, {specks} specks and {hidden} hidden parts removed, {filled} holes filled",
        welded=cleaned.welded,
        specks=cleaned.specks,
        hidden=cleaned.hidden,
        filled=cleaned.filled,
    ) + (". " + verdict_words(cleaned.verdict))


def _shaped(surface: Surface, wished: Cleaning) -> Stage[Surface]:
    side = KEPT_SIDES.get(wished.symmetrise)
    if side is not None:
        yield Progress(ui("Symmetrise"), 0.5)
        surface = symmetrised(surface, side)
    if wished.flat_base > 0.0:
        yield Progress(ui("Flat base"), 0.55)
        surface = with_flat_base(surface, wished.flat_base)
    if wished.wall > 0.0:
        if not topology_of(surface.triangles, len(surface.vertices)).closed:
            raise MeshNotClosed
        surface = yield from within(hollowed(surface, wished.wall), 0.6, 0.8)
    return surface
