# SPDX-License-Identifier: GPL-3.0-or-later
"""A texture that a field is asked for, for one or more meshes that were laid out flat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..protocol import BakeTexture, TextureBaked, TextureSettings
from .result_files import readable

PLAIN_TEXTURE = TextureSettings()


@dataclass(frozen=True)
class TextureRequest:
    """A field file and files of meshes (.npz: see worker/asset/unwrapped) that are to share one picture.

    name, subject: as in ExtractRequest.
    """

    field: Path
    meshes: tuple[Path, ...]
    name: str
    settings: TextureSettings = PLAIN_TEXTURE
    subject: str = ""


@dataclass(frozen=True)
class TextureResult:
    """colour: the picture (RGB PNG, sRGB-encoded); it lies in the job's folder. facts: see protocol.TextureBaked."""

    colour: Path
    facts: TextureBaked


def texture_question(job: str, request: TextureRequest, folder: Path) -> BakeTexture:
    """What to ask the worker; its files go into `folder`."""
    meshes = [str(mesh.absolute()) for mesh in request.meshes]
    return BakeTexture(job, str(request.field.absolute()), meshes, str(folder / "colour.png"), request.settings)


def texture_result(answer: TextureBaked) -> TextureResult:
    """Raises ResultUnreadable where the picture is not there."""
    return TextureResult(readable(Path(answer.colour_path)), answer)
