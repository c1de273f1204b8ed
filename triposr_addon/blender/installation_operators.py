# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the installation: look, install, cancel, check, repair."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty, StringProperty

from ..host.privacy import for_report
from . import installation_orders, session
from .paths import path_or_none
from .provenance import extension_version
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

OFFLINE = "Blender may not use the network. Allow Online Access in the preferences, under System"


def why_no_work(running: session.Session) -> str:
    """Why nothing can be installed or fetched now; "" where it can."""
    if running.installation.work_or_none is not None:
        return "The installer is at work. Wait for it, or cancel it"
    if running.queue.busy():
        return "Meshes are being made. Wait for them, or cancel them"
    return ""


def why_no_network() -> str:
    """Why nothing may be fetched; "" where it may."""
    return "" if bpy.app.online_access else OFFLINE


def why_no_install(running: session.Session) -> str:
    """Why the plan can't be done as it stands; "" where it can. Without a plan the installer makes its own."""
    plan = running.installation.plan
    refusal = why_no_work(running)
    if not refusal and plan is not None and not plan.can_start:
        refusal = "Something stands in the way: the extension's preferences say what"
    elif not refusal and plan is not None and not plan.exact and not running.preferences().install_without_hashes:
        refusal = "This build is known by its version, not by a hash. Tick Install Without Hashes, or choose another"
    return refusal or why_no_network()


class TRIPOSR_OT_plan_installation(bpy.types.Operator):
    """Look at this computer and say what would be installed, where, and how large it is. Changes nothing"""

    bl_idname = "triposr.plan_installation"
    bl_label = "Look at This Computer"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; the answer comes while Blender goes on."""
        running = session.current()
        running.failure = None
        installation_orders.ask_plan(running)
        return outcome(self, running)


class TRIPOSR_OT_install(bpy.types.Operator):
    """Download and install what the plan says, each file checked. Goes on where an earlier try ended"""

    bl_idname = "triposr.install"
    bl_label = "Install"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not beside other work, and not without the network."""
        refusal = why_no_install(session.current())
        cls.poll_message_set(told(refusal))
        return not refusal

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        running = session.current()
        installation_orders.install(running)
        return outcome(self, running)


class TRIPOSR_OT_install_from_pack(bpy.types.Operator):
    """Install without the network, from a folder or zip that was packed on another computer, with the models in it"""

    bl_idname = "triposr.install_from_pack"
    bl_label = "Install from Pack"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        directory: str
        filepath: str
    else:
        filepath: StringProperty(
            name="Zip", description="The zip that the pack command wrote", subtype="FILE_PATH", options={"SKIP_SAVE"}
        )
        directory: StringProperty(
            name="Pack",
            description="The folder that the pack command wrote",
            subtype="DIR_PATH",
            options={"SKIP_SAVE"},
        )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not beside other work."""
        refusal = why_no_work(session.current())
        cls.poll_message_set(told(refusal))
        return not refusal

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Choose the folder."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        running, file, pack = session.current(), path_or_none(self.filepath), path_or_none(self.directory)
        if file is not None and file.suffix == ".zip":
            pack = file
        if pack is None or not pack.exists():
            self.report({"ERROR"}, "Choose the folder or zip that holds the pack.")
            return {"CANCELLED"}
        installation_orders.install(running, pack)
        return outcome(self, running)


class TRIPOSR_OT_cancel_installation(bpy.types.Operator):
    """Stop the installer. What it has fetched is kept, and the next time it goes on there"""

    bl_idname = "triposr.cancel_installation"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while it works."""
        if session.current().installation.work_or_none is None:
            cls.poll_message_set(told("The installer has nothing to do"))
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """It is gone within a second."""
        session.current().installation.cancel()
        return {"FINISHED"}


class TRIPOSR_OT_check_installation(bpy.types.Operator):
    """Check the folder, the environment and the models, and offer what mends each fault. Changes nothing"""

    bl_idname = "triposr.check_installation"
    bl_label = "Check Installation"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Once at a time."""
        if session.current().installation.asks("checks"):
            cls.poll_message_set(told("The checks are under way"))
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; some checks take seconds, since PyTorch is started."""
        running = session.current()
        running.failure = None
        installation_orders.ask_checks(running)
        return outcome(self, running)


class TRIPOSR_OT_repair(bpy.types.Operator):
    """Mend what this check found"""

    bl_idname = "triposr.repair"
    bl_label = "Repair"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        number: int
    else:
        number: IntProperty(name="Finding", description="The number of the finding in the list, from 0", min=0)

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """A repair may fetch something."""
        refusal = why_no_work(session.current()) or why_no_network()
        cls.poll_message_set(told(refusal))
        return not refusal

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        running = session.current()
        findings = running.installation.findings or ()
        if self.number >= len(findings) or not findings[self.number].repair:
            self.report({"ERROR"}, "There is nothing to repair. Check the installation first")
            return {"CANCELLED"}
        installation_orders.repair(running, findings[self.number])
        return outcome(self, running)


class TRIPOSR_OT_remove_installation(bpy.types.Operator):
    """Delete PyTorch and its environment from the data folder. Models and pictures stay"""

    bl_idname = "triposr.remove_installation"
    bl_label = "Remove Installation"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not beside other work."""
        refusal = why_no_work(session.current())
        cls.poll_message_set(told(refusal))
        return not refusal

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """To have it back means gigabytes to download."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start it. Without a window, wait for its end."""
        running = session.current()
        installation_orders.remove_installation(running)
        return outcome(self, running)


class TRIPOSR_OT_copy_diagnostics(bpy.types.Operator):
    """Copy the checks, the plan and this computer's facts for a report, without names, folders of yours, or secrets"""

    bl_idname = "triposr.copy_diagnostics"
    bl_label = "Copy Diagnostics"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """After the checks."""
        if not session.current().installation.diagnostics:
            cls.poll_message_set(told("Check the installation first"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Fill the clipboard."""
        context.window_manager.clipboard = diagnostics_text(session.current().installation.diagnostics)
        self.report({"INFO"}, "Copied to the clipboard")
        return {"FINISHED"}


def diagnostics_text(checks: str) -> str:
    """What may be sent to others."""
    head = f"TripoSR for Blender {extension_version()}, Blender {bpy.app.version_string}, {platform.platform()}"
    return for_report(f"{head}\n{checks}\n")


def outcome(operator: bpy.types.Operator, running: session.Session) -> set[OperatorReturnItems]:
    """What a script gets: without a window the work is over by now."""
    if running.failure is not None and bpy.app.background:
        operator.report({"ERROR"}, running.failure.sentence)
        return {"CANCELLED"}
    return {"FINISHED"}
