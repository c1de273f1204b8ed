# SPDX-License-Identifier: GPL-3.0-or-later
"""The material shows the colour attribute, matt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def surface(room: Callable[[str], Any]) -> Any:
    material = room("blender.material").colour_material("teapot", "Color")
    assert material.name == "teapot"
    return next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")


def test_the_base_colour_is_the_named_attribute(surface: Any) -> None:
    (link,) = surface.inputs["Base Color"].links
    assert link.from_node.bl_idname == "ShaderNodeVertexColor"
    assert link.from_node.layer_name == "Color"
    assert link.from_socket.name == "Color"


def test_the_surface_does_not_shine(surface: Any) -> None:
    assert surface.inputs["Roughness"].default_value >= 0.8
    assert surface.inputs["Specular IOR Level"].default_value <= 0.2
    assert surface.inputs["Metallic"].default_value == 0.0


def test_the_surface_is_what_is_rendered(surface: Any) -> None:
    (link,) = surface.outputs["BSDF"].links
    assert link.to_node.type == "OUTPUT_MATERIAL"
