# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things live on this computer and what they run on. What belongs to a scene is in properties.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from . import session
from .words import ui

DEVICES = (
    ("auto", "Automatic", "The graphics card where PyTorch can use it, else the processor"),
    ("cpu", "Processor", "Works everywhere; slower"),
    ("cuda", "NVIDIA or AMD card", "CUDA or ROCm"),
    ("mps", "Apple graphics", "Metal, on Apple silicon"),
)


class TRIPOSR_AP_preferences(bpy.types.AddonPreferences):
    """The extension's page in Blender's preferences."""

    bl_idname = ""  # the extension's root package, set at registration: its name depends on the repository

    if TYPE_CHECKING:
        worker_python: str
        data_folder: str
        models_folder: str
        device: str
        warm_up: bool
        show_cut_out: bool
        idle_minutes: int
        unload_for_render: bool
        scene_defaults: str
        show_ghosts: bool
    else:
        worker_python: StringProperty(
            name="Worker Python",
            description="Python with PyTorch that runs the model. Empty: the one in the data folder",
            subtype="FILE_PATH",
        )
        data_folder: StringProperty(
            name="Data Folder",
            description="Holds the Python environment, models and logs. "
            "Empty: the extension's own folder, which goes when the extension is removed",
            subtype="DIR_PATH",
        )
        models_folder: StringProperty(
            name="Models Folder",
            description="Each folder in it with a config.yaml and weights is offered as a model. "
            "Empty: models in the data folder",
            subtype="DIR_PATH",
        )
        device: EnumProperty(
            name="Device",
            description="What the model runs on",
            items=DEVICES,
            default="auto",
        )
        warm_up: BoolProperty(
            name="Warm Up When a Picture Is Chosen",
            description="Start the worker and load the model as soon as a picture is chosen: the first mesh comes some "
            "seconds sooner. The worker then holds its memory, a few hundred MB and the model's size, "
            "until it unloads; see Unload After",
            default=True,
        )
        show_cut_out: BoolProperty(
            name="Show the Cut-out When a Picture Is Chosen",
            description="Start the worker and cut the picture out as soon as it or a setting of its cut-out changes",
            default=True,
        )
        show_ghosts: BoolProperty(
            name="Show Ghosts",
            description="While a mesh is being made, show a box with its picture in the 3D View where it will stand. "
            "Hidden with the view's overlays, too",
            default=True,
        )

        idle_minutes: IntProperty(
            name="Unload After",
            description="So many minutes after its last work the worker gives the model's memory back. The next mesh "
            "loads it again, which takes seconds. 0: never",
            min=0,
            soft_max=120,
            default=10,
        )
        unload_for_render: BoolProperty(
            name="Unload When a Render Starts",
            description="Give the model's memory to the render. A mesh that is being made is finished first; "
            "the next ones wait until the render is over",
            default=True,
        )
        scene_defaults: StringProperty(
            name="My Defaults",
            description="The settings that new files start with, as JSON. Empty: the extension's own",
        )

    def draw(self, _context: bpy.types.Context) -> None:
        """Install section first: without an environment nothing else matters."""
        _draw_environment(self.layout.box())
        column = self.layout.column()
        column.use_property_split = True
        column.prop(self, "device")
        column.prop(self, "warm_up")
        column.prop(self, "show_cut_out")
        column.prop(self, "show_ghosts")
        column.prop(self, "idle_minutes", text="Unload After (Minutes)")
        column.prop(self, "unload_for_render")
        column.prop(self, "worker_python")
        column.prop(self, "data_folder")
        column.prop(self, "models_folder")
        _draw_defaults(self.layout.box(), self)


def _draw_defaults(box: bpy.types.UILayout, preferences: TRIPOSR_AP_preferences) -> None:
    box.label(text="New files start with the settings that you have kept", icon="PRESET")
    box.prop(preferences, "scene_defaults", text="")
    row = box.row(align=True)
    row.operator("triposr.save_defaults")
    row.operator("triposr.forget_defaults")


def _draw_environment(box: bpy.types.UILayout) -> None:
    storage = session.current().storage()
    python = storage.worker_python_or_none()
    if python is not None and python.is_file():
        box.label(text="The worker's Python is there", icon="CHECKMARK")
        box.label(text=str(python), icon="BLANK1")
        return
    box.label(text="The worker's Python is missing", icon="ERROR")
    box.label(text=ui("Looked for it in {folder}", folder=python or storage.environment), icon="BLANK1")
    for line in session.current().installer.HOW_TO_INSTALL:
        box.label(text=line, icon="BLANK1")
