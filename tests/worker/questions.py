# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a worker process, with as little in them as a test needs."""

from __future__ import annotations

from pathlib import Path

from triposr_addon.protocol import PROTOCOL_VERSION, Extract, Initialize, Reconstruct, SampleColours, SurfaceSettings

READY = Initialize(PROTOCOL_VERSION, device="cpu")
SMALL = SurfaceSettings(16)


def reconstruct(photo: Path, model: Path, folder: Path, job: str = "job") -> Reconstruct:
    return Reconstruct(job, str(photo), str(model), str(folder / "x.triplane.safetensors"), str(folder / "x.png"))


def extract(field: Path, folder: Path, job: str = "job", settings: SurfaceSettings = SMALL) -> Extract:
    return Extract(job, str(field), str(folder / "x.npz"), settings)


def sample(field: Path, folder: Path, points: Path, job: str = "job") -> SampleColours:
    return SampleColours(job, str(field), str(points), str(folder / "colours.npz"))
