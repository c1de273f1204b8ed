# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things live on this computer and what they run on. What belongs to a scene is in properties.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from . import data_folder, installation_orders, session
from .installation_drawing import draw_bar, draw_card, draw_checks, draw_models, draw_upgrade
from .installation_words import BACKENDS
from .sidebar import draw_lines
from .words import ui

DEVICES = (
    ("auto", "Automatic", "The graphics card where PyTorch can use it, else the processor"),
    ("cpu", "Processor", "Works everywhere; slower"),
    ("cuda", "NVIDIA or AMD card", "CUDA or ROCm"),
    ("mps", "Apple graphics", "Metal, on Apple silicon"),
)


PAGES = (
    ("INSTALLATION", "Installation", "What is installed, what would be, and what is wrong with it"),
    ("MODELS", "Models", "Which models there are, which are here, and how to get them"),
    ("SETTINGS", "Settings", "How TripoSR works on this computer"),
)


def _plan_anew(_preferences: bpy.types.AddonPreferences, _context: bpy.types.Context) -> None:
    """An update function: the card shows what is chosen. A script that installs plans anyway."""
    running = session.current_or_none()
    if running is not None and not bpy.app.background:
        installation_orders.ask_plan(running)


def _use_folder(preferences: TRIPOSR_AP_preferences, context: bpy.types.Context) -> None:
    """An update function: found again after a reinstallation, and planned for."""
    try:
        data_folder.remember(preferences.data_folder)
    except OSError as error:
        session.current().notice = ui("The Data Folder can't be remembered: {why}", why=error)
    _plan_anew(preferences, context)


def _show_page(preferences: TRIPOSR_AP_preferences, _context: bpy.types.Context) -> None:
    """An update function: the list of models is asked for when it is looked at."""
    running = session.current_or_none()
    if running is not None and preferences.page == "MODELS" and not bpy.app.background:
        installation_orders.ask_models(running)


class TRIPOSR_AP_preferences(bpy.types.AddonPreferences):
    """The extension's page in Blender's preferences."""

    bl_idname = ""  # the extension's root package, set at registration: its name depends on the repository

    if TYPE_CHECKING:
        page: str
        backend: str
        gpu: int
        install_without_hashes: bool
        accept_non_commercial: bool
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
        page: EnumProperty(
            name="Page",
            description="What these preferences show",
            items=PAGES,
            update=_show_page,
            options={"SKIP_SAVE"},
        )
        backend: EnumProperty(
            name="Build",
            description="Which build of PyTorch is installed",
            items=BACKENDS,
            default="auto",
            update=_plan_anew,
        )
        gpu: IntProperty(
            name="Graphics Card",
            description="The number of the card that the installation is planned for, from 0. -1: the best one",
            min=-1,
            default=-1,
            update=_plan_anew,
        )
        install_without_hashes: BoolProperty(
            name="Install Without Hashes",
            description="For builds whose files are known by their versions alone: trust PyTorch's own server for "
            "their content",
            default=False,
        )
        accept_non_commercial: BoolProperty(
            name="I Accept Licences That Forbid Commercial Work",
            description="Allow models to be fetched whose results may not be sold. Their licences are in the list",
            default=False,
        )
        worker_python: StringProperty(
            name="Worker Python",
            description="Python with PyTorch that runs the model. Empty: the one in the data folder",
            subtype="FILE_PATH",
        )
        data_folder: StringProperty(
            name="Data Folder",
            description="Holds the Python environment, models and logs. "
            "Empty: the extension's own folder, which goes when the extension is removed. A chosen one stays, and is "
            "found again when the extension is installed anew",
            subtype="DIR_PATH",
            update=_use_folder,
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

    def draw(self, context: bpy.types.Context) -> None:
        """Installation first: without an environment nothing else matters."""
        self.layout.row().prop(self, "page", expand=True)
        if self.page == "INSTALLATION":
            _draw_installation(self.layout, context, self)
        elif self.page == "MODELS":
            draw_models(self.layout, context, session.current())
        else:
            _draw_settings(self.layout, self)
        _draw_failure(self.layout, context)


def _draw_settings(layout: bpy.types.UILayout, preferences: TRIPOSR_AP_preferences) -> None:
    column = layout.column()
    column.use_property_split = True
    column.prop(preferences, "device")
    column.prop(preferences, "warm_up")
    column.prop(preferences, "show_cut_out")
    column.prop(preferences, "show_ghosts")
    column.prop(preferences, "idle_minutes", text="Unload After (Minutes)")
    column.prop(preferences, "unload_for_render")
    column.prop(preferences, "worker_python")
    column.prop(preferences, "models_folder")
    _draw_defaults(layout.box(), preferences)


def _draw_defaults(box: bpy.types.UILayout, preferences: TRIPOSR_AP_preferences) -> None:
    box.label(text="New files start with the settings that you have kept", icon="PRESET")
    box.prop(preferences, "scene_defaults", text="")
    row = box.row(align=True)
    row.operator("triposr.save_defaults")
    row.operator("triposr.forget_defaults")


def _draw_installation(
    layout: bpy.types.UILayout, context: bpy.types.Context, preferences: TRIPOSR_AP_preferences
) -> None:
    running = session.current()
    python = running.storage().worker_python_or_none()
    if python is None:
        draw_card(layout, context, running)
    else:
        box = layout.box()
        there = python.is_file()
        box.label(
            text="TripoSR is installed" if there else "The chosen Python is missing",
            icon="CHECKMARK" if there else "ERROR",
        )
        box.label(text=str(python), icon="BLANK1", translate=False)
        box.prop(preferences, "data_folder")
        if not preferences.data_folder:
            draw_lines(box, context, "Without a Data Folder it goes when the extension is removed.", "INFO")
        draw_upgrade(box, context, running)
        if not draw_bar(box, running.installation):
            box.operator("triposr.remove_installation", icon="TRASH")
    draw_checks(layout.box(), context, running)


def _draw_failure(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The same that the panel shows: whoever installs from here need not look there."""
    failure = session.current().failure
    if failure is not None:
        box = layout.box()
        draw_lines(box, context, failure.sentence, "ERROR")
        row = box.row(align=True)
        row.operator("triposr.copy_failure", icon="COPYDOWN")
        row.operator("triposr.dismiss_failure", text="", icon="X")
