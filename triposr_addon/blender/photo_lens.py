# SPDX-License-Identifier: GPL-3.0-or-later
"""From the camera that a mesh was fitted with to a camera of Blender's that sees the whole photo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector

from ..protocol import Frame, PhotoCamera
from .mesh_arrays import Floats, Indices

SENSOR_MILLIMETRES = 36.0
LEAST_SCALE = 1e-9


@dataclass(frozen=True)
class Lens:
    """Blender's numbers for a camera whose picture's width is the photo's: focal length in mm, shifts in widths."""

    millimetres: float
    shift_x: float
    shift_y: float


def lens_for(camera: PhotoCamera, frame: Frame) -> Lens:
    """The fitted camera sees the framed square; the lens sees the photo around it, from the same place."""
    focal_pixels = frame.side / 2.0 / math.tan(math.radians(camera.fov) / 2.0)
    axis_x = frame.left + (0.5 - camera.shift_x) * frame.side
    axis_y = frame.top + (0.5 + camera.shift_y) * frame.side
    width, height = frame.photo_width, frame.photo_height
    return Lens(focal_pixels * SENSOR_MILLIMETRES / width, 0.5 - axis_x / width, (axis_y - height / 2.0) / width)


def even_part(matrix: Matrix) -> Matrix | None:
    """The movement, turn and even scale of a matrix [4, 4]: what a camera can follow. None where the scale is 0.

    An uneven scale is left to the mesh: it changes the shape, not the camera.
    """
    place, turn, scale = matrix.decompose()
    size = (abs(scale.x) + abs(scale.y) + abs(scale.z)) / 3.0
    if size < LEAST_SCALE:
        return None
    return Matrix.LocRotScale(place, turn, Vector((size, size, size)))


def world_matrix(space: Matrix, camera: PhotoCamera) -> Matrix:
    """Where Blender's camera stands. space: from the field's units, in which the camera was fitted, to the world."""
    up, around = math.radians(camera.elevation), math.radians(camera.azimuth)
    towards = Vector((math.cos(up) * math.sin(around), -math.cos(up) * math.cos(around), math.sin(up)))
    turn = Euler((math.pi / 2.0 - up, 0.0, around)).to_quaternion()
    place = space @ (towards * camera.distance)
    return Matrix.LocRotScale(place, space.to_quaternion() @ turn, None)


def arrays_in(space: Matrix, thing: bpy.types.Object, mesh: bpy.types.Mesh) -> tuple[Floats, Indices]:
    """The mesh as it stands in the world, vertices [V, 3] in the units of `space` and triangles [F, 3]."""
    mesh.calc_loop_triangles()
    vertices = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", vertices)
    triangles = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    to_space = np.array(space.inverted() @ thing.matrix_world, np.float64)
    seen = vertices.reshape(-1, 3) @ to_space[:3, :3].T + to_space[:3, 3]
    return seen.astype(np.float32), triangles.reshape(-1, 3)
