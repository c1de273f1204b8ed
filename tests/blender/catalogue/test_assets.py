# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library become assets of one .blend beside it, and are linked from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.blender.catalogue.conftest import Shelf

pytestmark = pytest.mark.bpy


@pytest.fixture
def libraries(bpy: Any) -> Iterator[Any]:
    """The preferences' asset libraries; those that a test adds go again."""
    known = bpy.context.preferences.filepaths.asset_libraries
    before = [each.name for each in known]
    yield known
    for each in [each for each in known if each.name not in before]:
        known.remove(each)


@pytest.fixture
def two(shelf: Shelf, browsed: Any, libraries: Any) -> Shelf:
    shelf.add("kitchen/mug", overlap=0.84)
    shelf.add("kitchen/pots/a pot of a very long name that has more than sixty-three bytes in all")
    browsed()
    return shelf


def in_file(bpy: Any, path: Path) -> list[str]:
    with bpy.data.libraries.load(str(path), assets_only=True) as (there, _here):
        return sorted(there.objects)


def test_assets_have_words_and_pictures(bpy: Any, session: Any, two: Shelf, libraries: Any) -> None:
    assert bpy.ops.triposr.choose_in_catalogue() == {"FINISHED"}
    assert bpy.ops.triposr.shelve_from_catalogue() == {"FINISHED"}
    path = two.folder / "assets.blend"
    assert session.catalogue.notice == f"2 assets in the library {path}"
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.texts), len(bpy.data.images)) == (0, 0, 0, 0)
    assert [(each.name, each.path) for each in libraries if each.path == str(two.folder)] == [
        ("Toybox", str(two.folder))
    ]
    names = in_file(bpy, path)
    assert names[0] == "kitchen/mug"
    assert len(names[1].encode()) <= 63
    lines = (two.folder / "blender_assets.cats.txt").read_text()
    assert ":Toybox/kitchen:" in lines
    assert ":Toybox/kitchen/pots:" in lines
    bpy.ops.wm.open_mainfile(filepath=str(path))
    mug = bpy.data.objects["kitchen/mug"]
    assert {tag.name for tag in mug.asset_data.tags} == {
        "triposr", "ai-generated", "kitchen", "kitchen/mug", "score 80", "1k triangles",
    }  # fmt: skip
    assert mug.asset_data.description == (
        "kitchen/mug; 12 triangles; covers 84% of the photo's subject; photo: mug.png; model: preview"
    )
    assert tuple(mug.preview.image_size) == (64, 64)
    pixels = np.array(mug.preview.image_pixels_float[:]).reshape(64, 64, 4)
    assert np.allclose(pixels[32, 32], [200 / 255, 30 / 255, 30 / 255, 1.0], atol=0.01)
    assert (pixels[0, 0] == 0.0).all()
    assert "triposr_living" in mug.data
    with pytest.raises(RuntimeError, match="is the open file"):
        bpy.ops.triposr.shelve_from_catalogue()
    session.failure = None


def test_linked_objects_can_be_placed_and_follow_the_library(bpy: Any, two: Shelf) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "kitchen/mug"
    bpy.ops.triposr.choose_in_catalogue()
    assert bpy.ops.triposr.link_from_catalogue(register=False) == {"FINISHED"}
    assert bpy.data.objects["kitchen/mug"].type == "MESH"
    assert len(bpy.data.objects["kitchen/mug"].data.vertices) == 8
    linked = list(bpy.data.collections["Toybox"].objects)
    assert len(linked) == 2
    assert all(thing.library is None and thing.data.library is not None for thing in linked)
    assert all(thing.asset_data is None and thing.select_get() for thing in linked)
    assert linked[0].location.x != linked[1].location.x
    assert [thing for thing in bpy.data.objects if thing.library is not None] == []
    assert in_file(bpy, two.folder / "assets.blend")[0] == "kitchen/mug"


def test_what_is_in_the_library_stays_and_what_comes_again_is_anew(
    bpy: Any, room: Callable[[str], Any], two: Shelf, tmp_path: Path
) -> None:
    first, second = (record.id for record in two.records)
    assert bpy.ops.triposr.link_from_catalogue(ids=first, register=False) == {"FINISHED"}
    path = two.folder / "assets.blend"
    with bpy.data.libraries.load(str(path), link=True) as (there, here):
        here.objects = list(there.objects)  # as the Asset Browser links
    bpy.context.scene.collection.objects.link(here.objects[0])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bpy.ops.triposr.shelve_from_catalogue(ids=second, register=False) == {"FINISHED"}
    assert bpy.ops.triposr.shelve_from_catalogue(ids=second, register=False) == {"FINISHED"}
    assert len(in_file(bpy, path)) == 2
    assert {thing.data.library is not None for thing in bpy.context.scene.objects} == {True}
    bpy.ops.wm.open_mainfile(filepath=str(path))
    mug = bpy.data.objects[first]
    assert "score 80" in {tag.name for tag in mug.asset_data.tags}
    assert tuple(mug.preview.image_size) == (64, 64)


def test_left_in_its_midst_nothing_is_written(bpy: Any, two: Shelf, room: Callable[[str], Any]) -> None:
    library = room("blender.session").current().catalogue.browser.library
    shelving = room("blender.catalogue.shelving")
    stage = shelving.shelve_items(bpy.context, library, [0, 1], register=True, link=True)
    next(stage)
    next(stage)
    assert len(bpy.data.objects) == 1
    stage.close()
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.texts)) == (0, 0, 0)
    assert not (two.folder / "assets.blend").exists()


def test_odd_bytes_in_an_id_are_question_marks(bpy: Any, shelf: Shelf, browsed: Any) -> None:
    shelf.add("mug", id="caf\ud800/m\udce9g", picture="m\udce9g.png", model="\ud800", device="\ud800")
    browsed()
    assert bpy.ops.triposr.choose_in_catalogue() == {"FINISHED"}
    assert bpy.ops.triposr.shelve_from_catalogue(register=False) == {"FINISHED"}
    path = shelf.folder / "assets.blend"
    assert ":Toybox/caf?:" in (shelf.folder / "blender_assets.cats.txt").read_text()
    (name,) = in_file(bpy, path)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    data = bpy.data.objects[name].asset_data
    assert name.startswith("caf?/m?g~")
    assert {"caf?", "caf?/m?g"} < {tag.name for tag in data.tags}
    assert data.description.startswith("caf?/m?g; 12 triangles")


def test_a_broken_thumbnail_is_named_and_the_asset_comes(bpy: Any, session: Any, two: Shelf) -> None:
    (two.folder / two.records[0].folder / "thumbnail.png").unlink()
    assert bpy.ops.triposr.choose_in_catalogue() == {"FINISHED"}
    assert bpy.ops.triposr.shelve_from_catalogue(register=False) == {"FINISHED"}
    assert dict(session.catalogue.refusals).keys() == {"kitchen/mug"}
    assert len(in_file(bpy, two.folder / "assets.blend")) == 2


def test_somebodys_work_of_that_name_stays(bpy: Any, session: Any, two: Shelf) -> None:
    bpy.ops.mesh.primitive_cube_add()
    path = two.folder / "assets.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    data = path.read_bytes()
    with pytest.raises(RuntimeError, match="it is no library of ours"):
        bpy.ops.triposr.link_from_catalogue()
    assert path.read_bytes() == data
    session.failure = None
