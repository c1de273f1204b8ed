# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting an artist see what has arrived."""

from __future__ import annotations

import bpy


def show_in_local_view(new: bpy.types.Object, space: bpy.types.Space | None) -> None:
    """A view that is isolated on some objects would hide the new one: let it in, as Blender's own Add does."""
    if isinstance(space, bpy.types.SpaceView3D) and space.local_view is not None:
        new.local_view_set(space, True)


def show_colours(screen: bpy.types.Screen | None) -> None:
    """Have the solid 3D views of a window show colour attributes; by default they show the material's one colour."""
    for area in screen.areas if screen is not None else ():
        space = area.spaces.active
        if isinstance(space, bpy.types.SpaceView3D) and space.shading.type == "SOLID":
            space.shading.color_type = "VERTEX"


def look_through(camera: bpy.types.Object, space: bpy.types.Space | None) -> None:
    """Have a 3D View see what a camera sees, without making it the scene's."""
    if isinstance(space, bpy.types.SpaceView3D) and space.region_3d is not None:
        space.use_local_camera, space.camera = True, camera
        space.region_3d.view_perspective = "CAMERA"
