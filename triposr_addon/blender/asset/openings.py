# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings of a mesh: its loops of open edges, and the triangles that close them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from mathutils import Vector
from mathutils.geometry import tessellate_polygon

from ..mesh_arrays import Doubles
from .surface import Numbers, Surface
from .topology import open_edges

Loop = list[int]
"""Vertices around an opening, in the order in which triangles that close it run along them."""


def filled(surface: Surface, most_edges: int) -> tuple[Surface, int]:
    """With every opening of at most `most_edges` edges closed, and how many that were."""
    loops = [loop for loop in loops_of(surface) if len(loop) <= most_edges]
    for loop in loops:
        surface = with_lid(surface, loop)
    return surface, len(loops)


def loops_of(surface: Surface) -> list[Loop]:
    """All openings. Where two touch in a vertex, each is a loop of its own."""
    following: dict[int, list[int]] = defaultdict(list)
    for start, end in open_edges(surface.triangles, len(surface.vertices)).tolist():
        following[end].append(start)
    loops = []
    while following:
        path = [next(iter(following))]
        places = {path[0]: 0}
        while path and path[-1] in following:
            ahead = following[path[-1]]
            vertex = ahead.pop()
            if not ahead:
                del following[path[-1]]
            if vertex in places:  # a loop is closed; what led to it may go on
                loop = path[places[vertex] :]
                loops.append(loop)
                for passed in loop[1:]:
                    del places[passed]
                path = path[: places[vertex] + 1]
            else:
                places[vertex] = len(path)
                path.append(vertex)
    return [loop for loop in loops if len(loop) > 2]


def with_lid(surface: Surface, loop: Loop) -> Surface:
    """With one opening closed: by triangles between its vertices, or where they can't be, by a fan to its middle."""
    lid = _tessellated(surface.vertices, [loop])
    if len(lid) == len(loop) - 2 and _fits(lid, loop):
        return Surface(surface.vertices, np.vstack([surface.triangles, lid]), surface.colours)
    middle = len(surface.vertices)
    fan = np.array([(a, b, middle) for a, b in zip(loop, loop[1:] + loop[:1], strict=True)], np.int32)
    colour = surface.colours[loop].mean(axis=0, keepdims=True) if surface.colours is not None else None
    return surface.with_more(surface.vertices[loop].mean(axis=0, keepdims=True), fan, colour)


def with_flat_lids(surface: Surface, loops: list[Loop]) -> Surface:
    """With openings that lie in one plane closed; those within another are holes of its lid."""
    lid = _tessellated(surface.vertices, loops)
    edges = {(a, b) for a, b, c in lid.tolist() for a, b in ((a, b), (b, c), (c, a))}
    border = {(a, b) for loop in loops for a, b in zip(loop, loop[1:] + loop[:1], strict=True)}
    if {(a, b) for a, b in edges if (b, a) not in edges} == border and len(edges) == 3 * len(lid):
        return Surface(surface.vertices, np.vstack([surface.triangles, lid]), surface.colours)
    for loop in loops:
        surface = with_lid(surface, loop)
    return surface


def _tessellated(vertices: Doubles, loops: list[Loop]) -> Numbers:
    """Triangles between the loops' vertices, all facing as the first loop runs; few or none where they cross."""
    numbers = [vertex for loop in loops for vertex in loop]
    lines = [[Vector(vertices[vertex]) for vertex in loop] for loop in loops]
    lid = np.array(tessellate_polygon(lines), np.int32).reshape(-1, 3)
    if not len(lid):
        return lid
    made = np.array(numbers, np.int32)[lid]
    # Its triangles all face one way, but which one is not said.
    edges = {(a, b) for a, b, c in made.tolist() for a, b in ((a, b), (b, c), (c, a))}
    along = sum((a, b) in edges for loop in loops for a, b in zip(loop, loop[1:] + loop[:1], strict=True))
    against = sum((b, a) in edges for loop in loops for a, b in zip(loop, loop[1:] + loop[:1], strict=True))
    return made if along >= against else made[:, ::-1]


def _fits(lid: Numbers, loop: Loop) -> bool:
    """Whether triangles use each edge of the loop once, as it runs, and all others twice."""
    edges = [(a, b) for a, b, c in lid.tolist() for a, b in ((a, b), (b, c), (c, a))]
    border = {(a, b) for a, b in edges if (b, a) not in set(edges)} if len(edges) == len(set(edges)) else set()
    return border == set(zip(loop, loop[1:] + loop[:1], strict=True))
