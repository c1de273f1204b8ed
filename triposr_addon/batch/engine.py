# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine makes a library on this machine. All of them give the same results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from triposr_addon.background_models import best_installed_or_none
from triposr_addon.batch.card_engine import CardEngine
from triposr_addon.batch.item import Item
from triposr_addon.batch.lane_count import cores, lane_count
from triposr_addon.batch.lane_engine import LaneEngine
from triposr_addon.batch.local_engine import make_in_turn
from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.worker.checkpoint import CONFIG_NAME, read_config
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.precision import Precision, network_type

ON_A_CARD = 4
"""Pictures in the network at once, where nobody says how many."""


def make(
    plan: BatchPlan, items: Sequence[Item], overseer: Overseer, lanes: int | None = None, at_once: int | None = None
) -> None:
    """Make the items. lanes, at_once: None for what suits the machine.

    Raises TargetFailure; ModelFailure, DeviceUnavailable, OutOfMemory before anything is made.
    """
    if not items:
        return
    device = choose_device(plan.device)
    if device.type != "cpu":
        CardEngine(plan, overseer, lanes or cores(), at_once or ON_A_CARD).make(items)
        return
    at_once = at_once or 1
    if lanes == 1:
        make_in_turn(plan, items, overseer, at_once)
        return
    # One lane, too, is a process of its own: a picture that ends it costs only itself.
    largest = max((item.surface for item in items), key=lambda surface: surface.resolution)
    config, kind = read_config(plan.model / CONFIG_NAME), network_type(device, cast("Precision", plan.precision))
    cuts_out = any(item.photo.background in ("auto", "rembg") for item in items)
    cuts_out = cuts_out and best_installed_or_none(plan.rembg_home) is not None
    lanes = lane_count(lanes, -(-len(items) // at_once), config, kind, largest, cuts_out=cuts_out)
    LaneEngine(plan, overseer, lanes, at_once).make(items)
