# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of an asset in the Asset Browser: its field as it is, or a render of the object where it has none."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any, cast

import bpy
import numpy as np
from mathutils import Vector

from ...host.failures import ResultUnreadable
from ...protocol import ViewSettings
from ..field_carrier import Place, place_of
from ..living_record import record_or_none
from ..mesh_arrays import Floats
from ..session import Session
from ..words import ui
from .asset_object import asset_mesh
from .field_views import field_pictures
from .film import set_up_film
from .stage import Progress, Stage

SIDE = 256
"""Pixels: what the Asset Browser shows at most."""
AZIMUTH, ELEVATION, LENS = 30.0, 20.0, 40.0
"""Degrees: three quarters, from the photo's side and a little above."""
MARGIN = 0.06
SAMPLES = 16


def preview_of(running: Session, thing: bpy.types.Object) -> Stage[Floats]:
    """Red, green, blue, alpha [SIDE * SIDE * 4], the lowest row first. Raises as field_pictures; OSError."""
    mesh = asset_mesh(thing)
    with tempfile.TemporaryDirectory(prefix="triposr-") as folder:
        if record_or_none(mesh) is not None and place_of(mesh) is not Place.NOWHERE:
            turned = ViewSettings(1, SIDE, azimuth=AZIMUTH, elevation=ELEVATION, fov=LENS, margin=MARGIN)
            taken = yield from field_pictures(running, mesh, turned, Path(folder))
            return _pixels(taken.pictures[0])
        yield Progress(ui("Render the preview"), 0.1)
        picture = Path(folder, "preview.png")
        render_object(thing, picture)
        return _pixels(picture)


def give_preview(thing: bpy.types.ID, pixels: Floats, width: int = SIDE, height: int = SIDE) -> None:
    """Show them for this datablock. Blender draws previews as if their colours were multiplied with alpha already."""
    preview: Any = thing.preview_ensure()
    preview.image_size = (width, height)
    shown = pixels.reshape(-1, 4).copy()
    shown[:, :3] *= shown[:, 3:]
    preview.image_pixels_float.foreach_set(shown.ravel())


def render_object(thing: bpy.types.Object, path: Path) -> None:
    """One object by Cycles under an even white sky, on nothing, SIDE pixels, as a PNG file. Raises RuntimeError."""
    scene = bpy.data.scenes.new("TripoSR Preview")
    made: list[bpy.types.ID] = []
    try:
        copy = thing.copy()
        made.append(copy)
        copy.hide_render = False
        scene.collection.objects.link(copy)
        scene.world = bpy.data.worlds.new("TripoSR Preview")
        made.append(scene.world)
        scene.world.color = (1.0, 1.0, 1.0)
        made += _camera(scene, copy)
        _set_up(scene, path)
        bpy.ops.render.render(write_still=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)
        bpy.data.batch_remove(made)


def _camera(scene: bpy.types.Scene, thing: bpy.types.Object) -> list[bpy.types.ID]:
    corners = [thing.matrix_world @ Vector(corner) for corner in thing.bound_box]
    middle = sum(corners, Vector()) / len(corners)
    reach = max((corner - middle).length for corner in corners) or 1.0
    data = bpy.data.cameras.new("TripoSR Preview")
    camera = bpy.data.objects.new("TripoSR Preview", data)
    scene.collection.objects.link(camera)
    data.angle = math.radians(LENS)
    distance = reach / math.sin(data.angle / 2.0) / (1.0 - 2.0 * MARGIN)
    azimuth, elevation = math.radians(AZIMUTH), math.radians(ELEVATION)
    level = math.cos(elevation)
    towards = Vector((level * math.sin(azimuth), -level * math.cos(azimuth), math.sin(elevation)))
    camera.location = middle + distance * towards
    camera.rotation_euler = (math.radians(90.0) - elevation, 0.0, azimuth)
    data.clip_start, data.clip_end = distance / 1000.0, distance * 10.0
    scene.camera = camera
    return [camera, data]


def _set_up(scene: bpy.types.Scene, path: Path) -> None:
    set_up_film(scene, SIDE, "IMAGE", "PNG", path)
    render = scene.render
    cast("Any", render).engine = "CYCLES"  # the stubs know only what is built in
    cast("Any", scene).cycles.samples = SAMPLES
    cast("Any", scene).cycles.device = "CPU"
    render.film_transparent = True
    render.image_settings.color_mode = "RGBA"


def _pixels(path: Path) -> Floats:
    image = bpy.data.images.load(str(path))
    try:
        if tuple(image.size) != (SIDE, SIDE):
            raise ResultUnreadable(path, f"{image.size[0]} x {image.size[1]} pixels, not {SIDE}")
        values = np.empty(SIDE * SIDE * 4, np.float32)
        cast("Any", image.pixels).foreach_get(values)
        return values
    finally:
        bpy.data.images.remove(image)
