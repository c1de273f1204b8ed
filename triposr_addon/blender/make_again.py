# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object remembers of its making, used again: for the same object, for the panel, for other objects."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import session
from .context_members import active_object, selected_objects
from .failures import RecipeNotWhole
from .follow import follow, wait_for
from .handover import tell_failure
from .image_editor import lend
from .landing import chosen_place
from .order import Order, order_for_lent_picture, order_for_picture
from .placement import Row
from .properties import settings_of
from .provenance import copy_recipe, made_by_us, mask_of_or_none, mask_was_painted, picture_of, recipe_or_none
from .recipe import Recipe, settings_from, use_recipe
from .shaping_recipe import as_scene_settings, copy_surface_settings, surface_settings_or_none
from .stored_groups import stored_text
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

NOTHING_OF_OURS = "Select an object that TripoSR made"


class TRIPOSR_OT_make_again(bpy.types.Operator):
    """Make new meshes of the pictures of the selected objects, each with the model and settings that made it"""

    bl_idname = "triposr.make_again"
    bl_label = "Make Again"
    bl_options = set()  # as Image to Mesh: what comes is the undo step

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with something of ours selected."""
        return _says_why(cls, "" if _chosen(context) else NOTHING_OF_OURS)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: order, and come back at once."""
        jobs = _start(self, context)
        return follow(self, context, jobs) if jobs else {"CANCELLED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when the objects are there."""
        jobs = _start(self, context)
        return wait_for(self, context, jobs) if jobs else {"CANCELLED"}


class TRIPOSR_OT_settings_to_panel(bpy.types.Operator):
    """Choose the active object's picture, and set the panel to the model and settings that made it"""

    bl_idname = "triposr.settings_to_panel"
    bl_label = "Settings to Panel"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with something of ours active."""
        return _says_why(cls, "" if recipe_or_none(active_object(context)) is not None else NOTHING_OF_OURS)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """A picture that is an image of the .blend has no file to choose; then only the settings."""
        thing, settings = active_object(context), settings_of(context)
        assert thing is not None, "poll() saw it"
        recipe = _recipe_now(thing)
        path, mask = stored_text(thing, "triposr_image"), mask_of_or_none(thing)
        if path:
            settings.image_path = path
        settings.mask, settings.use_mask = mask or settings.mask, mask is not None
        refused = use_recipe(settings, recipe)
        if refused:
            tell_refused(self, refused)
        return {"FINISHED"}


class TRIPOSR_OT_copy_settings(bpy.types.Operator):
    """Let the other selected objects be made again as the active one was. They stay as they are until then"""

    bl_idname = "triposr.copy_settings"
    bl_label = "Copy Settings to Selected"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only from one of ours to others of ours."""
        if recipe_or_none(active_object(context)) is None:
            return _says_why(cls, NOTHING_OF_OURS)
        return _says_why(cls, "" if _targets(context) else "Select other objects that TripoSR made, too")

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Copy."""
        source, targets = active_object(context), _targets(context)
        assert source is not None, "poll() saw it"
        for target in targets:
            copy_recipe(source, target)
            copy_surface_settings(source, target)
        self.report({"INFO"}, told("{count} can be made again as {name}", count=len(targets), name=source.name))
        return {"FINISHED"}


def tell_refused(operator: bpy.types.Operator, refused: list[str]) -> None:
    """In the panel and as a warning: the rest is set."""
    failure = RecipeNotWhole(refused)
    session.current().failure = failure
    operator.report({"WARNING"}, failure.sentence)


def _chosen(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that we made, or the active one where none is selected."""
    active = active_object(context)
    return made_by_us(selected_objects(context)) or made_by_us([active] if active is not None else [])


def _targets(context: bpy.types.Context) -> list[bpy.types.Object]:
    others = [thing for thing in selected_objects(context) if thing != active_object(context)]
    return [thing for thing in made_by_us(others) if thing.is_editable]


def _start(operator: bpy.types.Operator, context: bpy.types.Context) -> list[str]:
    """A job for each object. One that can't be made is told, and the others are made."""
    running, things = session.current(), _chosen(context)
    row = Row(chosen_place(context)) if len(things) > 1 else None
    jobs: list[str] = []
    failures: list[HostFailure] = []
    for thing in things:
        try:
            jobs.append(running.start(_order_again(operator, context, thing, row)))
        except HostFailure as failure:
            failures.append(failure)
    if failures and not jobs:
        tell_failure(operator, running, failures[0])
    elif failures:
        running.failure = failures[0]
        operator.report(
            {"WARNING"},
            told("{failed} of {all} left out: {why}", failed=len(failures), all=len(things), why=failures[0].sentence),
        )
    return jobs


def _order_again(
    operator: bpy.types.Operator, context: bpy.types.Context, thing: bpy.types.Object, row: Row | None
) -> Order:
    picture, mask = picture_of(thing), mask_of_or_none(thing)
    if mask is None and mask_was_painted(thing):
        operator.report(
            {"WARNING"}, told("The mask that was painted for {name} is gone: its method cuts it out.", name=thing.name)
        )
    path = str(picture) if isinstance(picture, Path) else ""
    settings = settings_from(_recipe_now(thing), settings_of(context), path, mask)
    if isinstance(picture, Path):
        order = order_for_picture(context, picture, row, settings=settings)
    else:
        assert context.scene is not None, "wherever operators run there is a scene"
        lent = lend(picture, context.scene, session.current().storage())
        order = order_for_lent_picture(context, lent, row, settings)
    surface = surface_settings_or_none(thing) or order.request.surface_settings
    return dataclasses.replace(order, request=dataclasses.replace(order.request, surface_settings=surface))


def _recipe_now(thing: bpy.types.Object) -> Recipe:
    """Its recipe, with what its living mesh was given since."""
    return {**(recipe_or_none(thing) or {}), **as_scene_settings(surface_settings_or_none(thing))}


def _says_why(kind: type, refusal: str) -> bool:
    if refusal:
        kind.poll_message_set(told(refusal))  # type: ignore[attr-defined]  # an operator's
    return not refusal
