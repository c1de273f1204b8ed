# SPDX-License-Identifier: GPL-3.0-or-later
"""What a review or a contact sheet can fail of: a file that it looks at."""

from __future__ import annotations

from triposr_addon.worker.failures import WorkerFailure


class ReviewFailure(WorkerFailure):
    """A mesh that can't be held against its cut-out."""


class MeshFileMissing(ReviewFailure):
    """No mesh file at that path."""

    code = "MESH_FILE_MISSING"


class MeshFileUnreadable(ReviewFailure):
    """Not .npz, cut short, empty, or its arrays do not fit each other."""

    code = "MESH_FILE_UNREADABLE"


class CutOutUnreadable(ReviewFailure):
    """The framed cut-out is missing, no picture, or shows nothing."""

    code = "CUT_OUT_UNREADABLE"


class LogUnreadable(ReviewFailure):
    """The log that a contact sheet is to be drawn from can't be read."""

    code = "LOG_UNREADABLE"
