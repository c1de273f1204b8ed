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

    normal_map: one is wanted, too. name, subject: as in ExtractRequest.
    """

    field: Path
    meshes: tuple[Path, ...]
    name: str
    settings: TextureSettings = PLAIN_TEXTURE
    normal_map: bool = False
    subject: str = ""


@dataclass(frozen=True)
class TextureResult:
    """colour: the picture (RGB PNG, sRGB-encoded), normal: its normal map, if that was wanted; in the job's folder.

    facts: see protocol.TextureBaked.
    """

    colour: Path
    normal: Path | None
    facts: TextureBaked


def texture_question(job: str, request: TextureRequest, folder: Path) -> BakeTexture:
    """What to ask the worker; its files go into `folder`."""
    meshes = [str(mesh.absolute()) for mesh in request.meshes]
    normal = str(folder / "normal.png") if request.normal_map else ""
    return BakeTexture(job, str(request.field.absolute()), meshes, str(folder / "colour.png"), request.settings, normal)


def texture_result(answer: TextureBaked) -> TextureResult:
    """Raises ResultUnreadable where a picture is not there."""
    normal = readable(Path(answer.normal_path)) if answer.normal_path else None
    return TextureResult(readable(Path(answer.colour_path)), normal, answer)
