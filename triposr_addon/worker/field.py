# SPDX-License-Identifier: GPL-3.0-or-later
"""The field: what a photo was reconstructed to. Density and colour at any point, from three planes and a small decoder.

A field file (`*.triplane.safetensors`, about 1.2 MB) is self-contained: a mesh comes out of it without the checkpoint.
It holds `planes` [3, C, H, W] in half precision, `decoder.layers.N.weight` and `.bias` in single precision, and in its
metadata the format, its version, radius, density bias and provenance (JSON).
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from triposr_addon.worker.axes import mirrored
from triposr_addon.worker.failures import FieldFileMissing, FieldFileUnreadable, FieldNotFinite
from triposr_addon.worker.folded_decoder import FoldedDecoder
from triposr_addon.worker.model.config import DecoderConfig
from triposr_addon.worker.model.decoder import FieldDecoder
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.sound_text import sound_text

FORMAT = "triposr-triplane-field"
FORMAT_VERSION = "1"
LARGEST_FILE_BYTES = 64 << 20
"""Fifty times what TripoSR's fields have."""
LARGEST_HEADER_BYTES = 1 << 20
LARGEST_PLANE_SIDE = 512
LARGEST_WIDTH = 1024
MOST_LAYERS = 64
MOST_FOLDED_NUMBERS = 1 << 27
"""Of the planes with the decoder's first layer folded in, 3 x width x H x W: half a gigabyte. A few megabytes of field
could ask for hundreds of gigabytes otherwise."""
NUMBER_TYPES = ("F16", "BF16", "F32", "F64")
CPU_CHUNK_POINTS = 1 << 12
GPU_CHUNK_POINTS = 1 << 18


@dataclass(frozen=True)
class TriplaneField:
    """A scene code with its decoder, in raw TripoSR axes: Z up, front +X, image-right +Y.

    planes: [3, C, H, W] float32. radius: half the box's side in field units. density_bias: added to the raw density
    before exp. provenance: where the field comes from, as text by name. points_at_once: how many are asked together;
    None for what suits the device. symmetric: each point is asked as the mean of itself and its mirror image;
    a way to ask, which its file does not hold.
    """

    planes: Tensor
    decoder: FieldDecoder
    radius: float
    density_bias: float
    provenance: Mapping[str, str] = field(default_factory=dict)
    points_at_once: int | None = None
    symmetric: bool = False

    @property
    def device(self) -> torch.device:
        """Where the planes are."""
        return self.planes.device

    def to(self, device: torch.device) -> TriplaneField:
        """The same field on `device`; this one and its decoder stay where they are."""
        if device == self.device:
            return self
        decoder = copy.deepcopy(self.decoder).to(device)
        return dataclasses.replace(self, planes=self.planes.to(device), decoder=decoder)

    @property
    def chunk_points(self) -> int:
        """How many points are asked at once: what stays in a processor's cache, or keeps a graphics card busy."""
        return self.points_at_once or (CPU_CHUNK_POINTS if self.device.type == "cpu" else GPU_CHUNK_POINTS)

    def raw_density(self, points: Tensor, check: Callable[[], None] = lambda: None) -> Tensor:
        """The decoder's density output [N] at points [N, 3], before bias and exp.

        `check` is called between chunks of points, to stop the work by raising.
        """
        return self._asked(points, check)[:, 0]

    def density(self, points: Tensor) -> Tensor:
        """Density [N] at points [N, 3] in field units: exp(raw + bias)."""
        return torch.exp(self.raw_density(points) + self.density_bias)

    def colour(self, points: Tensor, check: Callable[[], None] = lambda: None) -> Tensor:
        """Colour [N, 3] at points [N, 3], sRGB-encoded, 0..1. `check` as in `raw_density`.

        A point outside the box has the colour of the nearest point inside: beyond it the planes fade to nothing. A
        lid that closes a surface there lies half a lattice step outside.
        """
        return torch.sigmoid(self._asked(points.clamp(-self.radius, self.radius), check)[:, 1:])

    def density_and_colour(self, points: Tensor, check: Callable[[], None] = lambda: None) -> Tensor:
        """Both [N, 4] at points [N, 3] within the box, as `density` and `colour` give them."""
        raw = self._asked(points, check)
        return torch.cat([torch.exp(raw[:, :1] + self.density_bias), torch.sigmoid(raw[:, 1:])], dim=1)

    def raw_threshold(self, threshold: float) -> float:
        """The raw density at which the density is `threshold` (> 0)."""
        return math.log(threshold) - self.density_bias

    def _asked(self, points: Tensor, check: Callable[[], None]) -> Tensor:
        """Raw density and three raw colours [N, 4]."""
        if not self.symmetric:
            return self._decoded(points, check)
        return (self._decoded(points, check) + self._decoded(mirrored(points), check)) / 2.0

    @cached_property
    def _folded(self) -> FoldedDecoder:
        """Made once, of planes that nobody changes; three megabytes, as long as the field is there."""
        with torch.no_grad():
            return FoldedDecoder(self.planes, self.decoder)

    @torch.no_grad()
    def _decoded(self, points: Tensor, check: Callable[[], None]) -> Tensor:
        folded = self._folded
        decoded = torch.empty(len(points), 4, device=self.device)
        for start in range(0, len(points), self.chunk_points):
            check()
            chunk = points[start : start + self.chunk_points].to(self.device)
            decoded[start : start + len(chunk)] = folded.raw(folded.sampled(chunk / self.radius))
        return decoded

    def save(self, path: Path) -> None:
        """Write the field file. Raises OutputUnwritable, FieldNotFinite (also for what half precision can't hold)."""
        data = self.as_bytes()
        with written_aside(path) as aside:
            aside.write_bytes(data)

    def as_bytes(self) -> bytes:
        """What `save` writes; the same field gives the same bytes. Raises FieldNotFinite."""
        tensors = {"planes": self.planes.half().cpu().contiguous()}
        tensors |= {f"decoder.{name}": value.float().cpu() for name, value in self.decoder.state_dict().items()}
        _check_finite(tensors)
        metadata = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "radius": repr(self.radius),
            "density_bias": repr(self.density_bias),
            "provenance": sound_text(json.dumps(dict(self.provenance), ensure_ascii=False)),
        }
        return _in_one_order(safetensors.torch.save(tensors, metadata))


def load_field(path: Path, device: torch.device) -> TriplaneField:
    """Read a field file onto `device`.

    Raises:
        FieldFileMissing: no file there.
        FieldFileUnreadable: not safetensors, cut short, of another format or version, or its tensors do not fit.
        FieldNotFinite: it holds values that are not numbers.
    """
    if not path.is_file():
        raise FieldFileMissing(f"The field file {path} does not exist. Make it again from the photo.")
    try:
        tensors, metadata = _read(path)
        radius, density_bias, provenance = _read_metadata(metadata)
        decoder = _decoder(tensors)
    except _TooNew as error:
        raise FieldFileUnreadable(
            f"{path.name} was written by a newer version of TripoSR. Update the extension to use it.", str(error)
        ) from error
    except (_NotAField, safetensors.SafetensorError, OSError, ValueError) as error:
        raise FieldFileUnreadable(
            f"{path.name} is not a field file that can be used, or it is damaged. Make it again from the photo.",
            f"{error!s:.500}",
        ) from error
    _check_finite(tensors)
    planes = tensors["planes"].to(device).float()
    return TriplaneField(planes, decoder.to(device), radius, density_bias, provenance)


def _in_one_order(data: bytes) -> bytes:
    """The same safetensors file with the names in its header sorted: the library shuffles its metadata each time."""
    length = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + length]), sort_keys=True, separators=(",", ":")).encode("ascii")
    header += b" " * (-len(header) % 8)  # tensors begin at a multiple of eight bytes
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


class _NotAField(ValueError):
    """What a file lacks to be a field; the text is for the log."""


class _TooNew(_NotAField):
    """A field, but of a version that came after this one."""


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise _NotAField("too large for a field")
    with path.open("rb") as opened:
        if int.from_bytes(opened.read(8), "little") > LARGEST_HEADER_BYTES:
            raise _NotAField("its header is too large for a field")
        # The library opens no path that is not Unicode; one system has such names, and there an open file has another.
        name = path if sound_text(str(path)) == str(path) else Path(f"/dev/fd/{opened.fileno()}")
        with safetensors.safe_open(name, framework="pt", device="cpu") as file:
            return _checked_tensors(file), file.metadata() or {}


def _checked_tensors(file: Any) -> dict[str, Tensor]:
    """The tensors of an open file, of which none is read before all fit."""
    names = list(file.keys())
    if len(names) > 2 * MOST_LAYERS + 3:
        raise _NotAField(f"{len(names)} tensors")
    slices = {name: file.get_slice(name) for name in names}
    shapes = {name: tuple(part.get_shape()) for name, part in slices.items()}
    _check_shapes(shapes)
    if foreign := {part.get_dtype() for part in slices.values()} - set(NUMBER_TYPES):
        raise _NotAField(f"numbers of type {foreign}")
    return {name: file.get_tensor(name) for name in shapes}


def _check_shapes(shapes: Mapping[str, tuple[int, ...]]) -> None:
    planes = shapes.get("planes", ())
    if len(planes) != 4 or planes[0] != 3 or not 0 < planes[1] <= LARGEST_WIDTH:
        raise _NotAField(f"planes have shape {planes}")
    if not all(2 <= side <= LARGEST_PLANE_SIDE for side in planes[2:]):
        raise _NotAField(f"planes have shape {planes}")
    first = shapes.get("decoder.layers.0.weight", ())
    if len(first) != 2 or first[1] != 3 * planes[1] or not 0 < first[0] <= LARGEST_WIDTH:
        raise _NotAField(f"the decoder's first layer has shape {first}")
    if 3 * first[0] * planes[2] * planes[3] > MOST_FOLDED_NUMBERS:
        raise _NotAField(f"planes {planes} are too large for a decoder of {first[0]} neurons")
    layers = sum(name.endswith(".weight") for name in shapes)
    expected = _decoder_shapes(DecoderConfig(first[1], first[0], layers - 1))
    found = {name.removeprefix("decoder."): shape for name, shape in shapes.items() if name != "planes"}
    if found != expected:
        raise _NotAField(f"the decoder's tensors are {found}, not {expected}")


def _decoder_shapes(config: DecoderConfig) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        return {name: tuple(value.shape) for name, value in FieldDecoder(config).state_dict().items()}


def _decoder(tensors: Mapping[str, Tensor]) -> FieldDecoder:
    weights = {name.removeprefix("decoder."): value for name, value in tensors.items() if name != "planes"}
    width, inputs = weights["layers.0.weight"].shape
    with torch.device("meta"):
        decoder = FieldDecoder(DecoderConfig(inputs, width, len(weights) // 2 - 1))
    decoder.load_state_dict({name: value.float() for name, value in weights.items()}, assign=True)
    return decoder.eval().requires_grad_(False)


def _number_or_0(version: str | None) -> int:
    return int(version) if version and len(version) < 9 and version.isascii() and version.isdigit() else 0


def _read_metadata(metadata: Mapping[str, str]) -> tuple[float, float, dict[str, str]]:
    kind, version = metadata.get("format"), metadata.get("version")
    if kind == FORMAT and _number_or_0(version) > int(FORMAT_VERSION):
        raise _TooNew(f"version {version!r}")
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        raise _NotAField(f"format {kind!r}, version {version!r}")
    try:
        radius, density_bias = float(metadata["radius"]), float(metadata["density_bias"])
        provenance: Any = json.loads(metadata["provenance"])
    except (KeyError, ValueError, RecursionError) as error:
        raise _NotAField(f"metadata: {error!r:.200}") from error
    if not 0.0 < radius < 1e3 or not abs(density_bias) < 1e3:
        raise _NotAField(f"radius {radius}, density bias {density_bias}")
    if not isinstance(provenance, dict) or not all(isinstance(value, str) for value in provenance.values()):
        raise _NotAField("provenance is not a mapping of texts")
    return radius, density_bias, provenance


def _check_finite(tensors: Mapping[str, Tensor]) -> None:
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise FieldNotFinite(
                "The reconstruction holds values that are not numbers. Try another photo or device; "
                "if it happens again, install the model again.",
                name,
            )
