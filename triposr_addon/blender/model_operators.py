# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the list of models: look, get, use a file, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from . import installation_orders, session
from .installation_operators import outcome, why_no_network, why_no_work
from .paths import path_or_none
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_list_models(bpy.types.Operator):
    """Look which models there are and which of them are here. Changes nothing"""

    bl_idname = "triposr.list_models"
    bl_label = "Show Models"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; the answer comes while Blender goes on."""
        running = session.current()
        running.failure = None
        installation_orders.ask_models(running)
        return outcome(self, running)


class _OneModel:
    """A button beside a model."""

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not beside other work."""
        refusal = why_no_work(session.current()) or cls.refusal()
        cls.poll_message_set(told(refusal))  # type: ignore[attr-defined]  # an operator's: this is a part of one
        return not refusal

    @classmethod
    def refusal(cls) -> str:
        """What else may be in the way."""
        return ""


class TRIPOSR_OT_get_model(_OneModel, bpy.types.Operator):
    """Download this model and check it, or take over the copy that another program has. Goes on where it ended"""

    bl_idname = "triposr.get_model"
    bl_label = "Get"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        model: str
    else:
        model: StringProperty(name="Model", description="Its name in the list")

    @classmethod
    def refusal(cls) -> str:
        """It comes through the network."""
        return why_no_network()

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        installation_orders.get_model(session.current(), self.model)
        return outcome(self, session.current())


class TRIPOSR_OT_add_model_file(_OneModel, bpy.types.Operator):
    """Use a file that you have already: it is checked and copied to its place, whatever it is called"""

    bl_idname = "triposr.add_model_file"
    bl_label = "Use a File I Have"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        filepath: str
    else:
        filepath: StringProperty(
            name="File", description="A file of one of the models", subtype="FILE_PATH", options={"SKIP_SAVE"}
        )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Choose the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        path = path_or_none(self.filepath)
        if path is None or not path.is_file():
            self.report({"ERROR"}, "Choose a file that is there.")
            return {"CANCELLED"}
        installation_orders.add_model_file(session.current(), path)
        return outcome(self, session.current())


class TRIPOSR_OT_remove_model(_OneModel, bpy.types.Operator):
    """Delete this model's files from the data folder"""

    bl_idname = "triposr.remove_model"
    bl_label = "Remove"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        model: str
    else:
        model: StringProperty(name="Model", description="Its name in the list")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """It may have taken an hour to come here."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        session.current().stop_worker()
        installation_orders.remove_model(session.current(), self.model)
        return outcome(self, session.current())
