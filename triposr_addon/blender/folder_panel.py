# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest folder in the TripoSR tab: how far it is, what came of it, and what can be done with it."""

from __future__ import annotations

import bpy

from ..folder_log import MADE
from ..host.folder_run import FolderRun
from . import session
from .folder_report import named, summary_of
from .paths import shown
from .sidebar import InSidebar, draw_lines
from .words import ui

LISTED_FAILURES = 8


class TRIPOSR_PT_folder(InSidebar, bpy.types.Panel):
    """A folder of pictures that is being made, or was."""

    bl_idname = "TRIPOSR_PT_folder"
    bl_parent_id = "TRIPOSR_PT_image_to_mesh"
    bl_label = "Folder"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not before there was one."""
        running = session.current_or_none()
        return running is not None and running.folder_run is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Its name, a bar or the summary, the failures, the buttons."""
        layout, run = self.layout, session.current().folder_run
        assert layout is not None
        assert run is not None, "as poll says"
        layout.label(text=shown(run.folder.name), icon="FILE_FOLDER")
        if run.over:
            draw_lines(layout, context, summary_of(run), "CHECKMARK")
        else:
            _draw_bar(layout, run)
        _draw_failures(layout, context, run)
        _draw_buttons(layout, run)


def _draw_bar(layout: bpy.types.UILayout, run: FolderRun) -> None:
    done, count = run.done, len(run.pictures)
    layout.progress(
        factor=done / count,
        type="BAR",
        text=ui("{done} of {all}, {made} made", done=done, all=count, made=run.count(MADE)),
    )


def _draw_failures(layout: bpy.types.UILayout, context: bpy.types.Context, run: FolderRun) -> None:
    failed = run.failed()
    if not failed:
        return
    box = layout.box()
    for line in failed[:LISTED_FAILURES]:
        draw_lines(box, context, named(line.picture, line.sentence), "ERROR")
    if len(failed) > LISTED_FAILURES:
        box.label(text=ui("and {count} more, see the log", count=len(failed) - LISTED_FAILURES), icon="BLANK1")


def _draw_buttons(layout: bpy.types.UILayout, run: FolderRun) -> None:
    row = layout.row(align=True)
    again = row.row(align=True)
    again.enabled = run.over
    again.operator_context = "EXEC_DEFAULT"
    go_on = again.operator("triposr.add_folder", text="Look for New", icon="FILE_REFRESH")
    go_on.directory = str(run.folder)
    go_on.recursive = run.recursive
    row.operator("triposr.contact_sheet", icon="IMGDISPLAY").folder = str(run.folder)
    row.operator("triposr.open_folder_record", text="", icon="TEXT").folder = str(run.folder)
