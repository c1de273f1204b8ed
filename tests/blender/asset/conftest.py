# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes whose defects and handles are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def shape(bpy: Any, room: Callable[[str], Any]) -> Callable[..., Any]:
    """A Surface of one of Blender's own shapes, say shape("uv_sphere", segments=16), each vertex in its own colour."""

    def made(kind: str, **settings: Any) -> Any:
        getattr(bpy.ops.mesh, f"primitive_{kind}_add")(**settings)
        mesh, surface = bpy.context.object.data, room("blender.asset.surface")
        bare = surface.surface_of(mesh, np.ones(3))
        bpy.data.objects.remove(bpy.context.object)
        bpy.data.meshes.remove(mesh)
        return surface.Surface(bare.vertices, bare.triangles, _colours(len(bare.vertices)))

    return made


def _colours(count: int) -> Any:
    return np.random.default_rng(count).random((count, 3)).astype(np.float32)


@pytest.fixture
def together() -> Callable[..., Any]:
    """Several surfaces as one."""

    def made(*surfaces: Any) -> Any:
        whole = surfaces[0]
        for other in surfaces[1:]:
            whole = whole.with_more(other.vertices, other.triangles + len(whole.vertices), other.colours)
        return whole

    return made


@pytest.fixture
def show(bpy: Any, room: Callable[[str], Any]) -> Callable[..., Any]:
    """A surface as the active object of that name."""

    def made(name: str, surface: Any) -> Any:
        mesh = bpy.data.meshes.new(name)
        room("blender.asset.surface").write_surface(mesh, surface, np.ones(3))
        thing = bpy.data.objects.new(name, mesh)
        bpy.context.scene.collection.objects.link(thing)
        bpy.context.view_layer.objects.active = thing
        thing.select_set(True)
        bpy.context.view_layer.update()
        return thing

    return made
