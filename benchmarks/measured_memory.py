# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconstruct and extract take of the graphics card that is there, by each path, as its allocator tells it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from benchmarks.counted_memory import RELEASED, reconstruct
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import field_to_mesh
from triposr_addon.worker.memory_plan import PathName
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.precision import network_type
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.warm_model import parts_to_place
from triposr_addon.worker.weight_placement import WeightPlacement


@dataclass(frozen=True)
class Measured:
    """Bytes, as in counted_memory.Count. smallest_budget can't be measured."""

    network_peak: int
    extraction_peak: int
    reserved: int
    smallest_budget: None = None


def measure(path: PathName, device: torch.device, field: TriplaneField, settings: SurfaceSettings) -> Measured:
    """Reconstruct with weights that are drawn, not trained, then extract `field`, by `path` on `device`."""
    reconstructor = _drawn_network(network_type(device))
    placement = WeightPlacement(parts_to_place(reconstructor), reconstructor.forget)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    with torch.no_grad():
        reconstruct(path, reconstructor, placement, device)
    if path != "resident":
        torch.cuda.empty_cache()
    network_peak = torch.cuda.max_memory_allocated(device)
    reserved = torch.cuda.max_memory_reserved(device)
    torch.cuda.reset_peak_memory_stats(device)
    field_to_mesh(field.to(device), settings, Steps(lambda *_what: None, lambda: False))
    extraction_peak = torch.cuda.max_memory_allocated(device)
    reserved = max(reserved, torch.cuda.max_memory_reserved(device))
    placement.send_home()
    return Measured(network_peak, extraction_peak, reserved)


def _drawn_network(kind: torch.dtype) -> Reconstructor:
    reconstructor = Reconstructor(RELEASED).requires_grad_(requires_grad=False).eval()
    types = reconstructor.type_of_tensors(kind)
    weights = {name: tensor.to(types[name]) for name, tensor in reconstructor.state_dict().items()}
    reconstructor.load_state_dict(weights, assign=True)
    return reconstructor
