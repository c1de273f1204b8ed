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


def view_of(space: bpy.types.SpaceView3D, region: bpy.types.Region) -> bpy.types.RegionView3D:
    """How that region looks at the scene: in Quad View each of four has a view of its own."""
    own = region.data if isinstance(region.data, bpy.types.RegionView3D) else space.region_3d
    assert own is not None, "a 3D View has at least the one"
    return own


def main_region(area: bpy.types.Area, here: bpy.types.Region | None) -> bpy.types.Region:
    """Of a 3D View, the region that shows the scene: this one, or in Quad View the artist's own view of the four."""
    showing = [region for region in area.regions if region.type == "WINDOW"]
    return here if here in showing and here is not None else showing[-1]


def look_through(camera: bpy.types.Object, space: bpy.types.Space | None) -> None:
    """Have a 3D View see what a camera sees, without making it the scene's."""
    if isinstance(space, bpy.types.SpaceView3D) and space.region_3d is not None:
        space.use_local_camera, space.camera = True, camera
        space.region_3d.view_perspective = "CAMERA"
