# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine makes a library on this machine. All of them give the same results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from triposr_addon.batch.card_engine import CardEngine
from triposr_addon.batch.item import Item
from triposr_addon.batch.lane_count import cut_out_bytes, lane_count, making_bytes, preparing_bytes
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
    cut_out = cut_out_bytes(items, plan.rembg_home)
    if device.type != "cpu":
        lanes = lane_count(lanes, len(items), preparing_bytes(cut_out))
        CardEngine(plan, overseer, lanes, at_once or ON_A_CARD).make(items)
        return
    at_once = at_once or 1
    if lanes == 1:
        make_in_turn(plan, items, overseer, at_once)
        return
    # One lane, too, is a process of its own: a picture that ends it costs only itself.
    largest = max((item.surface for item in items), key=lambda surface: surface.resolution)
    config, kind = read_config(plan.model / CONFIG_NAME), network_type(device, cast("Precision", plan.precision))
    need = making_bytes(config, kind, largest, cut_out)
    lanes = lane_count(lanes, -(-len(items) // at_once), need)
    LaneEngine(plan, overseer, lanes, at_once).make(items)
