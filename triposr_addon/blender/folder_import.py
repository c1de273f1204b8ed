# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Meshes of a Folder: every picture with the settings of now, in a grid, in a collection of the folder's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..folder_log import FolderLog
from ..host.failures import HostFailure, LogUnwritable
from ..host.folder_run import FolderRun, Which, to_do
from ..photo_files import photos_in
from . import session
from .failures import FolderWithoutPictures
from .folder_collection import pictures_here, start_behind
from .folder_sheet import LOG_NAME
from .follow import follow
from .grid import Grid, grid_for
from .handover import tell_failure
from .landing import chosen_place
from .order import order_for_picture
from .paths import absolute
from .placement import units_per_metre
from .properties import settings_of
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

WHICH = (
    (
        "MISSING",
        "Missing Here",
        "Pictures without an object in this file, or that changed since: goes on where it stopped",
    ),
    (
        "NEW",
        "Only New",
        "Pictures that the folder's log does not have as made, in whatever file, or that changed since",
    ),
    ("ALL", "All", "Every picture, those that were made before once more"),
)


class TRIPOSR_OT_add_folder(bpy.types.Operator):
    """Make a mesh of each picture in a folder. They stand in a grid, in a collection named after the folder"""

    bl_idname = "triposr.add_folder"
    bl_label = "Add Folder"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        directory: str
        recursive: bool
        which: str
        filter_folder: bool
    else:
        directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})
        recursive: BoolProperty(
            name="Folders Within", description="Take the pictures of the folders within, too", default=False
        )
        which: EnumProperty(
            name="Pictures",
            description="Which pictures of the folder are made. What failed or was cancelled is always tried again",
            items=WHICH,
            default="MISSING",
        )
        filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Open a browser of folders, at the one of the picture that is chosen now."""
        chosen = bpy.path.abspath(settings_of(context).image_path)
        self.directory = str(Path(chosen).parent) if chosen else ""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        """At the side of the browser: what to take, and the settings that all of them share."""
        layout, settings = self.layout, settings_of(context)
        assert layout is not None
        layout.use_property_split = True
        layout.prop(self, "which")
        layout.prop(self, "recursive")
        shared = layout.column(heading="For All")
        for name in ("background", "foreground_ratio", "resolution", "threshold", "height", "decimate_ratio"):
            shared.prop(settings, name)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Order what is to be made."""
        running, folder = session.current(), absolute(self.directory)
        try:
            run = _begun(folder, self.recursive, Which(self.which), running)
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        if not run.pictures:
            running.notice = told(
                "{folder}: nothing to do, {count} pictures are made already", folder=folder.name, count=run.left_out
            )
            self.report({"INFO"}, running.notice)
            return {"CANCELLED"}
        jobs = _ordered(context, run, running)
        if not jobs:
            tell_failure(self, running, running.failure or FolderWithoutPictures(folder, "no job"))
            return {"CANCELLED"}
        running.folder_run = run
        return follow(self, context, jobs)


def _begun(folder: Path, recursive: bool, which: Which, running: session.Session) -> FolderRun:
    """Raises FolderWithoutPictures or LogUnwritable."""
    try:
        pictures = photos_in(folder, recursive)
    except OSError as error:
        raise FolderWithoutPictures(folder, repr(error)) from error
    if not pictures:
        raise FolderWithoutPictures(folder, f"recursive: {recursive}")
    log = FolderLog(running.storage().folder_record(folder) / LOG_NAME)
    try:
        chosen = to_do(folder, pictures, log.latest(), which, pictures_here())
        waiting = {view.request.photo for view in running.queue.views() if not view.state.over}
        chosen = [picture for picture in chosen if picture not in waiting]
    except OSError as error:
        raise LogUnwritable(log.path, error) from error
    return FolderRun(folder, log, chosen, len(pictures) - len(chosen), recursive)


def _ordered(context: bpy.types.Context, run: FolderRun, running: session.Session) -> list[str]:
    """The jobs' ids. What can't be ordered is in the run as failed; the last such failure is the session's."""
    grid, jobs, refused = _grid(context, run), [], None
    for picture in run.pictures:
        try:
            order = order_for_picture(context, picture, grid)
            request = dataclasses.replace(order.request, review=True)
            jobs.append(running.start(dataclasses.replace(order, request=request, folder=run)))
        except HostFailure as failure:
            refused = failure
            run.refuse(picture, failure)
    running.failure = refused
    return jobs


def _grid(context: bpy.types.Context, run: FolderRun) -> Grid:
    scene, settings = context.scene, settings_of(context)
    assert scene is not None, "wherever there are settings there is a scene"
    size = settings.height * units_per_metre(scene)
    return grid_for(len(run.pictures), start_behind(scene, run.folder, chosen_place(context), size), size)
