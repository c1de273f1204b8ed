# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is suspended when Blender goes would never see the end of its standard input, and stay for ever."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From Linux' prctl.h: the signal that a process gets when its parent ends."""


def wake_when_orphaned() -> None:
    """Have Linux continue this process when its parent ends; it then leaves by itself. No effect on other systems.

    To one that runs, the signal is nothing. The system counts the thread that started us as the parent.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a system library without it
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)
