# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the artist is in the middle of something: a mesh is not exchanged under moving hands."""

from __future__ import annotations

import time

import bpy

from .watch import LONGEST_COURTESY_SECONDS, TRIPOSR_OT_watch

Hands = frozenset[int]
"""Modal operators at work, by address."""


def hands(context: bpy.types.Context) -> Hands:
    """What is at work now, in all windows, but for our own follower of the queue."""
    return frozenset(
        operator.as_pointer()
        for window in context.window_manager.windows
        for operator in window.modal_operators
        if operator.bl_idname != TRIPOSR_OT_watch.__name__
    )


def are_free(context: bpy.types.Context, busy_before: Hands, since: float) -> bool:
    """Whether nothing is at work that began after an order, or it lasts so long that it is some extension's listener.

    since: when it was ordered, by time.monotonic().
    """
    return hands(context) <= busy_before or time.monotonic() - since > LONGEST_COURTESY_SECONDS
