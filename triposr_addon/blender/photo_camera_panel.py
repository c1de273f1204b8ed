# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo Camera in the Living Mesh panel."""

from __future__ import annotations

import bpy

from .photo_camera import OVERLAP
from .sidebar import InSidebar
from .words import ui


class TRIPOSR_PT_photo_camera(InSidebar, bpy.types.Panel):
    """Two buttons; below them how well the scene's photo camera fits."""

    bl_idname = "TRIPOSR_PT_photo_camera"
    bl_parent_id = "TRIPOSR_PT_living_mesh"
    bl_label = "Photo Camera"

    def draw(self, context: bpy.types.Context) -> None:
        """The second one also sets the render size."""
        layout, scene = self.layout, context.scene
        assert layout is not None
        row = layout.row(align=True)
        row.operator("triposr.photo_camera", icon="CAMERA_DATA").match_resolution = False
        row.operator("triposr.photo_camera", text="", icon="OUTPUT").match_resolution = True
        camera = scene.camera if scene is not None else None
        overlap = camera.get(OVERLAP) if camera is not None else None
        if camera is not None and isinstance(overlap, float):
            layout.label(text=ui("{name}: overlap {share:.0%}", name=camera.name, share=overlap))
