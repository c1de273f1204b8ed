# SPDX-License-Identifier: GPL-3.0-or-later
"""Ghosts: where the objects of waiting and running jobs will stand, and about how large they will be.

Numbers only. Nothing of a ghost is in the .blend; `ghost_drawing` draws them over the 3D View.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .ghost_picture import SubjectPicture, subject_or_none
from .grid import Grid
from .placement import Place, Placement, Row
from .queue import Queue

MOST_WITH_PICTURES = 12
"""A folder of hundreds is boxes; each picture takes graphics memory."""

UNKNOWN_ASPECT = 1.0


@dataclass(frozen=True)
class Ghost:
    """A box on its foot: `place` is the middle of its base, `size` its width, depth and height; Blender units.

    fraction: of the job that is done, 0..1. picture: of the subject, where it is known.
    """

    name: str
    place: Place
    size: tuple[float, float, float]
    fraction: float = 0.0
    picture: SubjectPicture | None = None


def size_of(placement: Placement, aspect: float) -> tuple[float, float, float]:
    """Width, depth and height of an object whose picture has that aspect, width / height.

    A picture says nothing about the depth: the shorter of the two others stands for it.
    """
    height = placement.size
    if placement.size_by == "longest" and aspect > 1.0:
        height = placement.size / aspect
    width = height * aspect
    return (width, min(width, height), height)


def ghosts_of(queue: Queue, scene_uid: int) -> tuple[Ghost, ...]:
    """Of each job whose object is still to come into that scene, in the order of the queue; one for all candidates."""
    ghosts: list[Ghost] = []
    rows: dict[Row | Grid, list[int]] = {}
    tried = False
    for view in queue.views():
        ticket = queue.ticket(view.id)
        order = ticket.order
        if ticket.settled or order.scene_uid != scene_uid or (order.candidate is not None and tried):
            continue
        tried = tried or order.candidate is not None
        picture = subject_or_none(ticket, view.request.photo) if len(ghosts) < MOST_WITH_PICTURES else None
        size = size_of(order.placement, picture.aspect if picture is not None else UNKNOWN_ASPECT)
        if order.row is not None:
            rows.setdefault(order.row, []).append(len(ghosts))
        ghosts.append(Ghost(view.id, order.placement.place, size, view.fraction, picture))
    for row, members in rows.items():  # each row once: a folder has hundreds, and this is asked at every redraw
        places = row.expected([ghosts[member].size[0] for member in members])
        for member, place in zip(members, places, strict=True):
            ghosts[member] = replace(ghosts[member], place=place)
    return tuple(ghosts)
