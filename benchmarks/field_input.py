# SPDX-License-Identifier: GPL-3.0-or-later
"""A field to measure with: one of our own field files, or the plain .npz in which fitted fields are exchanged.

Keys of the .npz: `planes` [3, C, H, W], `decoder.layers.N.weight` and `.bias`; `radius`, `bias` and `threshold` where
they differ from the released model's.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from triposr_addon.worker.failures import FieldFileMissing, FieldFileUnreadable, FieldNotFinite
from triposr_addon.worker.field import TriplaneField, load_field
from triposr_addon.worker.model.config import DecoderConfig
from triposr_addon.worker.model.decoder import FieldDecoder

RADIUS, DENSITY_BIAS, THRESHOLD = 0.87, -1.0, 25.0
FIELD_SUFFIX = ".triplane.safetensors"
PREFIX = "decoder."
LARGEST_FILE_BYTES = 1 << 30

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class FieldInput:
    """A field, its name for tables, and the density of its surface."""

    name: str
    field: TriplaneField
    threshold: float


class _NotAField(ValueError):
    """What an .npz lacks to be a field."""


def read_field(path: Path, device: torch.device) -> FieldInput:
    """Read `path` onto `device`.

    Raises FieldFileMissing, FieldFileUnreadable (the sentence says what does not fit), FieldNotFinite.
    """
    if not path.is_file():
        raise FieldFileMissing(f"The field {path} does not exist. Give an .npz or a {FIELD_SUFFIX} file.")
    if path.name.endswith(".safetensors"):
        return FieldInput(path.name.removesuffix(FIELD_SUFFIX), load_field(path, device), THRESHOLD)
    try:
        arrays = _arrays(path)
        threshold = _number(arrays, "threshold", THRESHOLD)
        field = _field(arrays)
    except _NotAField as reason:
        raise FieldFileUnreadable(f"{path} is not a field that can be measured: {reason}.") from reason
    return FieldInput(path.stem, field.to(device), threshold)


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise _NotAField("it is too large")
    try:
        # ZipFile looks before NumPy, which takes anything else for a single array.
        with path.open("rb") as file, zipfile.ZipFile(file), np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise _NotAField("it can't be read as an .npz") from error


def _field(arrays: Arrays) -> TriplaneField:
    planes = _tensor(arrays, "planes")
    if planes.ndim != 4 or planes.shape[0] != 3 or min(planes.shape[1:]) < 1 or min(planes.shape[2:]) < 2:
        raise _NotAField(f"planes have the shape {tuple(planes.shape)}, not (3, C, H, W)")
    decoder = _decoder(arrays, 3 * planes.shape[1])
    radius, bias = _number(arrays, "radius", RADIUS), _number(arrays, "bias", DENSITY_BIAS)
    if radius <= 0.0:
        raise _NotAField(f"its radius is {radius:g}")
    return TriplaneField(planes, decoder, radius, bias)


def _decoder(arrays: Arrays, inputs: int) -> FieldDecoder:
    weights = {name.removeprefix(PREFIX): _tensor(arrays, name) for name in arrays if name.startswith(PREFIX)}
    first = weights.get("layers.0.weight")
    if first is None or first.ndim != 2 or first.shape[1] != inputs:
        shape = "absent" if first is None else str(tuple(first.shape))
        raise _NotAField(f"{PREFIX}layers.0.weight is {shape}, not (width, {inputs})")
    decoder = FieldDecoder(DecoderConfig(inputs, first.shape[0], max(1, len(weights) // 2 - 1)))
    expected = {name: tuple(value.shape) for name, value in decoder.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if wrong := sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name)):
        was = found.get(wrong[0], "absent")
        raise _NotAField(f"{PREFIX}{wrong[0]} is {was}, not {expected.get(wrong[0], 'known')}")
    decoder.load_state_dict(weights)
    return decoder.eval().requires_grad_(False)


def _tensor(arrays: Arrays, name: str) -> torch.Tensor:
    array = arrays.get(name)
    if array is None:
        raise _NotAField(f"it has no {name}")
    if array.dtype.kind not in "fiu":
        raise _NotAField(f"{name} holds no numbers")
    tensor = torch.from_numpy(array.astype(np.float32))
    if not torch.isfinite(tensor).all():
        raise FieldNotFinite(f"The field's {name} holds values that are not numbers.")
    return tensor


def _number(arrays: Arrays, name: str, usual: float) -> float:
    if name not in arrays:
        return usual
    value = _tensor(arrays, name)
    if value.numel() != 1:
        raise _NotAField(f"{name} is not one number")
    return float(value)
