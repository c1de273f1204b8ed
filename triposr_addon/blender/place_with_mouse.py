# SPDX-License-Identifier: GPL-3.0-or-later
"""Image to Mesh at a place that is clicked in a 3D View."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import FloatVectorProperty

from ..host.failures import HostFailure
from . import session
from .follow import follow, wait_for
from .generate import start_job
from .ghost import UNKNOWN_ASPECT, Ghost, size_of
from .handover import tell_failure
from .landing import landing_place
from .order import chosen_picture, placement_for
from .placement import Place
from .properties import settings_of
from .redraw import redraw_views
from .unforeseen import forgiving_modal

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

LOOKING_AROUND = {"MIDDLEMOUSE", "WHEELUPMOUSE", "WHEELDOWNMOUSE", "TRACKPADPAN", "TRACKPADZOOM", "MOUSEROTATE"}
"""Left to the view: an artist turns it to see the place."""


class TRIPOSR_OT_place_with_mouse(bpy.types.Operator):
    """Turn the picture into a mesh that stands where you click: on what is there, else on the floor"""

    bl_idname = "triposr.place_with_mouse"
    bl_label = "Place with the Mouse"
    bl_options = set()

    if TYPE_CHECKING:
        location: tuple[float, float, float]
    else:
        location: FloatVectorProperty(
            name="Location",
            description="Where the foot of the object comes, in Blender units",
            subtype="TRANSLATION",
            size=3,
            options={"SKIP_SAVE"},
        )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Wait for the click, unless there is nothing to place."""
        try:
            chosen_picture(context)
        except HostFailure as failure:
            tell_failure(self, session.current(), failure)
            return {"CANCELLED"}
        if context.window is None or bpy.app.background:
            self.report({"ERROR"}, "Placing with the mouse needs a window. A script gives the location instead.")
            return {"CANCELLED"}
        context.window_manager.modal_handler_add(self)
        context.window.cursor_modal_set("CROSSHAIR")
        context.workspace.status_text_set("Click where the object shall stand.  Right-click or Esc: cancel")
        return {"RUNNING_MODAL"}

    @forgiving_modal
    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """The view can be turned and zoomed meanwhile."""
        if event.type in LOOKING_AROUND or event.type.startswith("TIMER"):
            return {"PASS_THROUGH"}
        if event.type == "MOUSEMOVE":
            self._hover(context, place_under(context, (event.mouse_x, event.mouse_y)))
            return {"RUNNING_MODAL"}
        if event.value == "PRESS" and event.type in {"ESC", "RIGHTMOUSE"}:
            self.cancel(context)
            return {"CANCELLED"}
        if (event.type, event.value) != ("LEFTMOUSE", "PRESS"):
            return {"RUNNING_MODAL"}
        self.cancel(context)
        place = place_under(context, (event.mouse_x, event.mouse_y))
        if place is None:
            return {"CANCELLED"}
        self.location = place
        job = start_job(self, context, place)
        return follow(self, context, [job]) if job else {"CANCELLED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Leave the window as it was; Blender calls this where it ends the operator itself."""
        self._hover(context, None)
        if context.window is not None:  # it may have been closed
            context.window.cursor_modal_restore()
            context.workspace.status_text_set(None)

    def _hover(self, context: bpy.types.Context, place: Place | None) -> None:
        """Show the object's ghost under the pointer."""
        running = session.current_or_none()
        if running is not None:
            running.hovering = (hovering_ghost(context, running, place),) if place is not None else ()
            redraw_views(context)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script, which says where: come back when the object is there."""
        x, y, z = self.location
        job = start_job(self, context, (x, y, z))
        return wait_for(self, context, [job]) if job else {"CANCELLED"}


def hovering_ghost(context: bpy.types.Context, running: session.Session, place: Place) -> Ghost:
    """Of the chosen picture, at a place; a box alone where there is no picture any more, which the click then tells."""
    scene = context.scene
    assert scene is not None, "wherever a window is there is a scene"
    placement = placement_for(settings_of(context), scene, place)
    try:
        picture = running.cut_out.subject_or_none(chosen_picture(context))
    except HostFailure:
        picture = None
    return Ghost("pointer", place, size_of(placement, picture.aspect if picture else UNKNOWN_ASPECT), 0.0, picture)


def place_under(context: bpy.types.Context, pointer: tuple[int, int]) -> Place | None:
    """What is under a pixel of the window, from its bottom left; None where no 3D View's scene is seen there."""
    for area in context.window.screen.areas if context.window is not None else ():
        if area.type != "VIEW_3D":
            continue
        seen = [region for region in area.regions if holds(region, pointer)]
        if [region.type for region in seen] == ["WINDOW"]:
            view = seen[0]
            with context.temp_override(area=area, region=view):
                return landing_place(context, view, (pointer[0] - view.x, pointer[1] - view.y))
    return None


def holds(region: bpy.types.Region, pointer: tuple[int, int]) -> bool:
    """Whether the pixel lies in it; one that is folded away is a pixel wide."""
    across, up = pointer[0] - region.x, pointer[1] - region.y
    return min(region.width, region.height) > 1 and 0 <= across < region.width and 0 <= up < region.height
