# SPDX-License-Identifier: GPL-3.0-or-later
"""The Worker panel: what runs beside Blender, and the memory that it holds."""

from __future__ import annotations

import bpy

from ..protocol import Initialized, MemoryHeld
from . import session
from .sidebar import InSidebar
from .words import ui


class TRIPOSR_PT_worker(InSidebar, bpy.types.Panel):
    """Device, model, memory, and how to get it back."""

    bl_idname = "TRIPOSR_PT_worker"
    bl_label = "Worker"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context: bpy.types.Context) -> None:
        """Facts first, then the two ways to get the memory back."""
        running, layout = session.current(), self.layout
        assert layout is not None
        memory, worker = running.memory_or_none(), running.worker_or_none()
        held = memory.held() if memory is not None else None
        column = layout.column(align=True)
        for line in facts(worker, held):
            column.label(text=line, translate=False)
        if memory is not None and memory.paused:
            layout.label(text="New jobs wait for the render", icon="RENDER_STILL")
        row = layout.row(align=True)
        row.operator("triposr.unload")
        row.operator("triposr.stop_worker")


def facts(worker: Initialized | None, held: MemoryHeld | None) -> list[str]:
    """What there is to say, a line each."""
    if worker is None:
        return [ui("No worker is running")]
    name = ui("processor") if worker.device == "cpu" else f"{worker.device_name} ({worker.device})"
    return [ui("Device: {device}", device=name), *(_held_facts(held) if held is not None else [])]


def _held_facts(held: MemoryHeld) -> list[str]:
    lines = [_model_fact(held)]
    if held.background_models:
        lines.append(ui("Cut-out model: {models}", models=", ".join(held.background_models)))
    if held.device_reserved:
        reserved, used = _size(held.device_reserved), _size(held.device_used)
        lines.append(ui("Graphics memory: {reserved}, {used} in use", reserved=reserved, used=used))
    if held.resident:
        lines.append(ui("Computer's memory: {size}", size=_size(held.resident)))
    return lines


def _model_fact(held: MemoryHeld) -> str:
    if not held.model:
        return ui("Model: none loaded")
    return ui("Model: {name}, {size}", name=held.model, size=_size(held.model_bytes))


def _size(count: int) -> str:
    """Bytes as artists read them."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
