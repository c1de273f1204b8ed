# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for game assets: one nested group for each stage, and what all stages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import bpy
from bpy.props import EnumProperty, PointerProperty

from .export_settings import TRIPOSR_PG_asset_export
from .geometry_settings import TRIPOSR_PG_asset_budget, TRIPOSR_PG_asset_cleaning
from .level_settings import TRIPOSR_PG_asset_colliders, TRIPOSR_PG_asset_levels
from .library_settings import TRIPOSR_PG_asset_library
from .making_settings import TRIPOSR_PG_asset_making
from .texture_settings import TRIPOSR_PG_asset_texture
from .view_settings import TRIPOSR_PG_asset_views

SCENE_PROPERTY = "triposr_asset"

ENGINES = (
    ("UNITY", "Unity", "FBX, Y up; levels of detail are found by their names"),
    ("UNREAL", "Unreal", "FBX in centimetres, Z up; colliders are called UCX_ and so on"),
    ("GODOT", "Godot", "GLB; colliders are called -convcolonly and so on"),
    ("WEB", "Web", "GLB for three.js and other viewers in a browser"),
)


class TRIPOSR_PG_asset(bpy.types.PropertyGroup):
    """How a mesh becomes a game asset. A stage adds the pointer to its own group."""

    if TYPE_CHECKING:
        engine: str
        making: TRIPOSR_PG_asset_making
        export: TRIPOSR_PG_asset_export
        library: TRIPOSR_PG_asset_library
        views: TRIPOSR_PG_asset_views
        cleaning: TRIPOSR_PG_asset_cleaning
        budget: TRIPOSR_PG_asset_budget
        levels: TRIPOSR_PG_asset_levels
        colliders: TRIPOSR_PG_asset_colliders
        texture: TRIPOSR_PG_asset_texture
    else:
        engine: EnumProperty(
            name="Engine",
            description="For which program names, axes and files are made",
            items=ENGINES,
            default="UNITY",
        )
        making: PointerProperty(
            name="Making", description="Which stages Make Game Asset takes", type=TRIPOSR_PG_asset_making
        )
        export: PointerProperty(name="Export", description="What goes into which files", type=TRIPOSR_PG_asset_export)
        views: PointerProperty(
            name="Views", description="How a field is looked at from all around", type=TRIPOSR_PG_asset_views
        )
        library: PointerProperty(
            name="Library", description="What assets are described by", type=TRIPOSR_PG_asset_library
        )
        cleaning: PointerProperty(
            name="Cleaning", description="How geometry is cleaned", type=TRIPOSR_PG_asset_cleaning
        )
        budget: PointerProperty(
            name="Budget", description="How many faces the mesh may have", type=TRIPOSR_PG_asset_budget
        )
        levels: PointerProperty(
            name="Levels", description="Which levels of detail the asset has", type=TRIPOSR_PG_asset_levels
        )
        colliders: PointerProperty(
            name="Colliders", description="Which colliders the asset has", type=TRIPOSR_PG_asset_colliders
        )
        texture: PointerProperty(name="Texture", description="How textures are baked", type=TRIPOSR_PG_asset_texture)


def asset_settings_of(scene: bpy.types.Scene) -> TRIPOSR_PG_asset:
    """The scene's settings."""
    return cast("TRIPOSR_PG_asset", getattr(scene, SCENE_PROPERTY))


def add_to_scenes() -> None:
    """Every scene gets the settings; the classes must be registered."""
    setattr(bpy.types.Scene, SCENE_PROPERTY, PointerProperty(type=TRIPOSR_PG_asset))  # type: ignore[func-returns-value]


def remove_from_scenes() -> None:
    """Take them off again."""
    delattr(bpy.types.Scene, SCENE_PROPERTY)
