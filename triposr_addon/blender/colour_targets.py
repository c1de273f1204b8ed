# SPDX-License-Identifier: GPL-3.0-or-later
"""Which meshes get colours, of which field, and where in that field their vertices lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import bpy
import numpy as np
from bpy.props import EnumProperty, PointerProperty

from .context_members import active_object, selected_objects
from .failures import FieldOutOfReach
from .field_carrier import Place, place_of
from .living_object import living_mesh_or_none, why_in_use, why_not_editable
from .living_preview import real_mesh
from .living_record import moved, placement_now
from .mesh_arrays import Doubles, Floats

SCENE_PROPERTY = "triposr_colours"
DOMAINS = (
    ("POINT", "Point", "A colour for each vertex"),
    ("CORNER", "Face Corner", "A colour for each corner of each face, as some exporters want it"),
)


def has_field(_settings: Any, thing: bpy.types.Object) -> bool:
    """Whether an object has a field to lend."""
    mesh = living_mesh_or_none(thing)
    return mesh is not None and place_of(mesh) is not Place.NOWHERE


class TRIPOSR_PG_colours(bpy.types.PropertyGroup):
    """How Colour from Field works in a scene."""

    if TYPE_CHECKING:
        lender: bpy.types.Object | None
        domain: str
    else:
        lender: PointerProperty(
            name="Field Of",
            description="The object whose field colours those that have no field of their own. Empty: the active one",
            type=bpy.types.Object,
            poll=has_field,
        )
        domain: EnumProperty(
            name="Colours Per",
            description="What has a colour of its own",
            items=DOMAINS,
            default="POINT",
        )


@dataclass(frozen=True)
class Target:
    """An object whose mesh is to be coloured, and the one whose field does it: often itself."""

    thing: bpy.types.Object
    lender: bpy.types.Object

    @property
    def mesh(self) -> bpy.types.Mesh:
        """The mesh that gets the colours."""
        return real_mesh(cast("bpy.types.Mesh", self.thing.data))

    @property
    def field_mesh(self) -> bpy.types.Mesh:
        """The mesh that has the field."""
        return real_mesh(cast("bpy.types.Mesh", self.lender.data))

    def to_field(self) -> Doubles:
        """The matrix [4, 4] from the mesh's coordinates to field units, Blender's axes. Raises FieldOutOfReach."""
        to_lender = np.eye(4)
        try:
            if self.thing != self.lender:
                to_lender = np.linalg.inv(_matrix(self.lender)) @ _matrix(self.thing)
            matrix: Doubles = np.linalg.inv(placement_now(self.field_mesh)) @ to_lender
        except np.linalg.LinAlgError as error:
            raise FieldOutOfReach(self.lender.name) from error
        return matrix

    def points(self) -> Floats:
        """The vertices [V, 3] in field units, Blender's axes. Raises FieldOutOfReach."""
        flat = np.empty(3 * len(self.mesh.vertices), np.float32)
        self.mesh.vertices.foreach_get("co", flat)
        return np.ascontiguousarray(moved(flat.reshape(-1, 3).astype(np.float64), self.to_field()), np.float32)


def colour_settings_of(scene: bpy.types.Scene) -> TRIPOSR_PG_colours:
    """The scene's choice."""
    return cast("TRIPOSR_PG_colours", getattr(scene, SCENE_PROPERTY))


def targets_of(context: bpy.types.Context) -> tuple[Target, ...]:
    """The selected meshes, each once, with the field of each: its own, else the chosen or the active object's.

    An object that lends its field to others is none itself: so one selects what was retopologised, then the original.
    """
    selected = [thing for thing in selected_objects(context) if isinstance(thing.data, bpy.types.Mesh)]
    lender = lender_or_none(context)
    found: dict[bpy.types.Mesh, Target] = {}
    for thing in selected:
        source = thing if has_field(None, thing) else lender
        if source is not None:
            target = Target(thing, source)
            found.setdefault(target.mesh, target)
    lends = any(target.lender == lender != target.thing for target in found.values())
    return tuple(target for target in found.values() if not (lends and target.thing == lender))


def lender_or_none(context: bpy.types.Context) -> bpy.types.Object | None:
    """The object whose field colours those that have none: the chosen one, else the active one.

    Where neither has a field and a single selected object has one, it is that, in whatever order they were selected.
    """
    assert context.scene is not None
    chosen = colour_settings_of(context.scene).lender
    candidates = (thing for thing in (chosen, active_object(context)) if thing is not None)
    selected = [thing for thing in selected_objects(context) if has_field(None, thing)]
    alone = selected[0] if len(selected) == 1 else None
    return next((thing for thing in candidates if has_field(None, thing)), alone)


def why_no_colours(context: bpy.types.Context) -> str:
    """Why nothing can be coloured; empty where something can."""
    if not any(isinstance(thing.data, bpy.types.Mesh) for thing in selected_objects(context)):
        return "Select the meshes to colour"
    targets = targets_of(context)
    if not targets:
        return "No field to take colours from: choose an object that TripoSR made, or make it the active one"
    refusals = (why_not_editable(target.mesh) or why_in_use(target.mesh) for target in targets)
    return next((refusal for refusal in refusals if refusal), "")


def add_to_scenes() -> None:
    """Every scene gets the choice; the class must be registered."""
    setattr(bpy.types.Scene, SCENE_PROPERTY, PointerProperty(type=TRIPOSR_PG_colours))  # type: ignore[func-returns-value]


def remove_from_scenes() -> None:
    """Take it off again."""
    delattr(bpy.types.Scene, SCENE_PROPERTY)


def _matrix(thing: bpy.types.Object) -> Doubles:
    return np.array(thing.matrix_world, np.float64)
