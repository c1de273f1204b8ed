# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations in which Blender's context lacks something, or has a 3D View: each gives what `temp_override` takes."""

from __future__ import annotations

from tests.blender.states.world import Override, World, situation


@situation
def without_a_window(world: World) -> Override:
    """As in a timer, or a script that Blender runs at its start."""
    world.living()
    return {"window": None}


@situation
def without_a_screen(world: World) -> Override:
    """As in a handler. (Blender 4.5 crashes where neither window nor screen are to be there, whatever is called.)"""
    world.living()
    return {"screen": None, "area": None, "region": None}


@situation
def without_an_object_in_the_context(world: World) -> Override:
    """An editor whose context names none."""
    world.living()
    return {"object": None, "active_object": None, "selected_objects": []}


@situation
def a_3d_view(world: World) -> Override:
    """A 3D View is under the pointer."""
    world.living()
    area = next(area for area in world.bpy.context.window.screen.areas if area.type == "VIEW_3D")
    return {"area": area, "region": next(region for region in area.regions if region.type == "WINDOW")}
