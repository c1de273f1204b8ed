# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the Texture panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import bpy

from .. import session
from ..colour_targets import Target, has_field, targets_of, why_no_colours
from ..context_members import selected_objects
from ..living_preview import real_mesh
from ..living_record import record_or_none
from ..words import told
from .asset_collection import LEVEL, collection_of, levels_in
from .settings import asset_settings_of
from .stage import Stage, settings_from, within
from .stage_operator import StageOperator
from .texture_material import has_colours, is_textured, show_colours, show_texture, texture_of_or_none
from .texturing import Textured, Texturing, texture_objects
from .unwrapping import why_no_unwrapping

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_bake_texture(StageOperator):
    """Lay the selected meshes out flat and bake their colours from their field; those of one field share a texture"""

    bl_idname = "triposr.bake_texture"
    bl_label = "Bake Texture"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is something to texture, and a field to ask."""
        refusal = why_no_texture(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def stage(self, context: bpy.types.Context) -> Stage[list[Textured]]:
        """One texture for each field."""
        assert context.scene is not None
        wished = settings_from(asset_settings_of(context.scene).texture, Texturing)
        return _texture_all(session.current(), context, wished)

    def tell(self, _context: bpy.types.Context, result: list[Textured]) -> str:
        """Each with its figures."""
        return "; ".join(textured.words for textured in result)


class TRIPOSR_OT_show_texture(bpy.types.Operator):
    """Show the selected meshes' baked textures instead of their colour attributes"""

    bl_idname = "triposr.show_texture"
    bl_label = "Show Texture"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a texture was baked and is not shown."""
        there = any(texture_of_or_none(mesh) is not None and not is_textured(mesh) for mesh in _selected(context))
        cls.poll_message_set(told("No texture that is not shown: bake one first"))
        return there

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Exchange the materials."""
        for mesh in _selected(context):
            material = texture_of_or_none(mesh)
            if material is not None:
                show_texture(mesh, material)
        return {"FINISHED"}


class TRIPOSR_OT_show_colours(bpy.types.Operator):
    """Show the selected meshes' colour attributes again; their textures are kept"""

    bl_idname = "triposr.show_colours"
    bl_label = "Show Colours"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a texture hides other materials."""
        there = any(is_textured(mesh) and has_colours(mesh) for mesh in _selected(context))
        cls.poll_message_set(told("No texture is shown that hides colours"))
        return there

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Exchange the materials."""
        for mesh in _selected(context):
            if is_textured(mesh):
                show_colours(mesh)
        return {"FINISHED"}


def why_no_texture(context: bpy.types.Context) -> str:
    """Why nothing can be textured; empty where something can."""
    refusal = why_no_colours(context)
    if not refusal and context.mode != "OBJECT":
        return "Switch to Object Mode first"
    refusal = refusal or why_no_unwrapping(context)
    empty = [target.thing.name for target in targets_of(context) if not target.mesh.polygons] if not refusal else []
    return told("{name} has no faces", name=empty[0]) if empty else refusal


def _texture_all(running: session.Session, context: bpy.types.Context, wished: Texturing) -> Stage[list[Textured]]:
    groups = list(_by_field(_with_levels(targets_of(context))).values())
    done: list[Textured] = []
    for number, targets in enumerate(groups):
        stage = texture_objects(running, context, targets, wished)
        done.append((yield from within(stage, number / len(groups), (number + 1) / len(groups))))
    return done


def _with_levels(targets: Iterable[Target]) -> tuple[Target, ...]:
    """LOD0 brings its other levels with it: they are hidden, so that nobody could select them."""
    found = {target.mesh: target for target in targets}
    for target in list(found.values()):
        asset = collection_of(target.thing) if target.thing.get(LEVEL) == 0 else None
        for level in levels_in(asset) if asset is not None else ():
            other = Target(level, level if has_field(None, level) else target.lender)
            found.setdefault(other.mesh, other)
    return tuple(found.values())


def _by_field(targets: tuple[Target, ...]) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        record = record_or_none(target.field_mesh)
        found.setdefault(record.field if record is not None else "", []).append(target)
    return found


def _selected(context: bpy.types.Context) -> list[bpy.types.Mesh]:
    """The meshes of what is selected that can be changed."""
    meshes = (thing.data for thing in selected_objects(context) if isinstance(thing.data, bpy.types.Mesh))
    return [real_mesh(mesh) for mesh in meshes if mesh.library is None]
