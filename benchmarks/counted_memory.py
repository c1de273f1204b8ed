# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconstruct and extract take of a graphics card, by each path, counted without a card.

The network runs on torch's `meta` device, where tensors have sizes and no contents; the extraction runs on the
processor, for what it takes depends on the field. `LiveBytes` counts both as one device's.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from benchmarks.caching_allocator import GIVE_BACK, CachingAllocator, Event, smallest_budget
from benchmarks.live_bytes import LiveBytes
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import field_to_mesh
from triposr_addon.worker.memory_plan import PathName
from triposr_addon.worker.model.config import (
    DecoderConfig,
    FieldConfig,
    ImageEncoderConfig,
    ModelConfig,
    TransformerConfig,
    TriplaneTokensConfig,
    UpsamplerConfig,
)
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.warm_model import parts_to_place
from triposr_addon.worker.weight_placement import WeightPlacement

RELEASED = ModelConfig(
    image_size=512,
    image_encoder=ImageEncoderConfig(),
    triplane_tokens=TriplaneTokensConfig(plane_size=32, num_channels=1024),
    transformer=TransformerConfig(
        in_channels=1024, num_attention_heads=16, attention_head_dim=64, num_layers=16, cross_attention_dim=768
    ),
    upsampler=UpsamplerConfig(in_channels=1024, out_channels=40),
    decoder=DecoderConfig(in_channels=120, n_neurons=64, n_hidden_layers=9),
    field=FieldConfig(radius=0.87, density_bias=-1.0, num_samples_per_ray=128),
)
"""The released model."""

EMPTY_HOME, EMPTY_DEVICE = torch.device("meta"), torch.device("meta", 0)
"""Two devices without contents: to torch they differ, so that what moves from one to the other is a copy."""
FIELDS_DEVICE = torch.device("cpu", 0)


@dataclass(frozen=True)
class Count:
    """One run: the most that tensors took in the network's part and in the extraction's; every birth and death."""

    network_peak: int
    extraction_peak: int
    events: list[Event]

    @property
    def peak(self) -> int:
        """The most that tensors took."""
        return max(self.network_peak, self.extraction_peak)

    @cached_property
    def reserved(self) -> int:
        """What PyTorch's allocator takes from the card for that."""
        return CachingAllocator().follow(self.events).peak

    @cached_property
    def smallest_budget(self) -> int:
        """The least that it can do with, giving back what it keeps for later."""
        return smallest_budget(self.events)


def released_network(network_type: torch.dtype) -> tuple[Reconstructor, WeightPlacement]:
    """The released model without contents, as the worker loads it for a card that computes in `network_type`."""
    with EMPTY_HOME:
        reconstructor = Reconstructor(RELEASED, fused_attention)
    types = reconstructor.type_of_tensors(network_type)
    weights = {name: tensor.to(types[name]) for name, tensor in reconstructor.state_dict().items()}
    reconstructor.load_state_dict(weights, assign=True)
    reconstructor.requires_grad_(requires_grad=False).eval()
    return reconstructor, WeightPlacement(parts_to_place(reconstructor), reconstructor.forget)


def fused_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Attention as the kernels of graphics cards do it: its matrix is never whole."""
    attended: Tensor = torch.ops.aten._scaled_dot_product_flash_attention(queries, keys, values)[0]
    return attended


def count(path: PathName, network_type: torch.dtype, field: TriplaneField, settings: SurfaceSettings) -> Count:
    """Reconstruct, then extract `field`, by `path`."""
    reconstructor, placement = released_network(network_type)
    events: list[Event] = []
    with LiveBytes(told=lambda number, size: events.append((number, size))) as live, torch.no_grad():
        reconstruct(path, reconstructor, placement, EMPTY_DEVICE)
        network_peak = live.peak
        if path != "resident":
            events.append(GIVE_BACK)
        live.start_stage()
        _extract(field, settings)
        extraction_peak = live.peak
        placement.send_home()
    return Count(network_peak, extraction_peak, events)


def reconstruct(path: PathName, reconstructor: Reconstructor, placement: WeightPlacement, device: torch.device) -> None:
    """Run the network once on `device`, by `path`."""
    side = reconstructor.config.image_size
    picture = torch.zeros(1, 3, side, side, device=device)
    if path == "streamed":
        with placement.streamed(device):
            reconstructor(picture)
        return
    placement.bring(device)
    reconstructor(picture)
    if path == "offloaded":
        placement.send_home()


def _extract(field: TriplaneField, settings: SurfaceSettings) -> None:
    field_to_mesh(field.to(FIELDS_DEVICE), settings, Steps(lambda *_what: None, lambda: False))


def asking(field: TriplaneField, chunk_points: int) -> TriplaneField:
    """The field, asked so many points at once."""
    return dataclasses.replace(field, points_at_once=chunk_points)
