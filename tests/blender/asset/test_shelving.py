# SPDX-License-Identifier: GPL-3.0-or-later
"""Assets in Blender's own libraries: picture, words, catalogue, one .blend for all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def cups(bpy: Any, room: Callable[[str], Any]) -> Any:
    """Two selected red cubes without a field."""
    made = []
    for number in range(2):
        bpy.ops.mesh.primitive_cube_add(location=(3.0 * number, 0.0, 0.0))
        thing = bpy.context.object
        thing.name = f"Cup {number}"
        thing["triposr_image_name"], thing["triposr_model"] = "mug.jpg", "preview"
        meshes = room("blender.mesh_object")
        meshes.write_colours(thing.data, np.tile(np.array([0.8, 0.1, 0.1], np.float32), (8, 1)), "POINT")
        thing.data.materials.append(room("blender.material").colour_material("red", "Color", (0.6, 0.01, 0.01)))
        made.append(thing)
    for thing in made:
        thing.select_set(True)
    return made


def preview(thing: Any) -> np.ndarray:
    assert tuple(thing.preview.image_size) == (256, 256)
    return np.array(thing.preview.image_pixels_float[:]).reshape(256, 256, 4)


def is_a_red_thing_on_nothing(pixels: np.ndarray) -> bool:
    middle = pixels[128, 128]
    return bool(middle[3] == 1.0 and middle[0] > 2.0 * middle[1] and pixels[0, 0, 3] == 0.0)


def test_a_library_has_pictures_words_and_a_catalogue(bpy: Any, cups: Any, tmp_path: Path) -> None:
    settings = bpy.context.scene.triposr_asset.library
    settings.catalogue, settings.tags, settings.author = "Props/Kitchen", "prop, cup", "A. Artist"
    settings.library = str(tmp_path / "shelf" / "cups.blend")
    names = [[each.name for each in kind] for kind in (bpy.data.objects, bpy.data.scenes, bpy.data.cameras)]
    assert bpy.ops.triposr.write_library() == {"FINISHED"}
    assert [[each.name for each in kind] for kind in (bpy.data.objects, bpy.data.scenes, bpy.data.cameras)] == names
    assert sorted(path.name for path in (tmp_path / "shelf").iterdir()) == ["blender_assets.cats.txt", "cups.blend"]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shelf" / "cups.blend"))
    found = {thing.name: thing for thing in bpy.data.objects}
    assert sorted(found) == ["Cup 0", "Cup 1"]
    data = found["Cup 0"].asset_data
    assert (data.author, data.license, data.copyright) == ("A. Artist", "", "")
    assert {tag.name for tag in data.tags} == {"triposr", "ai-generated", "prop", "cup", "mug"}
    assert data.description == "12 triangles; 2.00 x 2.00 x 2.00; photo: mug.jpg; model: preview"
    lines = (tmp_path / "shelf" / "blender_assets.cats.txt").read_text().splitlines()
    assert f"{data.catalog_id}:Props/Kitchen:Props-Kitchen" in lines
    assert uuid.UUID(data.catalog_id).version == 5
    assert is_a_red_thing_on_nothing(preview(found["Cup 0"]))


def test_what_is_marked_is_one_undo_step(bpy: Any, cups: Any) -> None:
    cups[1].select_set(False)
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.mark_asset() == {"FINISHED"}
    assert [bpy.data.objects[f"Cup {number}"].asset_data is not None for number in range(2)] == [True, False]
    bpy.ops.ed.undo_push(message="Mark as Asset")
    bpy.ops.ed.undo()
    assert bpy.data.objects["Cup 0"].asset_data is None


def test_lines_of_others_stay_in_the_catalogues(room: Callable[[str], Any], tmp_path: Path) -> None:
    catalogues = room("blender.asset.catalogues")
    file = tmp_path / catalogues.FILE
    theirs = "# mine\nVERSION 1\n\n0f1e2d3c-0000-4000-8000-000000000001:Props/Kitchen:Mine"
    file.write_text(theirs)
    assert catalogues.ensure_catalogue(tmp_path, "Props / Kitchen") == "0f1e2d3c-0000-4000-8000-000000000001"
    assert file.read_text() == theirs
    number = catalogues.ensure_catalogue(tmp_path, "Props:Garden//")
    assert number == catalogues.catalogue_number("Props-Garden")
    assert file.read_text() == f"{theirs}\n{number}:Props-Garden:Props-Garden\n"
    assert catalogues.ensure_catalogue(tmp_path, "Props-Garden") == number
    file.write_text("VERSION 2\n")
    with pytest.raises(OSError, match="VERSION 2"):
        catalogues.ensure_catalogue(tmp_path, "Props")
    assert file.read_text() == "VERSION 2\n"


@pytest.mark.torch
@pytest.mark.parity
def test_an_object_with_a_field_is_shown_as_the_field_is(bpy: Any, living_of: Callable[..., Any]) -> None:
    thing = living_of("chair")
    assert bpy.ops.triposr.mark_asset() == {"FINISHED"}
    pixels = preview(thing)
    assert 0.03 < float((pixels[..., 3] > 0.5).mean()) < 0.8
    assert float(pixels[:3, :, 3].max()) == 0.0
    assert float((pixels[..., :3].max(axis=2) - pixels[..., 3]).max()) <= 1 / 255  # else edges glow


def test_a_blend_with_scenes_is_never_replaced(bpy: Any, cups: Any, session: Any, tmp_path: Path) -> None:
    settings = bpy.context.scene.triposr_asset.library
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "open.blend"))
    (tmp_path / "notes.blend").write_text("no .blend at all")
    for name in ("open.blend", "other.blend", "notes.blend"):
        settings.library = str(tmp_path / name)
        before = (tmp_path / name).read_bytes()
        with pytest.raises(RuntimeError, match="could not be written"):
            bpy.ops.triposr.write_library()
        assert session.failure.code == "FILE_NOT_WRITTEN"
        assert (tmp_path / name).read_bytes() == before
    settings.library = str(tmp_path / "props.v2")
    for _ in range(2):  # a library of ours is
        assert bpy.ops.triposr.write_library() == {"FINISHED"}
    assert (tmp_path / "props.v2.blend").is_file()


def test_what_a_library_has_stays_and_only_its_namesake_is_replaced(bpy: Any, cups: Any, tmp_path: Path) -> None:
    settings = bpy.context.scene.triposr_asset.library
    settings.library, settings.author = str(tmp_path / "cups.blend"), "First"
    assert bpy.ops.triposr.write_library() == {"FINISHED"}
    cups[0].select_set(False)  # of which the open file goes on having its own, under the library's name
    cups[0].location.z = 5.0
    settings.author = "Second"
    kinds = (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.libraries)
    before = [sorted(each.name for each in kind) for kind in kinds]
    assert bpy.ops.triposr.write_library() == {"FINISHED"}
    assert [sorted(each.name for each in kind) for kind in kinds] == before
    assert cups[0].name == "Cup 0"
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "cups.blend"))
    found = {thing.name: thing for thing in bpy.data.objects}
    assert sorted(found) == ["Cup 0", "Cup 1"]
    assert [found[name].asset_data.author for name in ("Cup 0", "Cup 1")] == ["First", "Second"]
    assert found["Cup 0"].location.z == 0.0
    assert found["Cup 0"].data.materials[0].node_tree.nodes
    assert is_a_red_thing_on_nothing(preview(found["Cup 0"]))


def test_a_library_that_can_not_be_written_is_named(bpy: Any, cups: Any, session: Any, tmp_path: Path) -> None:
    (tmp_path / "shelf").write_text("a file where a folder is wanted")
    bpy.context.scene.triposr_asset.library.library = str(tmp_path / "shelf" / "cups.blend")
    with pytest.raises(RuntimeError, match="could not be written"):
        bpy.ops.triposr.write_library()
    assert session.failure.code == "FILE_NOT_WRITTEN"
    assert cups[0].asset_data is None


def test_where_the_library_can_not_be_kept_nothing_is_left_and_nothing_replaced(
    bpy: Any, cups: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    path = tmp_path / "cups.blend"
    bpy.context.scene.triposr_asset.library.library = str(path)
    assert bpy.ops.triposr.write_library() == {"FINISHED"}
    with bpy.data.libraries.load(str(path), link=True) as (_there, here):
        here.objects = ["Cup 0"]
    here.objects[0].asset_clear()
    content, before = path.read_bytes(), sorted(each.name_full for each in bpy.data.user_map())
    with pytest.raises(room("blender.failures").FileNotWritten, match="Cup 0, which the open file links from it"):
        room("blender.asset.library_file").write_library(path, [cups[1]])
    assert sorted(each.name_full for each in bpy.data.user_map()) == before
    assert path.read_bytes() == content
