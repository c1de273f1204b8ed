# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist asked for, as it stood when the button was pressed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy

from ..host.jobs import GenerationRequest
from ..protocol import PhotoSettings, SurfaceSettings
from . import models
from .failures import PictureMissing, PictureNotChosen
from .paths import path_or_none, shown
from .properties import settings_of


@dataclass(frozen=True)
class Order:
    """A request for the host, and what Blender does with its result.

    height: of the object, in Blender units. decimate_ratio: 0..1. show_colours: also in solid views. scene_uid: the
    scene's number in this session, which survives undo and renaming.
    """

    request: GenerationRequest
    height: float
    decimate_ratio: float
    show_colours: bool
    scene_uid: int


def order_from_context(context: bpy.types.Context) -> Order:
    """Read the current scene's settings. Raises PictureNotChosen, PictureMissing or ModelNotChosen."""
    settings = settings_of(context)
    picture = _picture(settings.image_path)
    request = GenerationRequest(
        photo=picture,
        model=models.folder_of(settings),
        name=shown(picture.stem),
        photo_settings=PhotoSettings(settings.background, _decimal(settings.foreground_ratio)),
        surface_settings=SurfaceSettings(settings.resolution, _decimal(settings.threshold)),
    )
    height, ratio = _decimal(settings.height), _decimal(settings.decimate_ratio)
    return Order(request, height, ratio, settings.show_colours, context.scene.session_uid)


def _picture(text: str) -> Path:
    picture = path_or_none(text)
    if picture is None:
        raise PictureNotChosen
    if not picture.exists():
        raise PictureMissing(picture)
    return picture


def _decimal(value: float) -> float:
    """The number that the artist sees: Blender stores 32 bits, so that 0.85 is 0.8500000238."""
    return float(f"{value:.6g}")
