# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a mesh is as it is, in a few words with what to do about it; told from the cut-out's warnings and the review."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from triposr_addon.folder_log import LARGEST_NUMBER, MADE, PictureLine

POOR, GOOD = 0.7, 0.85
"""Below POOR a mesh is hardly its photo's; from GOOD on it is as it should be."""

MUCH_MISSED = 0.07
MUCH_BEYOND = 0.1
THIN_LOST = 0.012
"""Shares of the cut-out, see protocol.Reviewed. A leg of a chair is 0.02 of it."""
SPECKS_SHARE = 0.9
"""Where the largest part has more of the triangles, the others are specks."""
FLAT_DEPTH = 0.25
"""Of the longer side that the camera sees: less depth than this is a relief."""
SEVERAL = "several parts"
"""In a cut-out."""
MUCH_TURNED = 20.0
"""Degrees."""
GAINED_BY_TURNING = 0.06

OPEN_COSTS, PART_COSTS, MOST_FOR_PARTS = 0.1, 0.02, 0.08


def score(line: PictureLine) -> float:
    """0..1: the silhouettes' overlap from the front, less something for open edges and for loose parts.

    0 for what failed; 0.5 where nothing is known of the overlap.
    """
    if line.status != MADE:
        return 0.0
    overlap = 0.5 if line.overlap is None else line.overlap
    loose = min(PART_COSTS * max(line.parts - 1, 0), MOST_FOR_PARTS)
    return round(max(overlap - loose - (0.0 if line.closed else OPEN_COSTS), 0.0), 2)


def likely_causes(line: PictureLine) -> list[str]:
    """What is to blame, most telling first; nothing where all is well. Of a failure its own sentence."""
    if line.status != MADE:
        return [line.sentence or "Cancelled before it was made."]
    cut_out = list(_of_the_cut_out(line.warnings))
    several = any(cause.startswith(SEVERAL) for cause in cut_out)
    causes = [*cut_out, *_of_the_mesh(line, wants_parts=several)]
    if not causes and line.overlap is not None and line.overlap < GOOD:
        return ["unlike the photo: try another foreground ratio"]
    return causes


def _of_the_cut_out(warnings: tuple[str, ...]) -> Iterator[str]:
    """The warnings of cutout_warnings.py in short; what else was warned of is about the computer, not the picture."""
    for warning in warnings:
        if touched := re.search(r"touches the photo's (.+?) edges?\.", warning):
            yield f"subject touches the {touched[1]} border: it may be cut off"
        elif tiny := re.search(r"only (\d+) pixels across", warning):
            yield f"subject tiny: {tiny[1]} px"
        elif parts := re.search(r"has (\d+) separate parts", warning):
            yield f"{SEVERAL} ({parts[1]}): the mask may hold more than one object"


def _of_the_mesh(line: PictureLine, *, wants_parts: bool) -> Iterator[str]:
    """wants_parts: the cut-out has several, so the mesh must have them too."""
    review: Mapping[str, Any] = line.review
    missed, thin, beyond = (_number(review, name) for name in ("missed", "missed_thin", "beyond"))
    if thin > THIN_LOST:
        yield "thin parts lost: lower the threshold"
    elif missed > MUCH_MISSED:
        yield "smaller than the cut-out: lower the threshold"
    if beyond > MUCH_BEYOND:
        yield "swells beyond the cut-out: raise the threshold"
    if not wants_parts:
        yield from _about_parts(line.parts, _number(review, "largest_part", 1.0))
    if not line.closed:
        yield "open edges: fill holes before printing"
    yield from _about_depth(review.get("size", ()))
    yield from _about_camera(review)


def _about_parts(parts: int, largest: float) -> Iterator[str]:
    if parts > 1 and largest < SPECKS_SHARE:
        yield f"falls apart into {parts} parts: lower the threshold, or check the mask"
    elif parts > 1:
        yield f"{parts - 1} loose {'speck' if parts == 2 else 'specks'}: drop small parts"


def _about_depth(size: Any) -> Iterator[str]:
    numbers = size if isinstance(size, list | tuple) and all(isinstance(side, int | float) for side in size) else ()
    if len(numbers) == 3 and size[1] < FLAT_DEPTH * max(size[0], size[2]):
        yield "flat: try another foreground ratio"


def _about_camera(review: Mapping[str, Any]) -> Iterator[str]:
    gained = _number(review, "overlap") - _number(review, "overlap_front")
    told = review.get("camera")
    camera = told if isinstance(told, dict) else {}
    elevation, azimuth = _number(camera, "elevation"), _number(camera, "azimuth")
    if gained > GAINED_BY_TURNING and max(abs(elevation), abs(azimuth)) > MUCH_TURNED:
        where = "above" if elevation > MUCH_TURNED else "below" if elevation < -MUCH_TURNED else "the side"
        yield f"seen from {where} rather than the front: the mesh may stand askew"


def _number(review: Mapping[str, Any], name: str, otherwise: float = 0.0) -> float:
    """A log is a file: what is no number there is as if it were not told."""
    value = review.get(name, otherwise)
    return float(value) if isinstance(value, int | float) and abs(value) < LARGEST_NUMBER else otherwise
