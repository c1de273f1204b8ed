# SPDX-License-Identifier: GPL-3.0-or-later
"""The living mesh's sliders. They hold nothing: they show what the active mesh was made with, or what is wished.

They belong to the window manager, so that undo and .blend files know nothing of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, PointerProperty

from ..protocol import SurfaceSettings
from . import session
from .context_members import active_object
from .decimals import decimal
from .living_follow import preview_on_change
from .living_object import living_mesh_or_none
from .living_record import record_or_none

WINDOW_PROPERTY = "triposr_living"
FAINTEST_BLUR = 0.5
"""Less of it does not exist: see SurfaceSettings."""


def settings_shown(context: bpy.types.Context) -> SurfaceSettings:
    """What the sliders say of the active object; the defaults where it is none of ours."""
    mesh = living_mesh_or_none(active_object(context))
    record = record_or_none(mesh) if mesh is not None else None
    running = session.current_or_none()
    if mesh is None or record is None or running is None:
        return SurfaceSettings()
    return running.shaping.wishes.get(mesh.session_uid, record.settings)


def wish(context: bpy.types.Context, name: str, value: Any) -> None:
    """A slider was moved. One that is back where the mesh was made with is no wish."""
    mesh = living_mesh_or_none(active_object(context))
    record = record_or_none(mesh) if mesh is not None else None
    running = session.current_or_none()
    if mesh is None or record is None or running is None:
        return
    wished = dataclasses.replace(settings_shown(context), **{name: value})
    running.shaping.wishes[mesh.session_uid] = wished
    if wished == record.settings:
        del running.shaping.wishes[mesh.session_uid]


def _shown(name: str) -> Callable[[Any], Any]:
    return lambda _settings: getattr(settings_shown(bpy.context), name)


def _wished(name: str) -> Callable[[Any, Any], None]:
    return lambda settings, value: wish(bpy.context, name, _in_range(settings, name, value))


def _wished_decimal(name: str) -> Callable[[Any, float], None]:
    return lambda settings, value: wish(bpy.context, name, decimal(_in_range(settings, name, value)))


def _wished_blur(settings: TRIPOSR_PG_living, value: float) -> None:
    most = _in_range(settings, "density_blur", value)
    wish(bpy.context, "density_blur", decimal(max(most, FAINTEST_BLUR)) if most >= FAINTEST_BLUR / 2.0 else 0.0)


def _in_range(settings: TRIPOSR_PG_living, name: str, value: Any) -> Any:
    """What a script sets reaches a setter as it is."""
    limits = settings.bl_rna.properties[name]
    return min(max(value, limits.hard_min), limits.hard_max)  # type: ignore[attr-defined]  # a number's


def _wished_switch(name: str) -> Callable[[Any, bool], None]:
    return lambda _settings, value: wish(bpy.context, name, value)


class TRIPOSR_PG_living(bpy.types.PropertyGroup):
    """How the active object's field becomes its mesh."""

    if TYPE_CHECKING:
        resolution: int
        threshold: float
        density_blur: float
        smoothing: int
        smallest_part: float
        symmetry: bool
        flat_base: float
    else:
        resolution: IntProperty(
            name="Detail",
            description="Grid steps along each side. The preview takes at most 128 of them",
            min=16,
            max=1024,
            soft_min=32,
            soft_max=512,
            get=_shown("resolution"),
            set=_wished("resolution"),
            update=preview_on_change,
        )
        threshold: FloatProperty(
            name="Threshold",
            description="Density at which the surface lies. Lower makes thin parts thicker, higher makes them thinner",
            min=0.01,
            max=1e6,
            soft_min=1.0,
            soft_max=100.0,
            precision=1,
            step=100,
            get=_shown("threshold"),
            set=_wished_decimal("threshold"),
            update=preview_on_change,
        )
        density_blur: FloatProperty(
            name="Blur",
            description="Calms the surface before it is read off the field: sigma of a Gaussian, "
            "in texels of the field, 0.5 to 2. What is thinner than that goes. 0 is none",
            min=0.0,
            max=2.0,
            precision=2,
            step=5,
            get=_shown("density_blur"),
            set=_wished_blur,
            update=preview_on_change,
        )
        smoothing: IntProperty(
            name="Smooth",
            description="Steps that smooth the triangles without shrinking the shape",
            min=0,
            max=100,
            soft_max=40,
            get=_shown("smoothing"),
            set=_wished("smoothing"),
            update=preview_on_change,
        )
        smallest_part: FloatProperty(
            name="Keep Parts",
            description="A loose part with fewer triangles than this share of the largest part's goes, 0 to 1. "
            "0 keeps all, 1 keeps the largest alone",
            subtype="FACTOR",
            min=0.0,
            max=1.0,
            precision=2,
            get=_shown("smallest_part"),
            set=_wished_decimal("smallest_part"),
            update=preview_on_change,
        )
        symmetry: BoolProperty(
            name="Symmetry",
            description="Average left and right, colours too",
            get=_shown("symmetry"),
            set=_wished_switch("symmetry"),
            update=preview_on_change,
        )
        flat_base: FloatProperty(
            name="Flat Base",
            description="Cut off what lies below this share of the height, 0 to 0.3, and close the cut flat",
            subtype="FACTOR",
            min=0.0,
            max=0.3,
            precision=2,
            get=_shown("flat_base"),
            set=_wished_decimal("flat_base"),
            update=preview_on_change,
        )


SLIDERS = ("resolution", "threshold", "density_blur", "smoothing", "smallest_part", "symmetry", "flat_base")


def living_settings_of(context: bpy.types.Context) -> TRIPOSR_PG_living:
    """The sliders."""
    return cast("TRIPOSR_PG_living", getattr(context.window_manager, WINDOW_PROPERTY))


def add_to_windows() -> None:
    """The window manager gets the sliders; the class must be registered."""
    setattr(bpy.types.WindowManager, WINDOW_PROPERTY, PointerProperty(type=TRIPOSR_PG_living))  # type: ignore[func-returns-value]


def remove_from_windows() -> None:
    """Take them off again."""
    delattr(bpy.types.WindowManager, WINDOW_PROPERTY)
