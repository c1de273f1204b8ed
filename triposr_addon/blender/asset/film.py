# SPDX-License-Identifier: GPL-3.0-or-later
"""What scenes that are made for one picture or video have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import bpy


def set_up_film(scene: bpy.types.Scene, side: int, kind: str, file_format: str, path: Path) -> None:
    """A square of `side` pixels, its colours as they are, written to just this path.

    kind: Blender's media type, IMAGE or VIDEO, where it has such. file_format: as Blender calls it.
    """
    render, image = scene.render, cast("Any", scene.render.image_settings)
    render.resolution_x = render.resolution_y = side
    render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    if hasattr(image, "media_type"):
        image.media_type = kind
    image.file_format = file_format
    render.filepath, render.use_file_extension = str(path), False
