# SPDX-License-Identifier: GPL-3.0-or-later
"""A model that stays loaded from one photo to the next, with its weights wherever memory allows them to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_on_host
from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.half_weights import is_half_weights
from triposr_addon.worker.memory_needs import NetworkNeeds, network_needs
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.precision import network_type
from triposr_addon.worker.weight_placement import HOME, WeightPlacement

TypeFor = Callable[[torch.device], torch.dtype]
"""Tells in which type the network computes on a device."""


@dataclass(frozen=True)
class PlacedNetwork:
    """A checkpoint in one number type, where its weights are, and what it needs there."""

    checkpoint: LoadedCheckpoint
    placement: WeightPlacement
    needs: NetworkNeeds


class WarmModel:
    """The checkpoint in a folder, loaded in the types that a device computes in, and in others once asked for."""

    def __init__(self, folder: Path, device: torch.device, type_for: TypeFor = network_type) -> None:
        """Load it for `device`, at home. Raises a ModelFailure or OutOfMemory."""
        self._folder = folder
        self._type_for = type_for
        self._files = _file_states(folder)
        self._placed: dict[torch.dtype, PlacedNetwork] = {}
        self.checkpoint = self.network_for(device).checkpoint

    def is_still(self, folder: Path) -> bool:
        """Whether this is the model in `folder`, and its files are those that were read."""
        return bool(self._files) and _file_states(folder) == self._files

    def network_for(self, device: torch.device) -> PlacedNetwork:
        """The network as `device` computes it; its weights are where they were left. Raises as the constructor does."""
        kind = self._type_for(device)
        if kind not in self._placed:
            with naming_out_of_memory(HOME):
                self._placed[kind] = _placed(load_on_host(self._folder, kind))
        return self._placed[kind]

    def compute_in_float32(self) -> None:
        """From now on, on every device; what was loaded in other types is dropped. Raises as the constructor does."""
        self.send_home()
        self._placed.clear()
        self._type_for = lambda _device: torch.float32
        self.checkpoint = self.network_for(HOME).checkpoint

    @property
    def bytes_on_device(self) -> int:
        """What its weights take there; 0 when they are at home."""
        return sum(network.placement.bytes_on_device for network in self._placed.values())

    @property
    def bytes_at_home(self) -> int:
        """What its weights take in the computer's memory, most of it mapped from files."""
        return sum(network.placement.weight_bytes for network in self._placed.values())

    def send_home(self) -> None:
        """Leave the device."""
        for network in self._placed.values():
            network.placement.send_home()


def parts_to_place(reconstructor: Reconstructor) -> list[nn.Module]:
    """All parts but the decoder, which a field takes along and places itself."""
    return [part for name, part in reconstructor.named_children() if name != "decoder"]


def _placed(checkpoint: LoadedCheckpoint) -> PlacedNetwork:
    placement = WeightPlacement(parts_to_place(checkpoint.reconstructor), checkpoint.reconstructor.forget)
    return PlacedNetwork(checkpoint, placement, network_needs(checkpoint.config, checkpoint.network_type, placement))


def _file_states(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of each of the artist's files; not of the copy that loading leaves beside them."""
    if not folder.is_dir():
        return ()
    paths = (path for path in sorted(folder.iterdir()) if path.is_file() and not is_half_weights(path))
    states = ((path, path.stat()) for path in paths)
    return tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in states)
