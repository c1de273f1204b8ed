# SPDX-License-Identifier: GPL-3.0-or-later
"""Places to stand at: the chosen one, or what is under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import bpy
from mathutils import Matrix, Vector

from .placement import Place
from .properties import settings_of
from .viewport import view_of

STEEPEST_GRAZE = 0.02
"""Sine of the angle at which a look at the floor is too flat to mean a place on it: the horizon is far away."""

ABOVE = 1e-3
"""Blender units; who falls from a 3D cursor that lies on a table meets the table."""


@dataclass(frozen=True)
class Ray:
    """From the front of what a view shows (`origin`) into it (`direction`, of length 1), `length` far."""

    origin: Vector
    direction: Vector
    length: float


def chosen_place(context: bpy.types.Context) -> Place:
    """Where the current scene's settings say that the next object stands, as things are now."""
    scene = context.scene
    assert scene is not None, "wherever there are settings there is a scene"
    cursor = scene.cursor.location
    match settings_of(context).stand_at:
        case "origin":
            return (0.0, 0.0, 0.0)
        case "below":
            return place_below(context, scene, cursor)
    return (cursor.x, cursor.y, cursor.z)


def place_below(context: bpy.types.Context, scene: bpy.types.Scene, point: Vector) -> Place:
    """On what is straight below a point of the scene, else on the floor z = 0."""
    start = point + Vector((0.0, 0.0, ABOVE))
    hit, place, *_ = scene.ray_cast(context.evaluated_depsgraph_get(), start, Vector((0.0, 0.0, -1.0)))
    return (point.x, point.y, place.z if hit else 0.0)


def landing_place(context: bpy.types.Context, region: bpy.types.Region, pointer: tuple[int, int]) -> Place:
    """Where an object lands that is dropped with the pointer at a pixel of a 3D View's region, from its bottom left.

    On the surface that is seen there, else on the floor z = 0, else (looking along it) in the depth of the 3D cursor.
    """
    view = view_of(cast("bpy.types.SpaceView3D", context.space_data), region)
    ray = ray_through(view.perspective_matrix, (region.width, region.height), pointer)
    depsgraph = context.evaluated_depsgraph_get()
    hit, place, *_ = context.scene.ray_cast(depsgraph, ray.origin, ray.direction, distance=ray.length)
    if not hit:
        place = on_floor(ray) or in_depth_of(ray, context.scene.cursor.location)
    return (place.x, place.y, place.z)


def ray_through(perspective: Matrix, size: tuple[int, int], pixel: tuple[int, int]) -> Ray:
    """The ray through a pixel. perspective: from the world to the view's cube -1..1 [4, 4]. size: width, height."""
    across, up = (2.0 * (place + 0.5) / side - 1.0 for place, side in zip(pixel, size, strict=True))
    to_world = perspective.inverted()
    near, far = (_project(to_world, Vector((across, up, depth, 1.0))) for depth in (-1.0, 1.0))
    return Ray(near, (far - near).normalized(), (far - near).length)


def on_floor(ray: Ray) -> Vector | None:
    """Where the ray meets the floor z = 0; None where it doesn't, or so flatly that the place would be far away."""
    if abs(ray.direction.z) < STEEPEST_GRAZE:
        return None
    distance = -ray.origin.z / ray.direction.z
    return ray.origin + ray.direction * distance if 0.0 < distance < ray.length else None


def in_depth_of(ray: Ray, point: Vector) -> Vector:
    """Where the ray comes closest to a point."""
    return ray.origin + ray.direction * max((point - ray.origin).dot(ray.direction), 0.0)


def _project(matrix: Matrix, point: Vector) -> Vector:
    moved = matrix @ point
    return Vector(moved[:3]) / moved.w
