# SPDX-License-Identifier: GPL-3.0-or-later
"""How torch's threads wait for each other: awake for a moment, then asleep.

By default OpenMP's threads spin for long while they wait. Where another program wants a core too - Blender drawing is
enough - the spinning takes the time that the thread waited for would have needed. Where they sleep at once, waking them
for each of thousands of small steps costs more than the steps do (docs/decisions/before_the_first_click.md).
"""

from __future__ import annotations

import os

SPINS = 3000
"""About a tenth of a millisecond: longer than the pause between two steps, shorter than a program's turn on a core."""


def let_idle_threads_sleep() -> None:
    """To be called before torch is first imported: OpenMP reads its settings once. What the user has set stays."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
        os.environ.setdefault("GOMP_SPINCOUNT", str(SPINS))
