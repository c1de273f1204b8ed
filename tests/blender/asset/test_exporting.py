# SPDX-License-Identifier: GPL-3.0-or-later
"""Files for engines: names, axes, units, colours, and nothing left behind in the .blend."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.bpy,
    # Blender's FBX writer, with a newer NumPy than the one that Blender comes with.
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]

RED = (0.8, 0.2, 0.1)


@pytest.fixture
def vase(bpy: Any, room: Callable[[str], Any]) -> Any:
    """A box 0.4 x 0.6 x 1 m with its nose towards -Y, red below, its origin in the middle of its foot."""
    bpy.ops.mesh.primitive_cube_add(size=1.0)
    thing = bpy.context.object
    thing.name = "My vase"
    places = np.array([vertex.co for vertex in thing.data.vertices]) * (0.4, 0.6, 1.0) + (0.0, -0.1, 0.5)
    thing.data.vertices.foreach_set("co", places.ravel())
    colours = np.where(places[:, 2:] > 0.5, 0.5, RED).astype(np.float32)
    room("blender.mesh_object").write_colours(thing.data, colours, "POINT")
    thing.location = (3.0, 2.0, 1.0)
    bpy.context.view_layer.update()
    return thing


@pytest.fixture
def export(bpy: Any, tmp_path: Path) -> Callable[..., Path]:
    """export("WEB", file_format="GLB"): press the button; gives the folder."""

    def pressed(engine: str, whole_collection: bool = False, **wished: Any) -> Path:
        settings = bpy.context.scene.triposr_asset
        settings.engine, settings.export.folder = engine, str(tmp_path / engine)
        for name, value in wished.items():
            setattr(settings.export, name, value)
        assert bpy.ops.triposr.export_asset(whole_collection=whole_collection) == {"FINISHED"}
        return tmp_path / engine

    return pressed


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sidecar(folder: Path) -> Any:
    return json.loads((folder / "My_vase.json").read_text(encoding="utf-8"))


def with_levels(bpy: Any, thing: Any, room: Callable[[str], Any]) -> None:
    """Two more levels and a collider in the asset's collection, as the stages before leave them."""
    assets = room("blender.asset.asset_collection")
    collection = assets.collection_for(bpy.context, thing)
    for number in range(3):
        level = bpy.data.objects.new(f"My vase_LOD{number}", thing.data.copy())
        level.matrix_world = thing.matrix_world.copy()
        level[assets.LEVEL] = number
        collection.objects.link(level)
    hull = bpy.data.objects.new("hull", thing.data.copy())
    hull.matrix_world = thing.matrix_world.copy()
    hull[assets.COLLIDER] = "HULL"
    collection.objects.link(hull)
    bpy.context.view_layer.update()


def test_a_glb_has_linear_colours_y_up_and_its_own_origin(
    vase: Any, export: Callable[..., Path], room: Callable[[str], Any]
) -> None:
    folder = export("WEB")
    assert names_in(folder) == ["My_vase.glb", "My_vase.json"]
    facts = room("blender.asset.glb_facts").read_glb(folder / "My_vase.glb")["My_vase"]
    assert facts.triangles == 12
    assert facts.low == pytest.approx((-0.2, 0.0, -0.2), abs=1e-6)
    assert facts.high == pytest.approx((0.2, 1.0, 0.4), abs=1e-6)  # the nose towards +Z
    linear = np.mean([[0.2140411] * 3, [0.6038, 0.0331, 0.0100]], axis=0)
    assert facts.colour == pytest.approx(tuple(linear), abs=0.004)
    assert not facts.has_uvs
    told = sidecar(folder)
    assert (told["up"], told["front"], told["unit"], told["colour_space"]) == ("+Y", "+Z", "metre", "linear")
    assert told["parts"][0]["triangles"] == 12


def test_nothing_is_left_behind(bpy: Any, vase: Any, export: Callable[..., Path]) -> None:
    def inside() -> list[list[str]]:
        return [[each.name for each in kind] for kind in (bpy.data.objects, bpy.data.meshes, bpy.data.materials)]

    before, scene = inside(), bpy.context.scene
    for engine in ("UNITY", "UNREAL", "GODOT", "WEB"):
        export(engine)
    assert inside() == before
    assert (bpy.context.scene, len(bpy.data.scenes)) == (scene, 1)
    assert tuple(vase.location) == (3.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        ("UNITY", ["My_vase.fbx", "My_vase.json"]),
        ("UNREAL", ["My_vase.fbx", "My_vase.json"]),
        ("GODOT", ["My_vase.glb", "My_vase.json", "My_vase_LOD1.glb", "My_vase_LOD2.glb"]),
        ("WEB", ["My_vase.glb", "My_vase.json", "My_vase_LOD1.glb", "My_vase_LOD2.glb"]),
    ],
)
def test_levels_and_colliders_have_the_engines_names(
    bpy: Any, vase: Any, export: Callable[..., Path], room: Callable[[str], Any], engine: str, names: list[str]
) -> None:
    with_levels(bpy, vase, room)
    folder = export(engine)
    assert names_in(folder) == names
    parts = [part["name"] for part in sidecar(folder)["parts"]]
    levels = ["My_vase_LOD0", "My_vase_LOD1", "My_vase_LOD2"]
    expected = {
        "UNITY": [*levels, "My_vase_Collider"],
        "UNREAL": [*levels, "UCX_My_vase_LOD0_00"],
        "GODOT": ["My_vase", "My_vase-convcolonly", "My_vase_LOD1", "My_vase_LOD2"],
        "WEB": ["My_vase", "My_vase_LOD1", "My_vase_LOD2"],
    }
    assert parts == expected[engine]
    data = (folder / names[0]).read_bytes()
    assert all(name.encode() in data for name in parts if engine in ("UNITY", "UNREAL") or "_LOD" not in name)
    assert (b"LodGroup" in data) == (engine == "UNREAL")
    assert [thing.name for thing in bpy.data.objects if thing.name.startswith("My vase_LOD")] == [
        "My vase_LOD0",
        "My vase_LOD1",
        "My vase_LOD2",
    ]


def test_a_texture_goes_along_and_vertex_colours_stay(
    bpy: Any, vase: Any, export: Callable[..., Path], room: Callable[[str], Any]
) -> None:
    material = textured(bpy, vase, room)
    facts = room("blender.asset.glb_facts").read_glb(export("WEB") / "My_vase.glb")["My_vase"]
    assert facts.textures == ("baseColorTexture", "normalTexture")
    assert facts.colour is None
    assert facts.has_uvs
    assert names_in(export("UNREAL")) == ["My_vase.fbx", "My_vase.json", "My_vase_colour.png", "My_vase_normal.png"]
    flipped = bpy.data.images.load(str(export("UNREAL") / "My_vase_normal.png"))
    assert flipped.pixels[1] == pytest.approx(1.0 - 0.8, abs=0.01)
    upright = bpy.data.images.load(str(export("UNITY") / "My_vase_normal.png"))
    assert upright.pixels[1] == pytest.approx(0.8, abs=0.01)
    assert [slot.material for slot in vase.material_slots] == [material]
    assert facts.triangles == 12


def test_levels_share_a_texture_and_give_names_back(
    bpy: Any, vase: Any, export: Callable[..., Path], room: Callable[[str], Any]
) -> None:
    material = textured(bpy, vase, room)
    material.name = "My_vase"
    with_levels(bpy, vase, room)
    assert names_in(export("UNITY")) == ["My_vase.fbx", "My_vase.json", "My_vase_colour.png", "My_vase_normal.png"]
    assert [each.name for each in bpy.data.materials] == ["My_vase"]
    assert sorted(each.name for each in bpy.data.images) == ["colour", "normal"]


def textured(bpy: Any, thing: Any, room: Callable[[str], Any]) -> Any:
    """A colour and a normal map of 4 x 4 pixels."""
    bpy.context.view_layer.objects.active = thing
    thing.data.uv_layers.new(name="UVMap")
    images = {}
    for name, value in {"colour": (0.5, 0.5, 0.5, 1.0), "normal": (0.5, 0.8, 0.9, 1.0)}.items():
        images[name] = bpy.data.images.new(name, 4, 4)
        if name == "normal":
            images[name].colorspace_settings.name = "Non-Color"
        images[name].pixels.foreach_set(np.tile(np.array(value, np.float32), 16))
    material = bpy.data.materials.new("painted")
    if material.node_tree is None:
        material.use_nodes = True
    tree = material.node_tree
    surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    nodes = {name: tree.nodes.new("ShaderNodeTexImage") for name in images}
    for name, node in nodes.items():
        node.image = images[name]
    bumps = tree.nodes.new("ShaderNodeNormalMap")
    tree.links.new(nodes["colour"].outputs["Color"], surface.inputs["Base Color"])
    tree.links.new(nodes["normal"].outputs["Color"], bumps.inputs["Color"])
    tree.links.new(bumps.outputs["Normal"], surface.inputs["Normal"])
    thing.data.materials.append(material)
    return material


def test_obj_and_usd_are_written_too(vase: Any, export: Callable[..., Path]) -> None:
    assert names_in(export("UNITY", file_format="OBJ")) == ["My_vase.json", "My_vase.obj"]
    lines = (export("UNITY", file_format="OBJ") / "My_vase.obj").read_text().splitlines()
    assert sum(line.startswith("f ") for line in lines) == 12
    assert len(next(line for line in lines if line.startswith("v ")).split()) == 7  # place and colour
    assert names_in(export("WEB", file_format="USD")) == ["My_vase.json", "My_vase.usdc"]


def test_a_whole_collection_is_a_file_for_each(bpy: Any, vase: Any, export: Callable[..., Path]) -> None:
    for number in range(2):
        other = vase.copy()
        other.data = vase.data.copy()
        other.name = ("Jug", "my_vase")[number]
        vase.users_collection[0].objects.link(other)
    bpy.context.view_layer.update()
    folder = export("WEB", whole_collection=True)
    assert {name for name in names_in(folder) if name.endswith(".glb")} == {"Jug.glb", "My_vase.glb", "my_vase_2.glb"}


def test_what_can_not_be_exported_is_said(bpy: Any, vase: Any, session: Any) -> None:
    settings = bpy.context.scene.triposr_asset.export
    with pytest.raises(RuntimeError, match=r"Save the \.blend"):
        bpy.ops.triposr.export_asset()
    settings.folder, settings.colours = bpy.app.tempdir, "TEXTURE"
    with pytest.raises(RuntimeError, match="no texture"):
        bpy.ops.triposr.export_asset()
    assert session.failure.code == "TEXTURE_MISSING"


def test_a_file_that_lacks_something_is_not_kept(
    bpy: Any, vase: Any, export: Callable[..., Path], room: Callable[[str], Any], tmp_path: Path
) -> None:
    facts, failures = room("blender.asset.export_facts"), room("blender.asset.failures")
    file = export("WEB") / "My_vase.glb"
    part = facts.PartFacts("My_vase", "LOD0", 12, 8, (-0.2, -0.4, 0.0), (0.2, 0.2, 1.0), (0.5, 0.5, 0.5))
    facts.looked_at_again(file, "GLB", [part], textured=False)
    for wrong in ({"triangles": 13}, {"name": "Jug"}, {"low": (-1, 0, 0)}):
        with pytest.raises(failures.FileNotWhole):
            facts.looked_at_again(file, "GLB", [facts.PartFacts(**{**vars(part), **wrong})], textured=False)
    with pytest.raises(failures.FileNotWhole):
        facts.looked_at_again(file, "GLB", [part], textured=True)
    cut = tmp_path / "cut.glb"
    cut.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(failures.FileNotWhole, match="incomplete"):
        facts.looked_at_again(cut, "GLB", [part], textured=False)
    assert struct.unpack_from("<I", file.read_bytes(), 4) == (2,)


@pytest.mark.parametrize("name", ["My_vase.glb", "My_vase.json"])
def test_a_file_of_somebody_elses_is_never_replaced(
    name: str, bpy: Any, vase: Any, export: Callable[..., Path], tmp_path: Path
) -> None:
    """The folder may have come with a stranger's .blend."""
    folder = export("GODOT")
    written = names_in(folder)
    assert export("GODOT") == folder  # our own are
    (folder / "My_vase.json").unlink()
    (folder / name).write_text("{}")
    with pytest.raises(RuntimeError, match="no export of ours"):
        export("GODOT")
    assert (folder / name).read_text() == "{}"
    assert set(names_in(folder)) <= set(written)
