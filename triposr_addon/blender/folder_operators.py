# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with what is known of a folder: its contact sheet, its log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..host.failures import HostFailure
from . import session
from .failures import FolderWithoutLog
from .folder_sheet import follow_sheet, has_log, order_sheet, pages_of, show_sheet, wait_for_sheet
from .handover import tell_failure
from .paths import absolute
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class _OfFolder:
    """An operator on a folder whose pictures were made: that one, or the latest of this session."""

    if TYPE_CHECKING:
        folder: str
    else:
        folder: StringProperty(
            name="Folder",
            description="The folder of the pictures; empty for the latest one",
            subtype="DIR_PATH",
            options={"SKIP_SAVE", "HIDDEN"},
        )

    def chosen(self, running: session.Session) -> Path:
        """Raises FolderWithoutLog."""
        run = running.folder_run
        if not self.folder and run is None:
            raise FolderWithoutLog("No folder")
        folder = absolute(self.folder) if self.folder or run is None else run.folder
        if not has_log(running, folder):
            raise FolderWithoutLog(folder.name)
        return folder


class TRIPOSR_OT_contact_sheet(_OfFolder, bpy.types.Operator):
    """Draw every picture of the folder beside its mesh, worst first, with what is likely to blame"""

    bl_idname = "triposr.contact_sheet"
    bl_label = "Contact Sheet"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """With a window come back at once; without one, when the images are there."""
        running = session.current()
        try:
            order = order_sheet(running, self.chosen(running), show=True)
            if bpy.app.background:
                wait_for_sheet(running, order)
                show = bpy.ops.triposr.show_contact_sheet  # type: ignore[attr-defined]
                return set(show("EXEC_DEFAULT", True, folder=str(order.folder)))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        follow_sheet()
        return {"FINISHED"}


class TRIPOSR_OT_show_contact_sheet(_OfFolder, bpy.types.Operator):
    """Show the contact sheet of the folder as it was drawn last"""

    bl_idname = "triposr.show_contact_sheet"
    bl_label = "Contact Sheet"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """As images of the .blend; the first page in an Image Editor."""
        running = session.current()
        try:
            folder = self.chosen(running)
            images = show_sheet(context, folder, pages_of(running, folder))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        if images:
            self.report(
                {"INFO"}, told("Contact sheet: {pages} images, from {name} on", pages=len(images), name=images[0].name)
            )
        return {"FINISHED"} if images else {"CANCELLED"}


class TRIPOSR_OT_open_folder_record(_OfFolder, bpy.types.Operator):
    """Show the place of the folder's log (JSON Lines), of its small pictures and of its contact sheet"""

    bl_idname = "triposr.open_folder_record"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """In the system's own file browser."""
        running = session.current()
        try:
            record = running.storage().folder_record(self.chosen(running))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        self.report({"INFO"}, str(record))
        if not bpy.app.background:
            bpy.ops.wm.path_open(filepath=str(record))
        return {"FINISHED"}
