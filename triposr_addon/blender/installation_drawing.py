# SPDX-License-Identifier: GPL-3.0-or-later
"""The installation as the panel's first card and the preferences show it. It only draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..host.installer_run import InstallerRun
from ..host.installer_words import Finding, InstallPlan, ModelRow
from .installation import Installation
from .installation_operators import why_no_network
from .installing import upgrade
from .installing.choices import draw_choices
from .installing.sentences import build_label, detail_of, short, tell, tell_all
from .queue_panel import duration
from .session import Session
from .sidebar import draw_lines
from .words import ui

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems

BUTTON_SCALE = 1.8
STATE_LOOKS: dict[str, IconItems] = {"good": "CHECKMARK", "note": "INFO", "bad": "ERROR"}
MODEL_LOOKS: dict[str, IconItems] = {
    "installed": "CHECKMARK",
    "partly": "SORTTIME",
    "damaged": "ERROR",
    "absent": "BLANK1",
}


def draw_card(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session) -> None:
    """All that leads to a first mesh: the plan in plain words, what can be chosen, the button; or the bar."""
    box = layout.box()
    draw_lines(box, context, "TripoSR needs PyTorch, in a folder of its own. Blender stays as it is.", "INFO")
    if draw_bar(box, running.installation):
        return
    plan = running.installation.plan
    if plan is None:
        _draw_no_plan(box, context, running.installation)
        return
    _draw_plan(box.column(align=True), context, plan)
    _draw_choices(box.column(), context, running, plan)
    _draw_obstacles(box, context, plan)
    if plan.build:
        draw_install_buttons(box, context)


def draw_bar(layout: bpy.types.UILayout, installation: Installation) -> bool:
    """The one bar, with its button; whether there is work."""
    task, run = installation.work_or_none, installation.run_or_none
    if task is None:
        return False
    fraction = run.fraction if run is not None else 0.0
    row = layout.row(align=True)
    row.progress(factor=fraction, type="BAR", text=f"{ui(task.title)}  {fraction:.0%}")
    row.operator("triposr.cancel_installation", text="", icon="X")
    if run is not None:
        _draw_run(layout, run)
    return True


def _draw_run(layout: bpy.types.UILayout, run: InstallerRun) -> None:
    """What the bar stands for: all bytes, and the time until it is full."""
    if run.waits_for:
        layout.label(
            text=ui("Another Blender or command ({holder}) installs there; it is waited for", holder=run.waits_for)
        )
    elif run.total:
        soon = "  " + ui("{time} left", time=duration(run.seconds_left)) if run.seconds_left is not None else ""
        amount = ui("{done} of {total}", done=_bytes(run.bytes), total=_bytes(run.total))
        layout.label(text=f"{amount}{soon}", translate=False)
    if run.detail:
        layout.label(text=detail_of(run), translate=False)


def draw_upgrade(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session) -> None:
    """Only where this version wants another installation than the one that is there."""
    told = upgrade.change_or_none(running)
    if told is None or running.installation.work_or_none is not None:
        return
    box = layout.box()
    draw_lines(box, context, "TripoSR was installed by another version of this extension, or of Blender.", "INFO")
    draw_lines(box, context, tell(told), "BLANK1")
    box.operator("triposr.install", text="Update Installation", icon="FILE_REFRESH")
    draw_network(box, context)


def draw_install_buttons(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Install; where the network is not allowed, the way to the preference that allows it; from a pack."""
    row = layout.row()
    row.scale_y = BUTTON_SCALE
    row.operator("triposr.install", icon="IMPORT")
    draw_network(layout, context)
    layout.operator("triposr.install_from_pack", icon="FILE_FOLDER")


def draw_network(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Only where the artist, or their studio, keeps Blender off the network."""
    refusal = why_no_network()
    if refusal:
        draw_lines(layout, context, refusal, "INTERNET_OFFLINE")
        layout.operator("extensions.userpref_show_online", text="Open Network Preferences", icon="PREFERENCES")


def _draw_no_plan(layout: bpy.types.UILayout, context: bpy.types.Context, installation: Installation) -> None:
    if installation.asks("plan"):
        draw_lines(layout, context, "Looking at this computer …", "SORTTIME")
    else:
        draw_lines(layout, context, "First it says what it would install. Nothing happens before you agree.", "BLANK1")
        layout.operator("triposr.plan_installation", icon="VIEWZOOM")


def _draw_plan(layout: bpy.types.UILayout, context: bpy.types.Context, plan: InstallPlan) -> None:
    if plan.build:
        draw_lines(
            layout,
            context,
            ui("PyTorch {version} for: {build}", version=plan.torch, build=build_label(plan.build)),
            "IMPORT",
        )
    for number, reason in enumerate(plan.reasons):
        draw_lines(layout, context, tell(reason), "BLANK1" if number or plan.build else "ERROR")
    if plan.build:
        template = "{download} to download, {on_disk} on the disk; {free} are free"
        sizes = {"download": _bytes(plan.download), "on_disk": _bytes(plan.on_disk), "free": _bytes(plan.free_disk)}
        draw_lines(layout, context, ui(template, **sizes), "DISK_DRIVE")
        draw_lines(layout, context, ui("Into {folder}", folder=short(plan.folder)), "FILE_FOLDER")


def _draw_choices(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session, plan: InstallPlan) -> None:
    preferences = running.preferences()
    draw_choices(layout, running, plan)
    if not plan.build:
        return
    layout.prop(preferences, "data_folder", text="Folder")
    if not preferences.data_folder:
        draw_lines(layout, context, "Without a Data Folder it goes when the extension is removed.", "INFO")
    if not plan.exact:
        layout.prop(preferences, "install_without_hashes")


def _draw_obstacles(layout: bpy.types.UILayout, context: bpy.types.Context, plan: InstallPlan) -> None:
    for obstacle in plan.obstacles if plan.build else ():
        draw_lines(layout, context, tell_all(obstacle.told), "ERROR" if obstacle.blocks else "INFO")


def draw_checks(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session) -> None:
    """Each finding with the button that mends it."""
    findings = running.installation.findings
    row = layout.row(align=True)
    row.operator("triposr.check_installation", icon="VIEWZOOM")
    row.operator("triposr.copy_diagnostics", icon="COPYDOWN")
    if findings is None and running.installation.asks("checks"):
        draw_lines(layout, context, "Checking; PyTorch is started for it …", "SORTTIME")
    for number, finding in enumerate(findings or ()):
        _draw_finding(layout, context, number, finding)


def _draw_finding(layout: bpy.types.UILayout, context: bpy.types.Context, number: int, finding: Finding) -> None:
    draw_lines(layout, context, tell_all(finding.told), STATE_LOOKS[finding.state])
    if finding.repair and finding.state != "good":
        layout.operator("triposr.repair", icon="TOOL_SETTINGS").number = number


def draw_models(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session) -> None:
    """Each model with its size, licence, use and state, and what can be done with it."""
    rows = running.installation.models
    draw_bar(layout, running.installation)
    if rows is None:
        layout.operator("triposr.list_models", icon="VIEWZOOM")
        return
    for row in rows:
        _draw_model(layout.box(), context, running, row)
    layout.prop(running.preferences(), "accept_non_commercial")
    draw_network(layout, context)
    layout.operator("triposr.add_model_file", icon="FILE")


def _draw_model(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session, model: ModelRow) -> None:
    row = layout.row()
    draw_lines(row, context, model.title, MODEL_LOOKS[model.state])
    button = row.row(align=True)
    if model.state != "installed":
        button.enabled = model.commercial or running.preferences().accept_non_commercial
        button.operator(
            "triposr.get_model", text="Get Again" if model.state == "damaged" else "Get", icon="IMPORT"
        ).model = model.name
    if model.state != "absent":
        button.operator("triposr.remove_model", text="", icon="TRASH").model = model.name
    template = "{size}, licence: {licence}"
    where = "{size}, of which {there} are here, licence: {licence}"
    values = {"size": _bytes(model.size), "licence": model.licence, "there": _bytes(model.bytes_there)}
    draw_lines(layout, context, ui(where if model.state == "partly" else template, **values), "BLANK1")


def _bytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"
