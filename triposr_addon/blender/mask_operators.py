# SPDX-License-Identifier: GPL-3.0-or-later
"""Painting the mask of a picture: make it, open it, take away and bring back, forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty

from ..host.failures import HostFailure
from . import cutout_follow, session
from .mask_editor import show_for_painting
from .mask_image import MASK_OF, belongs_to, mask_from_file
from .paths import path_or_none
from .properties import settings_of
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

BLENDS = (
    ("ERASE_ALPHA", "Erase", "What is painted over no longer belongs to the subject"),
    ("ADD_ALPHA", "Restore", "What is painted over belongs to the subject"),
)


class AboutPicture:
    """An operator that needs a picture and the worker's environment."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Greyed out with a reason."""
        why = why_not(context)
        if why:
            cls.poll_message_set(told(why))  # type: ignore[attr-defined]  # an operator's
        return not why


def why_not(context: bpy.types.Context) -> str:
    """Why the scene's picture can't be cut out now; empty where it can."""
    photo = path_or_none(settings_of(context).image_path)
    if photo is None:
        return "Choose a picture first"
    if not photo.is_file():
        return told("The picture {picture} is not there", picture=photo.name)
    if session.current().storage().worker_python_or_none() is None:
        return "TripoSR's Python environment is not installed: see the preferences"
    return ""


class TRIPOSR_OT_show_cut_out(AboutPicture, bpy.types.Operator):
    """Cut the picture out and show it framed, as the mesh will be made of it"""

    bl_idname = "triposr.show_cut_out"
    bl_label = "Show the Cut-out"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: come back at once."""
        try:
            cutout_follow.ask(session.current(), settings_of(context))
        except HostFailure as failure:
            self.report({"ERROR"}, failure.sentence)
            return {"CANCELLED"}
        return {"FINISHED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script: come back when it is there. Its warnings are reported."""
        running = session.current()
        try:
            cutout_follow.ask(running, settings_of(context))
            view = cutout_follow.wait(running)
            if view.failure is not None:
                raise view.failure
        except HostFailure as failure:
            self.report({"ERROR"}, failure.sentence)
            return {"CANCELLED"}
        for warning in view.result.warnings if view.result is not None else ():
            self.report({"WARNING"}, warning)
        return {"FINISHED"}


class TRIPOSR_OT_edit_mask(AboutPicture, bpy.types.Operator):
    """Paint on the picture's mask in an Image Editor: erase what does not belong to the subject, restore what does"""

    bl_idname = "triposr.edit_mask"
    bl_label = "Edit Mask"
    bl_options = {"UNDO"}

    if TYPE_CHECKING:
        open_editor: bool
    else:
        open_editor: BoolProperty(
            name="Open Editor",
            description="Also show the mask in an Image Editor, in paint mode, where there is a window",
            default=True,
            options={"SKIP_SAVE"},
        )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: what has to be computed first is, in the background; the mask opens when it is there."""
        settings, running = settings_of(context), session.current()
        if _mask_is_there(context) or _paintable(context):
            return self.execute(context)
        try:
            settings.use_mask = False  # the new mask begins as what the method finds
            cutout_follow.ask(running, settings, to_paint=True)
        except HostFailure as failure:
            self.report({"ERROR"}, failure.sentence)
            return {"CANCELLED"}
        cutout_follow.when_done(_edit_from_timer)
        return {"CANCELLED"}  # no undo step yet: the mask itself will be one

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Have a mask for the picture, use it, and show it. Waits where it has to be computed."""
        settings = settings_of(context)
        try:
            if not _mask_is_there(context):
                self._make(context)
        except HostFailure as failure:
            self.report({"ERROR"}, failure.sentence)
            return {"CANCELLED"}
        settings.use_mask = True
        if self.open_editor and settings.mask is not None:
            show_for_painting(context, settings.mask)
        return {"FINISHED"}

    def _make(self, context: bpy.types.Context) -> None:
        settings, running = settings_of(context), session.current()
        if not _paintable(context):
            settings.use_mask = False
            cutout_follow.ask(running, settings, to_paint=True)
            view = cutout_follow.wait(running)
            if view.failure is not None:
                raise view.failure
        view_now = running.cut_out_view()
        assert view_now is not None, "it was waited for"
        assert view_now.result is not None, "and did not fail"
        assert view_now.result.paint is not None, "and is to be painted on"
        settings.mask = mask_from_file(view_now.result.paint, view_now.request.photo)


class TRIPOSR_OT_mask_brush(bpy.types.Operator):
    """Let the brush of the Image Editor erase from the mask or restore to it"""

    bl_idname = "triposr.mask_brush"
    bl_label = "Mask Brush"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        blend: str
    else:
        blend: EnumProperty(name="Brush", description="What painting does to the mask", items=BLENDS)

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """What this button does."""
        return next(about for blend, _label, about in BLENDS if blend == properties.blend)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a brush."""
        if context.tool_settings.image_paint.brush is None:
            cls.poll_message_set(told("Choose a brush in the Image Editor's paint mode first"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Set the brush's blending."""
        context.tool_settings.image_paint.brush.blend = self.blend
        return {"FINISHED"}


class TRIPOSR_OT_forget_mask(bpy.types.Operator):
    """Throw the painted mask away and let the background method decide again"""

    bl_idname = "triposr.forget_mask"
    bl_label = "Forget Mask"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is one."""
        if settings_of(context).mask is None:
            cls.poll_message_set(told("There is no painted mask"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """An image that we made goes with it; one that the artist chose stays."""
        settings = settings_of(context)
        mask = settings.mask
        settings.mask, settings.use_mask = None, False
        if mask is not None and mask.get(MASK_OF) is not None:
            bpy.data.images.remove(mask)
        cutout_follow.show_on_change(settings, context)
        return {"FINISHED"}


def _mask_is_there(context: bpy.types.Context) -> bool:
    settings = settings_of(context)
    photo = path_or_none(settings.image_path)
    return photo is not None and belongs_to(settings.mask, photo)


def _paintable(context: bpy.types.Context) -> bool:
    """Whether the newest cut-out is of the settings of now and was made to be painted on."""
    settings, view = settings_of(context), session.current().cut_out_view()
    if view is None or view.result is None or view.result.paint is None or view.request.settings.mask_path:
        return False
    same_photo = view.request.photo == path_or_none(settings.image_path)
    return same_photo and cutout_follow.is_up_to_date(view, settings)


def _edit_from_timer() -> None:
    windows = bpy.context.window_manager.windows
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            bpy.ops.triposr.edit_mask("EXEC_DEFAULT", True)  # type: ignore[attr-defined]
