# SPDX-License-Identifier: GPL-3.0-or-later
"""What a texture can fail of, beside files and memory."""

from __future__ import annotations

from triposr_addon.worker.failures import WorkerFailure


class UvsOutside(WorkerFailure):
    """A UV map that leaves the picture: tiled, or laid out over several."""

    code = "UVS_OUTSIDE"


class PhotoDoesNotFit(WorkerFailure):
    """The object's outline is not that of its photo, so that it can't be projected."""

    code = "PHOTO_DOES_NOT_FIT"
