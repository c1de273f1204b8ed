# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's exporters, with the settings that keep colours, axes and units as an engine wants them.

What an exporter does not know in this version of Blender it is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import bpy

from .engines import Engine


def write(file_format: str, scene: bpy.types.Scene, path: Path, engine: Engine, *, textured: bool) -> None:
    """Everything in the scene, which may be another than the one that is seen. Raises RuntimeError."""
    operator, settings = EXPORTERS[file_format](engine, textured)
    with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        operator(filepath=str(path), **_known(operator, settings))


def can_write(file_format: str) -> bool:
    """Whether this Blender has the exporter; some builds come without USD."""
    try:
        EXPORTERS[file_format](None, False)[0].get_rna_type()
    except (AttributeError, KeyError):
        return False
    return True


def _known(operator: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    names = {setting.identifier for setting in operator.get_rna_type().properties}
    return {name: value for name, value in settings.items() if name in names}


def _glb(_engine: Engine | None, textured: bool) -> tuple[Any, dict[str, Any]]:
    # By the material alone: else all attributes go, and the colours are COLOR_1, which nobody reads.
    return bpy.ops.export_scene.gltf, {
        "export_format": "GLB",
        "use_active_scene": True,
        "export_vertex_color": "NONE" if textured else "MATERIAL",
        "export_all_vertex_colors": False,
        "export_active_vertex_color_when_no_material": False,
        "export_animations": False,
        "export_morph": False,
        "export_skins": False,
        "export_extras": False,
        "export_yup": True,
        "export_image_format": "AUTO",
        "check_existing": False,
    }


def _fbx(engine: Engine | None, textured: bool) -> tuple[Any, dict[str, Any]]:
    return bpy.ops.export_scene.fbx, {
        "bake_space_transform": True,
        "object_types": {"EMPTY", "MESH"},
        "mesh_smooth_type": "FACE",
        "colors_type": "NONE" if textured or engine is None else engine.fbx_colours,
        "prioritize_active_color": True,
        "use_custom_props": False,
        "bake_anim": False,
        "use_tspace": False,
        "path_mode": "RELATIVE",
        "check_existing": False,
        **(engine.fbx if engine is not None else {}),
    }


def _obj(_engine: Engine | None, textured: bool) -> tuple[Any, dict[str, Any]]:
    return bpy.ops.wm.obj_export, {
        "export_colors": not textured,
        "export_triangulated_mesh": True,
        "export_materials": textured,
        "path_mode": "RELATIVE",
        "check_existing": False,
    }


def _usd(_engine: Engine | None, textured: bool) -> tuple[Any, dict[str, Any]]:
    # USD states its up axis, and readers turn it: Blender's own Z up stays.
    return bpy.ops.wm.usd_export, {
        "selected_objects_only": False,
        "export_animation": False,
        "export_uvmaps": textured,
        "export_mesh_colors": not textured,
        "export_materials": textured,
        "generate_preview_surface": True,
        "export_textures": False,
        "export_textures_mode": "KEEP",
        "relative_paths": True,
        "export_subdivision": "IGNORE",
        "export_custom_properties": False,
        "check_existing": False,
    }


EXPORTERS: Mapping[str, Callable[[Engine | None, bool], tuple[Any, dict[str, Any]]]] = {
    "GLB": _glb,
    "FBX": _fbx,
    "OBJ": _obj,
    "USD": _usd,
}
