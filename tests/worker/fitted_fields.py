# SPDX-License-Identifier: GPL-3.0-or-later
"""The four fitted fields among the facts: planes and decoders of the released shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.config import DecoderConfig
from triposr_addon.worker.model.decoder import FieldDecoder

NAMES = ("chair", "nerf_chair", "thin", "torus")
THRESHOLD = 25.0


def fitted_field(facts: Path, name: str) -> TriplaneField:
    """A field by its name in NAMES."""
    stored = np.load(facts / "fields" / f"{name}.npz")
    arrays = {name: torch.from_numpy(array.astype(np.float32)) for name, array in stored.items()}
    planes = arrays.pop("planes")
    decoder = FieldDecoder(DecoderConfig(in_channels=120, n_neurons=64, n_hidden_layers=9)).requires_grad_(False)
    decoder.load_state_dict({name.removeprefix("decoder."): array for name, array in arrays.items()})
    return TriplaneField(planes, decoder, radius=0.87, density_bias=-1.0)
