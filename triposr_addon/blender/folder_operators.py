# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with the record of the latest folder. None of it changes the .blend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import session
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_open_folder_record(bpy.types.Operator):
    """Show the folder with the log (JSON Lines), the small pictures and the contact sheet of the latest folder"""

    bl_idname = "triposr.open_folder_record"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where there is a log."""
        running = session.current_or_none()
        there = running is not None and running.folder_run is not None and running.folder_run.log.path.is_file()
        if not there:
            cls.poll_message_set(told("No folder of pictures was made in this session"))
        return there

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """In the system's own file browser."""
        run = session.current().folder_run
        assert run is not None, "as poll says"
        self.report({"INFO"}, str(run.log.path))
        if not bpy.app.background:
            bpy.ops.wm.path_open(filepath=str(run.log.path.parent))
        return {"FINISHED"}
