# SPDX-License-Identifier: GPL-3.0-or-later
"""A texture that a field is asked for, for one or more meshes that were laid out flat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..protocol import BakeTexture, Frame, PhotoCamera, TextureBaked, TextureSettings
from .result_files import readable

PLAIN_TEXTURE = TextureSettings()


@dataclass(frozen=True)
class TexturePhoto:
    """An upright photo (PNG) whose alpha is its mask, the square of it that was framed, and the camera that sees it."""

    path: Path
    frame: Frame
    camera: PhotoCamera


@dataclass(frozen=True)
class TextureRequest:
    """A field file and files of meshes (.npz: see worker/asset/unwrapped) that are to share one picture.

    normal_map: one is wanted, too. photo: to be laid over the field's colours. name, subject: as in ExtractRequest.
    """

    field: Path
    meshes: tuple[Path, ...]
    name: str
    settings: TextureSettings = PLAIN_TEXTURE
    normal_map: bool = False
    photo: TexturePhoto | None = None
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
    asked = BakeTexture(
        job,
        str(request.field.absolute()),
        meshes,
        str(folder / "colour.png"),
        request.settings,
        str(folder / "normal.png") if request.normal_map else "",
    )
    if request.photo is None:
        return asked
    photo = request.photo
    return replace(asked, photo_path=str(photo.path.absolute()), frame=photo.frame, camera=photo.camera)


def texture_result(answer: TextureBaked) -> TextureResult:
    """Raises ResultUnreadable where a picture is not there."""
    normal = readable(Path(answer.normal_path)) if answer.normal_path else None
    return TextureResult(readable(Path(answer.colour_path)), normal, answer)
