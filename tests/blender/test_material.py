# SPDX-License-Identifier: GPL-3.0-or-later
"""The material shows the colour attribute, matt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def surface(room: Callable[[str], Any]) -> Any:
    material = room("blender.material").colour_material("teapot", "Color", (0.5, 0.25, 0.0))
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


def test_views_that_show_one_colour_show_the_average(room: Callable[[str], Any], cube: Any) -> None:
    new = room("blender.mesh_object").object_from_arrays("box", cube, 1.0)
    # The cube's colours have the mean 0.457, 0.5, 0.543: sRGB, which Blender keeps as linear light.
    assert tuple(new.active_material.diffuse_color) == pytest.approx((0.1757, 0.2140, 0.2561, 1.0), abs=1e-3)


def test_while_a_volume_is_active_a_material_has_a_surface(bpy: Any, room: Callable[[str], Any]) -> None:
    """Blender 4.2 gives new materials a volume's nodes then."""
    bpy.ops.object.add(type="VOLUME")
    tree = room("blender.material").colour_material("cup", "Color", (0.5, 0.5, 0.5)).node_tree
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    (link,) = output.inputs["Surface"].links
    assert link.from_node.inputs["Base Color"].links[0].from_node.layer_name == "Color"
    assert not output.inputs["Volume"].links
