# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera that a review finds is Blender's own camera, told in other words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from triposr_addon.protocol import PhotoCamera
from triposr_addon.worker.review_camera import pixels

pytestmark = pytest.mark.bpy

SIDE = 256


@pytest.mark.parametrize(
    "camera",
    [PhotoCamera(1.9), PhotoCamera(1.7, 25.0, -40.0, 40.0, 0.05, -0.03), PhotoCamera(2.4, -15.0, 70.0, 30.0)],
)
def test_a_point_lies_on_the_same_pixel(bpy: Any, camera: PhotoCamera) -> None:
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    scene = bpy.context.scene
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    made = bpy.data.objects.new("photo", bpy.data.cameras.new("photo"))
    scene.collection.objects.link(made)
    up, round_ = math.radians(camera.elevation), math.radians(camera.azimuth)
    direction = Vector((math.cos(up) * math.sin(round_), -math.cos(up) * math.cos(round_), math.sin(up)))
    made.location = direction * camera.distance
    made.rotation_euler = (math.pi / 2 - up, 0.0, round_)
    made.data.angle = math.radians(camera.fov)
    made.data.shift_x, made.data.shift_y = camera.shift_x, camera.shift_y
    bpy.context.view_layer.update()
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3)).astype(np.float32)
    seen = [world_to_camera_view(scene, made, Vector(point)) for point in points.tolist()]
    blenders = np.array([[place.x * SIDE, (1.0 - place.y) * SIDE] for place in seen])
    assert np.abs(pixels(points, camera, SIDE)[0] - blenders).max() < 0.01
