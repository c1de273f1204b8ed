# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library become objects: as from a worker's answer, several in a grid, broken ones named."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.blender.catalogue.conftest import FIELD_BYTES, Shelf
from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy


def places(thing: Any) -> np.ndarray:
    flat = np.empty(3 * len(thing.data.vertices), np.float32)
    thing.data.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def colours(thing: Any) -> np.ndarray:
    layer = thing.data.color_attributes.active_color
    flat = np.empty(4 * len(layer.data), np.float32)
    layer.data.foreach_get("color_srgb", flat)
    return flat.reshape(-1, 4)


@pytest.fixture
def delivered(bpy: Any, room: Callable[[str], Any], cube: Any, tmp_path: Path) -> Any:
    """The object that Image to Mesh makes of the same arrays and the same field."""
    jobs, order, delivery = room("host.jobs"), room("blender.order"), room("blender.delivery")
    np.savez(tmp_path / "mesh.npz", **dataclasses.asdict(cube))
    (tmp_path / "field").write_bytes(FIELD_BYTES)
    (tmp_path / "mug.png").write_bytes(b"a picture")
    bpy.context.scene.triposr.height = 0.5
    bpy.context.scene.cursor.location = (1.0, 2.0, 3.0)
    asked = order.order_for_picture(bpy.context, tmp_path / "mug.png")
    result = jobs.GenerationResult(
        tmp_path / "mesh.npz", tmp_path / "field", Path(), 8, 12, True, "preview", "ab" * 32, "cpu", {}, ()
    )
    return delivery.deliver(bpy.context, asked, result)


def test_an_item_is_what_image_to_mesh_gives(bpy: Any, shelf: Shelf, browsed: Any, delivered: Any, room: Any) -> None:
    shelf.add("kitchen/mug")
    browsed()
    assert bpy.ops.triposr.import_from_catalogue() == {"FINISHED"}
    came = bpy.context.object
    assert came.name == "mug.001"
    assert np.array_equal(places(came), places(delivered))
    assert np.abs(colours(came) - colours(delivered)).max() <= 1.5 / 255.0
    assert came.location == delivered.location
    assert came.dimensions.z == pytest.approx(0.5)
    assert [(m.type, m.ratio) for m in came.modifiers] == [(m.type, m.ratio) for m in delivered.modifiers]
    nodes = [sorted(node.bl_idname for node in t.data.materials[0].node_tree.nodes) for t in (came, delivered)]
    assert nodes[0] == nodes[1]
    assert set(came.keys()) == set(delivered.keys())
    assert (came["triposr_model"], came["triposr_device"]) == ("preview", "cpu")
    recipe = came["triposr_recipe"].to_dict()
    assert (recipe["background"], recipe["foreground_ratio"], recipe["resolution"]) == ("flat", 0.9, 64)
    assert (recipe["model"], recipe["threshold"], recipe["height"]) == ("PREVIEW", 20.0, 0.5)
    record, carrier = room("blender.living_record"), room("blender.field_carrier")
    living = record.record_or_none(came.data)
    assert np.array_equal(living.placement, record.record_or_none(delivered.data).placement)
    assert (living.settings.resolution, living.settings.threshold) == (64, 20.0)
    assert living.field == carrier.fingerprint(FIELD_BYTES)
    assert carrier.field_bytes(came.data) == FIELD_BYTES


@pytest.mark.parametrize("suffix", ["npz", "ply", "obj"])
def test_every_format_of_the_batch(bpy: Any, shelf: Shelf, browsed: Any, cube: Any, suffix: str) -> None:
    if suffix == "npz":
        shelf.add("mug", suffix)
    else:
        record = shelf.add("mug", "npz", mesh=f"mesh.{suffix}")
        (shelf.folder / record.folder / f"mesh.{suffix}").write_bytes(WRITERS[suffix](cube))
    browsed()
    assert bpy.ops.triposr.import_from_catalogue() == {"FINISHED"}
    came = bpy.context.object
    size = cube.vertices.max(axis=0) - cube.vertices.min(axis=0)
    assert np.allclose(np.ptp(places(came), axis=0), size / size[2], atol=1e-6)
    assert np.allclose(places(came)[5] - places(came)[0], (cube.vertices[5] - cube.vertices[0]) / size[2], atol=1e-6)
    assert np.abs(colours(came)[:, :3] - cube.colours).max() <= 1.5 / 255.0
    assert [tuple(face.vertices) for face in came.data.polygons] == [tuple(each) for each in cube.triangles.tolist()]


def as_ply(mesh: Any) -> bytes:
    """The bytes that trimesh writes (tests/worker has no Blender, and Blender's Python no trimesh)."""
    header = "ply\nformat binary_little_endian 1.0\ncomment x\nelement vertex 8\n"
    header += "".join(f"property float {axis}\n" for axis in "xyz")
    header += "".join(f"property uchar {name}\n" for name in ("red", "green", "blue", "alpha"))
    header += "element face 12\nproperty list uchar int vertex_indices\nend_header\n"
    rows = np.zeros(8, [("place", "<f4", 3), ("colour", "u1", 4)])
    rows["place"], rows["colour"][:, :3] = mesh.vertices, np.rint(mesh.colours * 255.0)
    faces = np.zeros(12, [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, mesh.triangles
    return header.encode() + rows.tobytes() + faces.tobytes()


def as_obj(mesh: Any) -> bytes:
    rows = [
        f"v {x:.8f} {z:.8f} {-y:.8f} {r:.8f} {g:.8f} {b:.8f}"
        for (x, y, z), (r, g, b) in zip(mesh.vertices, mesh.colours, strict=True)
    ]
    faces = [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.triangles]
    return ("# comment\n" + "\n".join([*rows, *faces]) + "\n\n").encode()


WRITERS = {"ply": as_ply, "obj": as_obj}


def test_several_stand_in_a_grid_and_are_one_undo_step(bpy: Any, shelf: Shelf, browsed: Any) -> None:
    for name in ("a", "b", "c", "d"):
        shelf.add(name)
    browsed()
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.choose_in_catalogue(which="IDS", ids="a\nb\nd") == {"FINISHED"}
    assert bpy.ops.triposr.import_from_catalogue("EXEC_DEFAULT", True) == {"FINISHED"}
    things = bpy.data.collections["Toybox"].objects
    assert sorted(thing.name for thing in things) == ["a", "b", "d"]
    spots = {(round(thing.location.x, 3), round(thing.location.y, 3)) for thing in things}
    assert len(spots) == 3
    assert {thing.name for thing in bpy.context.view_layer.objects.selected} == {"a", "b", "d"}
    boxes = sorted((thing.location.x - thing.dimensions.x / 2, thing.location.x + thing.dimensions.x / 2,
                    thing.location.y) for thing in things)  # fmt: skip
    assert all(one[1] < two[0] for one, two in itertools.pairwise(boxes) if one[2] == two[2])
    bpy.ops.ed.undo()
    assert not bpy.data.objects


def test_what_is_broken_is_named_and_the_rest_comes(bpy: Any, session: Any, shelf: Shelf, browsed: Any) -> None:
    for name in ("good", "gone", "longer", "other", "nonsense", "fieldless", "no field"):
        shelf.add(name)
    shelf.add("odd", mesh="\ud800.glb")
    shelf.fail("failed")
    where = {record.id: shelf.folder / record.folder for record in shelf.records}
    (where["gone"] / "mesh.glb").unlink()
    with (where["longer"] / "mesh.glb").open("ab") as file:
        file.write(b"more")
    data = bytearray((where["other"] / "mesh.glb").read_bytes())
    data[-5] ^= 1
    (where["other"] / "mesh.glb").write_bytes(data)
    (where["nonsense"] / "mesh.glb").write_bytes(b"glTF nonsense")
    shelf.records[4] = dataclasses.replace(shelf.records[4], hashes={}, sizes={})
    (where["fieldless"] / "field.triplane.safetensors").unlink()
    shelf.records[6] = dataclasses.replace(shelf.records[6], field="")
    browsed()
    assert bpy.ops.triposr.choose_in_catalogue() == {"FINISHED"}
    assert bpy.ops.triposr.import_from_catalogue() == {"FINISHED"}
    assert sorted(thing.name for thing in bpy.data.objects) == ["fieldless", "good", "no field"]
    told = dict(session.catalogue.refusals)
    assert told["gone"].startswith("mesh.glb can't be read (No such file or directory).")
    assert told["longer"] == told["other"]
    assert told["other"].startswith("mesh.glb is not the file that was written.")
    assert told["nonsense"] == "mesh.glb holds no mesh of ours. Import it by Blender's File menu."
    assert told["fieldless"].startswith("field.triplane.safetensors can't be read")
    assert told["failed"].startswith("There is no mesh: No subject was found in the photo.")
    assert told["odd"].startswith("\ud800.glb can't be read (no file can have this name).")
    assert set(told) == {"gone", "longer", "other", "nonsense", "fieldless", "odd", "failed"}
    assert session.catalogue.notice.startswith("3 objects, 36 triangles")
    assert "triposr_living" not in bpy.data.objects["fieldless"].data


@pytest.mark.parametrize("odd", [10**400, -(10**400), float("inf"), float("nan")])
def test_settings_that_are_no_numbers_are_at_their_defaults(room: Callable[[str], Any], shelf: Shelf, odd: Any) -> None:
    record = shelf.add("mug", settings={"photo": {"foreground_ratio": odd, "background": "flat"}, "surface": {}})
    photo, _surface = room("blender.catalogue.item").settings_in(record)
    assert (photo.foreground_ratio, photo.background) == (room("protocol").PhotoSettings().foreground_ratio, "flat")


def test_the_photo_is_found_in_a_folder_beside(bpy: Any, shelf: Shelf, browsed: Any, tmp_path: Path) -> None:
    photo = tmp_path / "photos" / "kitchen" / "mug.png"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a picture")
    shelf.add("kitchen/mug", picture_bytes=9)
    shelf.add("bowl", picture_bytes=9)
    browsed()
    assert bpy.ops.triposr.import_from_catalogue(ids="kitchen/mug\nbowl") == {"FINISHED"}
    assert bpy.data.objects["mug"]["triposr_image"] == str(photo)
    assert bpy.data.objects["bowl"]["triposr_image"] == "bowl.png"


def test_where_nothing_comes_a_script_hears_of_it(bpy: Any, session: Any, shelf: Shelf, browsed: Any) -> None:
    shelf.fail("one")
    shelf.fail("two")
    browsed()
    with pytest.raises(RuntimeError, match="There is no mesh: No subject was found"):
        bpy.ops.triposr.import_from_catalogue(ids="one")
    bpy.ops.triposr.choose_in_catalogue()
    with pytest.raises(RuntimeError, match=r"None of 2 could be taken\. one: There is no mesh"):
        bpy.ops.triposr.import_from_catalogue()
    assert not bpy.data.objects
    session.failure = None


def test_left_in_its_midst_it_leaves_nothing(bpy: Any, shelf: Shelf, browsed: Any, room: Callable[[str], Any]) -> None:
    shelf.add("a")
    shelf.repeat(9)
    browser = browsed()
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "texts", "collections")}
    stage = room("blender.catalogue.importing").import_items(bpy.context, browser.library, range(10))
    for _ in range(5):
        next(stage)
    assert len(bpy.data.objects) == 4
    assert not bpy.context.scene.objects
    stage.close()
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}


def test_a_scripts_ids_need_nothing_in_the_list(
    bpy: Any, session: Any, shelf: Shelf, browsed: Any, room: Callable[[str], Any]
) -> None:
    def drawn() -> list[str]:
        lines: list[str] = []
        room("blender.catalogue.panel")._draw_takers(StrictLayout(bpy, lines), bpy.context, browser)
        return lines

    shelf.add("mug")
    browser = browsed()
    assert (len(drawn()), drawn()[-1]) == (3, "operator triposr.shelve_from_catalogue")
    bpy.context.window_manager.triposr_catalogue.search = "no such picture"
    assert (len(drawn()), drawn()[0]) == (4, "label Choose pictures in the list first")
    assert drawn()[-1] == "greyed out triposr.shelve_from_catalogue"
    with pytest.raises(RuntimeError, match="Choose pictures in the list first"):
        bpy.ops.triposr.import_from_catalogue()
    assert not bpy.data.objects
    session.failure = None
    assert bpy.ops.triposr.import_from_catalogue(ids="mug") == {"FINISHED"}
    assert [thing.name for thing in bpy.data.objects] == ["mug"]


def test_it_waits_for_object_mode(bpy: Any, shelf: Shelf, browsed: Any) -> None:
    assert not bpy.ops.triposr.import_from_catalogue.poll()
    shelf.add("a")
    browsed()
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not bpy.ops.triposr.import_from_catalogue.poll()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert bpy.ops.triposr.import_from_catalogue.poll()


def test_a_broken_file_is_named_whatever_is_broken(room: Callable[[str], Any], shelf: Shelf) -> None:
    """Bytes changed, or cut off: a mesh or a failure, never another exception."""
    files, failures = room("blender.catalogue.mesh_files"), room("blender.catalogue.failures")
    path = shelf.folder / shelf.add("mug").folder / "mesh.glb"
    whole, named = path.read_bytes(), 0
    for seed in range(80):
        draw, data = np.random.default_rng(seed), bytearray(whole)
        for _ in range(int(draw.integers(1, 6))):
            data[int(draw.integers(0, len(data)))] = int(draw.integers(0, 256))
        path.write_bytes(data[: int(draw.integers(1, len(data) + 1))] if seed % 3 == 0 else data)
        try:
            files.read_mesh(path, path.read_bytes())
        except failures.ItemFileUnreadable:
            named += 1
    assert 20 < named < 80
