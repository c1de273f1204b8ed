# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist should know about a cut-out before a mesh is made of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triposr_addon.worker.failures import SubjectMissing
from triposr_addon.worker.framing import REGION_SIDE, SUBJECT_NOT_FOUND, subject_pixels
from triposr_addon.worker.regions import Mask, in_blocks, region_weights

TOUCH_SHARE = 0.02
"""The subject touches an edge of the photo where it takes more than this share of it."""

TINY_PIXELS = 128
"""A subject whose longer side has fewer pixels is tiny: the network looks at 435 of them."""

LARGE_PART_SHARE = 0.1
"""A part of this share of the largest one, or more, is no speck: is it meant to be there?"""


def cutout_warnings(alpha: npt.NDArray[np.uint8], nothing: str = SUBJECT_NOT_FOUND) -> tuple[str, ...]:
    """Sentences with the next step, about the mask [H, W]; none where it is as it should be.

    nothing: what to say where there is no subject.
    """
    try:
        subject = subject_pixels(alpha)
    except SubjectMissing:
        return (nothing,)
    return tuple(sentence for sentence in (_touching(subject), _tiny(subject), _in_parts(subject)) if sentence)


def _touching(subject: Mask) -> str:
    edges = {"top": subject[0], "bottom": subject[-1], "left": subject[:, 0], "right": subject[:, -1]}
    touched = [name for name, edge in edges.items() if edge.mean() > TOUCH_SHARE]
    if not touched:
        return ""
    where = f"{touched[0]} edge" if len(touched) == 1 else f"{', '.join(touched[:-1])} and {touched[-1]} edges"
    return (
        f"The subject touches the photo's {where}. If it is cut off there, so will the mesh be: "
        "use a photo that shows all of it."
    )


def _tiny(subject: Mask) -> str:
    rows, columns = np.flatnonzero(subject.any(axis=1)), np.flatnonzero(subject.any(axis=0))
    pixels = int(max(np.ptp(rows), np.ptp(columns))) + 1
    if pixels >= TINY_PIXELS:
        return ""
    return (
        f"The subject is only {pixels} pixels across, so the mesh will be vague. "
        f"Use a photo in which it has at least {TINY_PIXELS}, better 500."
    )


def _in_parts(subject: Mask) -> str:
    weights = region_weights(in_blocks(subject, REGION_SIDE)[0])
    parts = int(np.count_nonzero(weights >= LARGE_PART_SHARE * weights[0]))
    if parts == 1:
        return ""
    return (
        f"The cut-out has {parts} separate parts. If only one is the subject, "
        "keep the largest part alone or erase the others from the mask."
    )
