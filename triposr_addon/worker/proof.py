# SPDX-License-Identifier: GPL-3.0-or-later
"""`__main__.py --prove DEVICE`: the worker's own way from photo to mesh once, on that device, and nothing left behind.

The installer asks for it before an environment counts as installed: packages that import may still fail at their first
real computation. Prints what ran where, as a line of JSON, or a failure's code and sentence.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from triposr_addon.protocol import (
    PROTOCOL_VERSION,
    Extract,
    Initialize,
    PhotoSettings,
    Reconstruct,
    SurfaceSettings,
)
from triposr_addon.worker.failures import DeviceUnavailable, WorkerFailure
from triposr_addon.worker.session import Session
from triposr_addon.worker.steps import Steps

SIDE = 128
SMALL = SurfaceSettings(resolution=32)


@dataclass(frozen=True)
class Proof:
    """What ran: the device, its name, and the size of the mesh that was made there."""

    device: str
    device_name: str
    vertices: int
    triangles: int


def print_proof(device: str, stream: BinaryIO) -> int:
    """Prove it and say so; the process's exit code, 1 for a failure that we know."""
    try:
        told = json.dumps(vars(prove(device)))
        code = 0
    except WorkerFailure as failure:
        told, code = f"{failure.code}: {failure.sentence} {failure.details}", 1
    stream.write(told.encode() + b"\n")
    return code


def prove(device: str) -> Proof:
    """A mesh of a drawn picture by the built-in model. Raises WorkerFailure; DeviceUnavailable, too, where the network
    ran elsewhere than asked.
    """
    with tempfile.TemporaryDirectory(prefix="triposr-proof-") as folder:
        return _prove_in(Path(folder), device)


def _prove_in(folder: Path, device: str) -> Proof:
    from triposr_addon.worker.checkpoint import PREVIEW_FOLDER

    session = Session()
    there = session.initialize(Initialize(PROTOCOL_VERSION, device=device))
    steps = Steps(lambda step, fraction, detail: None, lambda: False)
    photo, field = _drawn_photo(folder / "photo.png"), folder / "field.safetensors"
    uncut = PhotoSettings(background="none")
    made = session.reconstruct(Reconstruct("proof", str(photo), str(PREVIEW_FOLDER), str(field), settings=uncut), steps)
    if made.device != there.device:
        raise DeviceUnavailable(
            f"The network ran on {made.device}, not on {device}. Close other programs that use it, then try again.",
            " ".join(made.warnings),
        )
    mesh = session.extract(Extract("proof", str(field), str(folder / "mesh.npz"), SMALL), steps)
    return Proof(there.device, there.device_name, mesh.vertices, mesh.triangles)


def _drawn_photo(path: Path) -> Path:
    """An orange ball on grey, shaded a little."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE, SIDE), (127, 127, 127))
    draw = ImageDraw.Draw(image)
    for inset in range(16, 48, 4):
        draw.ellipse((inset, inset, SIDE - inset, SIDE - inset), fill=(140 + inset * 2, 60 + inset, 20))
    image.save(path)
    return path
