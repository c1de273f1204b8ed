# SPDX-License-Identifier: GPL-3.0-or-later
"""Cleaning as a stage of an object: its mesh is read, cleaned, coloured again, and only then exchanged."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import bpy

from ..modifiers import let_decimate_wait
from ..session import Session
from ..words import told
from .asset_object import asset_mesh, give_keepsake, keepsake_of
from .cleaning import Cleaned, Cleaning, clean, cleaned_words
from .recolouring import field_colours
from .stage import Stage, within
from .surface import metres_per_unit, surface_of, write_surface
from .texture_material import forget_texture
from .verdict import Verdict, verdict_of, verdict_words


@dataclass(frozen=True)
class CleanedObject:
    """What was done, and whether the colours came from the field."""

    cleaned: Cleaned
    from_field: bool

    @property
    def words(self) -> str:
        """For the artist."""
        colours = told(". Colours from the field") if self.from_field else ""
        return cleaned_words(self.cleaned) + colours


def clean_object(
    running: Session, thing: bpy.types.Object, scene: bpy.types.Scene, wished: Cleaning, *, recolour: bool = True
) -> Stage[CleanedObject]:
    """Clean an object's mesh in place, without its modifiers. recolour: by its field. Raises as `clean` does."""
    mesh = asset_mesh(thing)
    scale = metres_per_unit(thing, scene)
    cleaned = yield from within(clean(surface_of(mesh, scale), wished), 0.0, 0.8)
    places = cleaned.surface.vertices / scale
    colours = (yield from within(field_colours(running, mesh, places), 0.8, 1.0)) if recolour else None
    keepsake, before = keepsake_of(mesh), len(mesh.polygons)
    surface = dataclasses.replace(cleaned.surface, colours=colours) if colours is not None else cleaned.surface
    write_surface(mesh, surface, scale)
    forget_texture(mesh)
    give_keepsake(mesh, keepsake)
    let_decimate_wait(thing, before)
    remember(running, mesh, cleaned.verdict)
    return CleanedObject(cleaned, colours is not None)


def look_at(running: Session, thing: bpy.types.Object, scene: bpy.types.Scene) -> Verdict:
    """The verdict on an object's mesh, without its modifiers; kept for the panel."""
    mesh = asset_mesh(thing)
    verdict = verdict_of(surface_of(mesh, metres_per_unit(thing, scene)))
    remember(running, mesh, verdict)
    return verdict


def remember(running: Session, mesh: bpy.types.Mesh, verdict: Verdict) -> None:
    """Keep a verdict for as long as the mesh has as many vertices and faces."""
    running.verdicts[mesh.session_uid] = (len(mesh.vertices), len(mesh.polygons), verdict.good, verdict_words(verdict))


def remembered(running: Session, mesh: bpy.types.Mesh) -> tuple[bool, str] | None:
    """Whether all is well with a mesh, and the verdict's words; None where nobody has looked, or it has changed."""
    vertices, faces, good, words = running.verdicts.get(mesh.session_uid, (-1, -1, False, ""))
    return (good, words) if (vertices, faces) == (len(mesh.vertices), len(mesh.polygons)) else None
