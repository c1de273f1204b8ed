# SPDX-License-Identifier: GPL-3.0-or-later
"""How many lanes a machine has room for: a core for each, and memory for what each holds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import torch

from triposr_addon.background_models import best_installed_or_none, is_installed, model_or_none
from triposr_addon.batch.item import Item
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.free_memory import free_bytes_or_none
from triposr_addon.worker.memory_needs import activation_bytes, extraction_bytes
from triposr_addon.worker.model.config import ModelConfig
from triposr_addon.worker.weight_placement import HOME

LANE_BYTES = 450 << 20
"""A process with PyTorch in it, idle."""
PHOTO_BYTES = 480 << 20
"""From a photo's file to its frame: measured, 0.46 GB for 12 megapixels."""
LEFT_FREE = 0.2
"""Of the free memory, for everybody else."""


def cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lane_count(wished: int | None, errands: int, lane_bytes: int, free: int | None = None) -> int:
    """The wished number, or what there are cores and memory for; never more than there are errands.

    lane_bytes: what one lane takes. free: bytes of memory; None asks the system.
    """
    if wished is None:
        free = free_bytes_or_none(HOME) if free is None else free
        room = cores() if free is None else int(free * (1.0 - LEFT_FREE) / lane_bytes)
        wished = min(cores(), room)
    return max(min(wished, errands), 1)


def making_bytes(config: ModelConfig, network_type: torch.dtype, surface: SurfaceSettings, cut_out: int) -> int:
    """What a lane takes that does all stages. The weights are mapped from their file, once for all lanes.

    surface: the largest. cut_out: bytes that a background model takes.
    """
    extraction = extraction_bytes(surface, 1 << 12, config.decoder.n_neurons)
    return LANE_BYTES + activation_bytes(config, network_type.itemsize) + max(extraction, PHOTO_BYTES + cut_out)


def preparing_bytes(cut_out: int) -> int:
    """What a lane takes beside a graphics card. Finishing takes less: a review at 256 nodes 0.06 GB, measured."""
    return LANE_BYTES + PHOTO_BYTES + cut_out


def cut_out_bytes(items: Iterable[Item], rembg_home: Path | None) -> int:
    """What the most demanding of the background models takes that may cut these items out; 0 where there is none."""
    if rembg_home is None:
        return 0
    names = {item.photo.rembg_model for item in items if item.photo.background in ("auto", "rembg")}
    models = (model_or_none(name) if name else best_installed_or_none(rembg_home) for name in names)
    return max((model.memory for model in models if model and is_installed(rembg_home, model)), default=0)
