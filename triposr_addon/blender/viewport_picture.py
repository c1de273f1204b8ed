# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh of what Blender itself shows: the 3D View as it is seen now, or the last render."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import bpy
import gpu
import numpy as np

from ..host.failures import HostFailure, StorageUnwritable
from ..host.storage import Storage
from . import session
from .failures import ViewportEmpty, ViewportNotDrawn
from .follow import follow
from .handover import tell_failure
from .image_editor import lend
from .order import order_for_picture
from .png import Bytes, png_file
from .viewport import main_region, view_of
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

NAME = "Viewport.png"
LONGER_SIDE = 1536
"""Pixels: a subject that takes a third of the view still has as many as the network sees."""


class TRIPOSR_OT_generate_from_viewport(bpy.types.Operator):
    """Turn what this 3D View shows, without background and overlays, into a coloured mesh"""

    bl_idname = "triposr.generate_from_viewport"
    bl_label = "Viewport to Mesh"
    bl_options = set()  # as Image to Mesh: what comes is the undo step

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a 3D View of a window: elsewhere there is nothing to see."""
        if bpy.app.background or not isinstance(context.space_data, bpy.types.SpaceView3D):
            cls.poll_message_set(told("Needs a 3D View in a window"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Draw, keep the picture, order."""
        running = session.current()
        try:
            picture = keep_drawn(drawn_view(context), running.storage())
            job = running.start(order_for_picture(context, picture))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        return follow(self, context, [job])


class TRIPOSR_OT_generate_from_render(bpy.types.Operator):
    """Turn the last render into a coloured mesh. A transparent film makes the best cut-out"""

    bl_idname = "triposr.generate_from_render"
    bl_label = "Render to Mesh"
    bl_options = set()  # as above

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where something was rendered, or may have been."""
        if _render_or_none() is None:
            cls.poll_message_set(told("Render first"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Order what the render shows now."""
        running, scene, render = session.current(), context.scene, _render_or_none()
        assert scene is not None, "wherever operators run there is a scene"
        assert render is not None, "poll() saw it"
        try:
            picture = keep_render(render, scene, running.storage())
            job = running.start(order_for_picture(context, picture))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        return follow(self, context, [job])


def drawn_view(context: bpy.types.Context) -> Bytes:
    """What the 3D View shows, drawn anew without background and overlays: RGBA [H, W, 4], top row first.

    Raises ViewportNotDrawn.
    """
    try:
        return _drawn(context)
    except (RuntimeError, SystemError) as error:  # the graphics driver's: too little memory, a lost device
        raise ViewportNotDrawn(str(error)) from error


def _drawn(context: bpy.types.Context) -> Bytes:
    space = cast("bpy.types.SpaceView3D", context.space_data)
    region = main_region(cast("bpy.types.Area", context.area), context.region)
    view, shrink = view_of(space, region), LONGER_SIDE / max(region.width, region.height)
    size = max(1, round(region.width * shrink)), max(1, round(region.height * shrink))
    make: Any = gpu.types.GPUOffScreen  # the stubs know nothing of its arguments
    overlays, screen = space.overlay.show_overlays, make(*size)
    space.overlay.show_overlays = False
    try:
        screen.draw_view3d(
            context.scene,
            context.view_layer,
            space,
            region,
            view.view_matrix,
            view.window_matrix,
            do_color_management=True,
            draw_background=False,
        )
        pixels = _pixels(screen, *size)
    finally:
        space.overlay.show_overlays = overlays
        screen.free()
    return upright(pixels.reshape(size[1], size[0], 4))


def _pixels(screen: Any, width: int, height: int) -> Bytes:
    """What was drawn there, flat: a texture's own read() gives numpy a wrong order of its axes in 4.3."""
    kinds, state = cast("Any", gpu.types), cast("Any", gpu.state)  # the stubs know nothing of their arguments
    flat = kinds.Buffer("UBYTE", width * height * 4)
    with screen.bind():
        state.active_framebuffer_get().read_color(0, 0, width, height, 4, 0, "UBYTE", data=flat)
    # As a buffer: its to_list() takes two seconds for three million numbers.
    return np.array(flat, np.uint8)


def upright(drawn: Bytes) -> Bytes:
    """Top row first, and colours as they are without their alpha, by which Blender has multiplied them."""
    rows = drawn[::-1].astype(np.float32)
    alpha = rows[..., 3:] / 255.0
    rows[..., :3] = np.minimum(rows[..., :3] / np.maximum(alpha, 1.0 / 255.0), 255.0)
    return (rows + 0.5).astype(np.uint8)


def keep_drawn(drawn: Bytes, storage: Storage) -> Path:
    """The drawn view as a file. Raises ViewportEmpty or StorageUnwritable."""
    if not drawn[..., 3].any():
        raise ViewportEmpty
    return storage.keep_picture(NAME, png_file(drawn))


def keep_render(render: bpy.types.Image, scene: bpy.types.Scene, storage: Storage) -> Path:
    """The render as a file: the next render takes its pixels. Raises ImageEmpty or StorageUnwritable."""
    lent = lend(render, scene, storage)
    try:
        return storage.keep_picture(lent.path.name, lent.path.read_bytes())
    except OSError as error:
        raise StorageUnwritable(lent.path, error) from error
    finally:
        lent.give_back()


def _render_or_none() -> bpy.types.Image | None:
    return next((image for image in bpy.data.images if image.type == "RENDER_RESULT"), None)
