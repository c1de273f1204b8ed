# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist can do about a failure that the panel shows: copy everything known about it, or put it away."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from ..host.privacy import for_report
from . import session
from .provenance import extension_version
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def details_text(failure: HostFailure, log: str) -> str:
    """All that helps someone else to find the cause, as plain text."""
    text = "\n".join(
        (
            f"{failure.code}: {failure.sentence}",
            f"TripoSR for Blender {extension_version()}, Blender {bpy.app.version_string}, {platform.platform()}",
            "",
            failure.details,
            "",
            "The worker's last words:",
            log,
        )
    )
    return for_report(text)


class _AboutFailure:
    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while a failure is shown."""
        if session.current().failure is None:
            cls.poll_message_set(told("No failure is shown"))  # type: ignore[attr-defined]  # an operator's: this is a part of one
            return False
        return True


class TRIPOSR_OT_copy_failure(_AboutFailure, bpy.types.Operator):
    """Copy the failure with its technical details to the clipboard, for a report"""

    bl_idname = "triposr.copy_failure"
    bl_label = "Copy Details"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Fill the clipboard."""
        running = session.current()
        if running.failure is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = details_text(running.failure, running.storage().worker_log_tail())
        self.report({"INFO"}, "Copied to the clipboard")
        return {"FINISHED"}


class TRIPOSR_OT_dismiss_failure(_AboutFailure, bpy.types.Operator):
    """Put this message away"""

    bl_idname = "triposr.dismiss_failure"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Forget it."""
        session.current().failure = None
        return {"FINISHED"}
