# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo Camera: a camera that sees an object as its photo shows it, with the photo behind."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from ..host.failures import HostFailure, JobTookTooLong
from . import session
from .context_members import active_object
from .failures import ObjectGone, PictureMissing
from .handover import tell_failure
from .living_object import living_mesh_or_none, why_nothing_living
from .photo_fit import PhotoFit, PhotoFitting, field_space, object_by_number
from .photo_lens import SENSOR_MILLIMETRES, lens_for, world_matrix
from .unforeseen import forgiving_modal
from .viewport import look_through
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

TICK_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 3600.0
"""A photo that is being worked on is not disturbed."""
PHOTO_OPACITY = 0.7
OVERLAP = "triposr_overlap"
OF = "triposr_photo_of"
SAME_SHAPE = 0.01


class TRIPOSR_OT_photo_camera(bpy.types.Operator):
    """Add a camera that sees the active object as its photo shows it, with the photo behind it"""

    bl_idname = "triposr.photo_camera"
    bl_label = "Photo Camera"
    # Not REGISTER: the redo panel would search for the camera again.
    bl_options = {"UNDO"}

    if TYPE_CHECKING:
        match_resolution: bool
    else:
        match_resolution: BoolProperty(
            name="Match Render Size",
            description="Set the scene's render size to the photo's, in pixels. Otherwise it stays as it is",
            default=False,
            options={"SKIP_SAVE"},
        )

    _fitting: PhotoFitting | None = None
    _steps: Generator[str, None, PhotoFit] | None = None
    _timer: bpy.types.Timer | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for what TripoSR made."""
        if living_mesh_or_none(active_object(context)) is None:
            cls.poll_message_set(told(why_nothing_living(active_object(context))))
            return False
        return True

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: Blender goes on while the worker is asked."""
        if bpy.app.background:
            return self.execute(context)
        if not self._begin(context):
            return {"CANCELLED"}
        self._timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    @forgiving_modal
    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """A step at each beat; ESC stops it."""
        if event.type == "ESC" and event.value == "PRESS":
            self.cancel(context)
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        fit = self._step(context)
        if isinstance(fit, str):
            context.workspace.status_text_set(told("Photo camera: {step}.  Esc: cancel", step=fit))
            return {"PASS_THROUGH"}
        self._leave_modal(context)
        return self._end(context, fit)

    def cancel(self, context: bpy.types.Context) -> None:
        """Esc, or Blender ends the operator itself."""
        self._leave_modal(context)
        self._close()

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when the camera is there."""
        if not self._begin(context):
            return {"CANCELLED"}
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while isinstance(fit := self._step(context), str):
            time.sleep(TICK_SECONDS / 5)
            if time.monotonic() > deadline:
                self._fail(JobTookTooLong(LONGEST_WAIT_SECONDS, fit))
                fit = None
                break
        return self._end(context, fit)

    def _begin(self, context: bpy.types.Context) -> bool:
        thing = active_object(context)
        assert thing is not None, "poll() saw it"
        try:
            self._fitting = PhotoFitting(context, session.current(), thing)
        except HostFailure as failure:
            self._fail(failure)
            return False
        self._steps = self._fitting.steps()
        return True

    def _step(self, _context: bpy.types.Context) -> str | PhotoFit | None:
        """What is going on, or the fit, or None where there will be none."""
        assert self._steps is not None, "_begin() made them"
        session.current().tick()
        try:
            return next(self._steps)
        except StopIteration as end:
            fit: PhotoFit = end.value
            return fit
        except HostFailure as failure:
            self._fail(failure)
            return None

    def _end(self, context: bpy.types.Context, fit: PhotoFit | None) -> set[OperatorReturnItems]:
        if fit is None:
            self._close()
            return {"CANCELLED"}
        try:
            camera = make_camera(context, fit)
        except HostFailure as failure:
            self._fail(failure)
            return {"CANCELLED"}
        finally:
            self._close()
        look_through(camera, context.space_data)
        overlap = told("{name}: overlap {share:.0%}", name=camera.name, share=fit.overlap)
        self.report({"INFO"}, f"{overlap}. {self._render_size(context, fit)}")
        return {"FINISHED"}

    def _render_size(self, context: bpy.types.Context, fit: PhotoFit) -> str:
        """Set the render size if that was asked for, and say what is."""
        scene, frame = context.scene, fit.frame
        assert scene is not None, "a camera was just made in it"
        render = scene.render
        if self.match_resolution:
            render.resolution_x, render.resolution_y = frame.photo_width, frame.photo_height
            render.pixel_aspect_x = render.pixel_aspect_y = 1.0
        size = f"{render.resolution_x} x {render.resolution_y}"
        shape = aspect_of(render) * frame.photo_height / frame.photo_width
        if abs(shape - 1.0) < SAME_SHAPE:
            return told("Render size {size}", size=size)
        shape_of_photo = f"{frame.photo_width} x {frame.photo_height}"
        return told("The render size stays {size}; the photo's shape is {photo}", size=size, photo=shape_of_photo)

    def _fail(self, failure: HostFailure) -> None:
        tell_failure(self, session.current(), failure)

    def _close(self) -> None:
        if self._fitting is not None:
            self._fitting.close()
        self._fitting = None

    def _leave_modal(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            if context.workspace is not None:  # its window may have been closed
                context.workspace.status_text_set(None)
        self._timer = None


def make_camera(context: bpy.types.Context, fit: PhotoFit) -> bpy.types.Object:
    """A new camera in the object's collection; the scene's own where it has none. Raises as photo_image."""
    thing, scene = object_by_number(fit.thing), context.scene
    space = field_space(thing) if thing is not None else None
    if thing is None or space is None or scene is None:
        raise ObjectGone("The object")
    photo = photo_image(fit)  # first: nothing is made where it is gone
    data = bpy.data.cameras.new(f"{thing.name} Photo Camera")
    lens = lens_for(fit.camera, fit.frame)
    data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", SENSOR_MILLIMETRES, lens.millimetres
    data.shift_x, data.shift_y = lens.shift_x, lens.shift_y
    camera = bpy.data.objects.new(data.name, data)
    camera.matrix_world = world_matrix(space, fit.camera)
    distance = (camera.matrix_world.translation - space.translation).length
    data.clip_start, data.clip_end = distance / 1000.0, distance * 100.0
    camera[OVERLAP], camera[OF] = round(fit.overlap, 4), thing.name
    show_photo(data, photo, scene.render, fit)
    (thing.users_collection or (scene.collection,))[0].objects.link(camera)
    scene.camera = scene.camera or camera
    return camera


def photo_image(fit: PhotoFit) -> bpy.types.Image:
    """The photo as an image of the .blend; a turned one is packed, since its file lies otherwise.

    Raises ObjectGone, PictureMissing.
    """
    if fit.image:
        image = bpy.data.images.get(fit.image)
        if image is None:
            raise ObjectGone(fit.image)
        return image
    if fit.upright is None:
        if not fit.photo.is_file():
            raise PictureMissing(fit.photo)
        return bpy.data.images.load(str(fit.photo), check_existing=True)
    turned = bpy.data.images.new(f"{fit.photo.stem} upright", fit.frame.photo_width, fit.frame.photo_height)
    turned.pack(data=fit.upright, data_len=len(fit.upright))
    turned.source, turned.alpha_mode = "FILE", "NONE"
    return turned


def show_photo(data: bpy.types.Camera, image: bpy.types.Image, render: bpy.types.RenderSettings, fit: PhotoFit) -> None:
    """Behind all, as wide as the camera's picture, whatever shape that has."""
    data.show_background_images = True
    photo = data.background_images.new()
    photo.image, photo.alpha, photo.display_depth = image, PHOTO_OPACITY, "BACK"
    wider = fit.frame.photo_width / fit.frame.photo_height >= aspect_of(render)
    photo.frame_method = "FIT" if wider else "CROP"


def aspect_of(render: bpy.types.RenderSettings) -> float:
    """Width / height of what is rendered."""
    across, up = render.resolution_x * render.pixel_aspect_x, render.resolution_y * render.pixel_aspect_y
    return float(across / up)
