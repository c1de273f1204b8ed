# SPDX-License-Identifier: GPL-3.0-or-later
"""How many lanes a machine has room for: a core for each, and memory for what each holds."""

from __future__ import annotations

import os

import torch

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.free_memory import free_bytes_or_none
from triposr_addon.worker.memory_needs import activation_bytes, extraction_bytes
from triposr_addon.worker.model.config import ModelConfig
from triposr_addon.worker.weight_placement import HOME

LANE_BYTES = 450 << 20
"""A process with PyTorch in it, idle."""
CUT_OUT_BYTES = 1 << 30
"""What a background model takes while it runs."""
LEFT_FREE = 0.2
"""Of the free memory, for everybody else."""


def cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lane_count(
    wished: int | None,
    groups: int,
    config: ModelConfig,
    network_type: torch.dtype,
    surface: SurfaceSettings,
    free: int | None = None,
    *,
    cuts_out: bool = False,
) -> int:
    """The wished number, or what there are cores and memory for; never more than there are groups to make.

    cuts_out: whether a background model may run in each. free: bytes of memory; None asks the system. The weights are
    mapped from their file, once for all lanes.
    """
    if wished is None:
        free = free_bytes_or_none(HOME) if free is None else free
        width = config.decoder.n_neurons
        need = LANE_BYTES + activation_bytes(config, network_type.itemsize)
        need += max(extraction_bytes(surface, 1 << 12, width), CUT_OUT_BYTES if cuts_out else 0)
        room = cores() if free is None else int(free * (1.0 - LEFT_FREE) / need)
        wished = min(cores(), room)
    return max(min(wished, groups), 1)
