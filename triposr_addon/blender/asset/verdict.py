# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh is worth as geometry: closed or not, parts, handles, open edges, triangles that run through others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from mathutils.bvhtree import BVHTree

from ..words import told
from .surface import Surface
from .topology import Topology, topology_of

SHORTEST_CUT = 3e-4
"""Of the size: two triangles that share a vertex run through each other where their cut is longer than that."""


@dataclass(frozen=True)
class Verdict:
    """triangles: all of them. crossing: how many run through another one. size: of the box, metres."""

    topology: Topology
    triangles: int
    crossing: int
    size: tuple[float, float, float]

    @property
    def good(self) -> bool:
        """Closed, and nothing runs through anything."""
        return self.topology.closed and self.crossing == 0


def verdict_of(surface: Surface) -> Verdict:
    """Look at everything; about a second for 200,000 triangles on one core."""
    size = tuple(float(length) for length in surface.size)
    topology = topology_of(surface.triangles, len(surface.vertices))
    return Verdict(topology, len(surface.triangles), crossing_triangles(surface), (size[0], size[1], size[2]))


def crossing_triangles(surface: Surface) -> int:
    """How many triangles run through another one. Those that lie in the same plane are not found."""
    if not len(surface.triangles):
        return 0
    tree = tree_of(Surface(surface.vertices / (surface.size.max() or 1.0), surface.triangles), SHORTEST_CUT**2)
    return len({number for pair in tree.overlap(tree) for number in pair})


def tree_of(surface: Surface, epsilon: float = 0.0) -> BVHTree:
    """For rays and nearest points, in the surface's own metres."""
    places, triangles = surface.vertices.tolist(), surface.triangles.tolist()
    made: Any = BVHTree.FromPolygons(places, triangles, all_triangles=True, epsilon=epsilon)  # stubs say it is None
    return cast("BVHTree", made)


def verdict_words(verdict: Verdict) -> str:
    """The verdict as a line of text, in the artist's language."""
    topology = verdict.topology
    closed = told("Watertight") if topology.closed else told("Not watertight")
    genus = "?" if topology.genus is None else topology.genus
    width, depth, height = verdict.size
    counts = told(
        "parts {parts}, genus {genus}, open edges {open}, tangled edges {tangled}, self-intersections {crossing}",
        parts=topology.parts,
        genus=genus,
        open=topology.open_edges,
        tangled=topology.tangled_edges,
        crossing=verdict.crossing,
    )
    size = told(
        "{count:,} triangles, {width:.3g} x {depth:.3g} x {height:.3g} m",
        count=verdict.triangles,
        width=width,
        depth=depth,
        height=height,
    )
    return f"{closed}: {counts}; {size}"
