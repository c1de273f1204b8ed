# SPDX-License-Identifier: GPL-3.0-or-later
"""How torch's threads wait for each other: asleep, so that a busy computer does not stand in their way.

By default OpenMP's threads spin while they wait. That gains microseconds where each has a core to itself. Where
another program wants a core too - Blender drawing is enough - the spinning takes the time that the thread waited for
would have needed: a job of 2 seconds took 20 with one busy program beside it, and 2.4 with sleeping threads.
"""

from __future__ import annotations

import os


def let_idle_threads_sleep() -> None:
    """To be called before torch is first imported: OpenMP reads its settings once. What the user has set stays."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
