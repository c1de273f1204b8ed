# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws ghosts into 3D Views, with Blender's own graphics module. What can't be drawn is logged once, then left."""

from __future__ import annotations

import itertools
import traceback
from typing import Any

import bpy
import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader

from . import session
from .ghost import Ghost, ghosts_of
from .ghost_picture import SubjectPicture

WAITING = (1.0, 1.0, 1.0, 0.45)
DONE = (0.35, 0.75, 1.0, 0.95)
PICTURE = (1.0, 1.0, 1.0, 0.75)
LINE_PIXELS = 1.5
DONE_LINE_PIXELS = 2.5

Corner = tuple[float, float, float]


class GhostDrawing:
    """One for each registration of the extension. It keeps the graphics card's copies of the pictures."""

    def __init__(self) -> None:
        self._handle: object | None = None
        self._textures: dict[int, tuple[SubjectPicture, Any]] = {}
        self._failed = False

    def add(self) -> None:
        """Have Blender call us after each drawing of a 3D View. Not in background mode, where nothing is drawn."""
        if not bpy.app.background and self._handle is None:
            self._handle = bpy.types.SpaceView3D.draw_handler_add(self.draw_or_note, (), "WINDOW", "POST_VIEW")

    def remove(self) -> None:
        """Take us off again, and give the graphics memory back."""
        if self._handle is not None:
            bpy.types.SpaceView3D.draw_handler_remove(self._handle, "WINDOW")
        self._handle = None
        self._textures.clear()

    def draw_or_note(self) -> None:
        """Draw the ghosts of the view that Blender draws just now."""
        running = session.current_or_none()
        if self._failed or running is None:
            return
        try:
            self._draw(bpy.context, running)
        except Exception:  # noqa: BLE001  # Blender would print it at each redraw, and a job needs no ghost
            self._failed = True
            running.storage().worker_log.note(f"ghosts can't be drawn here: {traceback.format_exc()}")

    def _draw(self, context: bpy.types.Context, running: session.Session) -> None:
        scene, space = context.scene, context.space_data
        if scene is None or not isinstance(space, bpy.types.SpaceView3D) or not space.overlay.show_overlays:
            return
        hidden = not running.preferences().show_ghosts
        ghosts = () if hidden else (*ghosts_of(running.queue, scene.session_uid), *running.hovering)
        self._forget_all_but(ghosts)
        if not ghosts:
            return
        gpu.state.blend_set("ALPHA")
        gpu.state.depth_test_set("LESS_EQUAL")
        try:
            for ghost in ghosts:
                self._draw_ghost(ghost)
        finally:
            gpu.state.depth_test_set("NONE")
            gpu.state.blend_set("NONE")

    def _draw_ghost(self, ghost: Ghost) -> None:
        if ghost.picture is not None:
            _draw_picture(self._texture(ghost.picture), picture_corners(ghost))
        _draw_lines(box_lines(ghost, 1.0), WAITING, LINE_PIXELS)
        _draw_lines(box_lines(ghost, ghost.fraction), DONE, DONE_LINE_PIXELS)

    def _texture(self, picture: SubjectPicture) -> Any:
        if id(picture) not in self._textures:
            height, width = picture.pixels.shape[:2]
            kinds: Any = gpu.types  # the stubs don't know what these are made of
            values = kinds.Buffer("FLOAT", width * height * 4, picture.pixels.ravel())
            texture = kinds.GPUTexture((width, height), format="RGBA8", data=values)
            self._textures[id(picture)] = (picture, texture)
        return self._textures[id(picture)][1]

    def _forget_all_but(self, ghosts: tuple[Ghost, ...]) -> None:
        kept = {id(ghost.picture) for ghost in ghosts}
        for key in [key for key in self._textures if key not in kept]:
            del self._textures[key]


def box_lines(ghost: Ghost, filled: float) -> list[Corner]:
    """The 12 edges of a ghost's box, as 24 ends, up to a share of its height."""
    x, y, z = ghost.place
    width, depth, height = ghost.size
    corners = {
        signs: (x + signs[0] * width / 2, y + signs[1] * depth / 2, z + signs[2] * height * filled)
        for signs in itertools.product((-1, 1), (-1, 1), (0, 1))
    }
    edges = (pair for pair in itertools.combinations(corners, 2) if sum(np.not_equal(*pair)) == 1)
    return [corners[end] for edge in edges for end in edge]


def picture_corners(ghost: Ghost) -> list[Corner]:
    """Where the picture stands, in the middle of the box, seen from -Y: lower left and right, upper right and left."""
    x, y, z = ghost.place
    half, height = ghost.size[0] / 2, ghost.size[2]
    return [(x - half, y, z), (x + half, y, z), (x + half, y, z + height), (x - half, y, z + height)]


def _draw_lines(ends: list[Corner], colour: tuple[float, float, float, float], pixels: float) -> None:
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    batch = batch_for_shader(shader, "LINES", {"pos": ends})
    shader.bind()
    viewport: Any = gpu.state.viewport_get()  # type: ignore[func-returns-value]  # it does: x, y, width, height
    shader.uniform_float("viewportSize", viewport[2:])
    shader.uniform_float("lineWidth", pixels)
    shader.uniform_float("color", colour)
    batch.draw(shader)


def _draw_picture(texture: Any, corners: list[Corner]) -> None:
    """Blender 4 shows it a little paler than it is: it takes the numbers for linear ones. A ghost may be pale."""
    shader = gpu.shader.from_builtin("IMAGE_COLOR")
    places: dict[str, Any] = {"pos": corners, "texCoord": [(0, 0), (1, 0), (1, 1), (0, 1)]}
    batch = batch_for_shader(shader, "TRIS", places, indices=[(0, 1, 2), (0, 2, 3)])
    shader.bind()
    shader.uniform_sampler("image", texture)
    shader.uniform_float("color", PICTURE)
    batch.draw(shader)
