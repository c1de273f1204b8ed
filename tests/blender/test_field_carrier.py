# SPDX-License-Identifier: GPL-3.0-or-later
"""The field comes along wherever its mesh goes, in one piece, and leaves with the last mesh that needs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

FIELD = bytes(range(256)) * 8


@pytest.fixture
def carrier(room: Callable[[str], Any]) -> Any:
    return room("blender.field_carrier")


def save_and_open(bpy: Any, path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.open_mainfile(filepath=str(path))


def test_it_comes_back_with_the_file(bpy: Any, living: Any, carrier: Any, tmp_path: Path) -> None:
    save_and_open(bpy, tmp_path / "a.blend")
    assert carrier.field_bytes(bpy.data.objects["cup"].data) == FIELD


@pytest.mark.parametrize("link", [False, True])
def test_it_comes_along_when_the_object_is_appended_or_linked(
    bpy: Any, living: Any, carrier: Any, tmp_path: Path, link: bool
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(tmp_path / "a.blend"), link=link) as (_there, here):
        here.objects = ["cup"]
    cup = bpy.data.objects["cup"]
    assert (cup.library is not None) == link
    assert carrier.field_bytes(cup.data) == FIELD


def test_duplicates_share_one_text(bpy: Any, living: Any, carrier: Any) -> None:
    bpy.ops.object.duplicate()
    twin = bpy.context.object
    assert twin.data != living.data
    assert carrier.field_bytes(twin.data) == FIELD
    assert len(bpy.data.texts) == 1
    assert set(carrier.sharers(twin.data)) == {living.data, twin.data}


def test_undo_and_redo_keep_it(bpy: Any, living: Any, carrier: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.triposr.drop_field("EXEC_DEFAULT", True)
    assert carrier.place_of(bpy.data.meshes["cup"]) is carrier.Place.NOWHERE
    bpy.ops.ed.undo()
    assert carrier.field_bytes(bpy.data.meshes["cup"]) == FIELD
    bpy.ops.ed.redo()
    assert carrier.place_of(bpy.data.meshes["cup"]) is carrier.Place.NOWHERE


def test_without_its_mesh_it_leaves_the_file(bpy: Any, living: Any, tmp_path: Path) -> None:
    bpy.data.meshes.remove(living.data)
    save_and_open(bpy, tmp_path / "a.blend")
    assert len(bpy.data.texts) == 0


def test_the_text_says_what_it_is(bpy: Any, living: Any) -> None:
    text = bpy.data.texts[0]
    assert text.name == "cup.triplane.safetensors"
    assert "2,048 bytes" in text.as_string()


def test_a_text_that_somebody_deleted_is_a_lost_field(
    bpy: Any, living: Any, carrier: Any, room: Callable[[str], Any]
) -> None:
    bpy.data.texts.remove(bpy.data.texts[0])
    assert carrier.place_of(living.data) is carrier.Place.NOWHERE
    with pytest.raises(room("blender.failures").FieldLost, match="cup has no field any more"):
        carrier.field_bytes(living.data)


def test_moved_out_it_is_a_file_for_all_that_share_it(bpy: Any, living: Any, carrier: Any, tmp_path: Path) -> None:
    bpy.ops.object.duplicate()
    twin = bpy.context.object.data
    path = carrier.move_out(twin, tmp_path, "cup")
    assert path == tmp_path / "cup.triplane.safetensors"
    assert path.read_bytes() == FIELD
    assert len(bpy.data.texts) == 0
    assert carrier.field_bytes(living.data) == carrier.field_bytes(twin) == FIELD
    carrier.bring_in(living.data, "cup", FIELD)
    assert len(bpy.data.texts) == 1
    assert set(carrier.sharers(twin)) == {living.data, twin}


def test_no_other_file_is_overwritten(living: Any, carrier: Any, tmp_path: Path) -> None:
    taken = tmp_path / "cup.triplane.safetensors"
    taken.write_bytes(b"somebody's")
    path = carrier.move_out(living.data, tmp_path, "cup")
    assert path.name == "cup-1.triplane.safetensors"
    assert taken.read_bytes() == b"somebody's"
    carrier.bring_in(living.data, "cup", FIELD)
    assert carrier.move_out(living.data, tmp_path, "cup") == path
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["../../cup", "a/b\\c", "", "写真 № 1", "..."])
def test_the_file_stays_in_its_folder_whatever_the_name(living: Any, carrier: Any, tmp_path: Path, name: str) -> None:
    path = carrier.move_out(living.data, tmp_path, name)
    assert path.resolve().parent == tmp_path.resolve()
    assert path.read_bytes() == FIELD


def test_a_folder_that_takes_no_file_loses_nothing(
    living: Any, carrier: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    with pytest.raises(room("blender.failures").FieldFileUnwritable, match="No field file can be written"):
        carrier.move_out(living.data, tmp_path / "gone", "cup")
    assert carrier.field_bytes(living.data) == FIELD


def test_a_file_that_is_gone_is_named(living: Any, carrier: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    carrier.move_out(living.data, tmp_path, "cup").unlink()
    with pytest.raises(room("blender.failures").FieldFileMissing, match=r"cup\.triplane\.safetensors can't be read"):
        carrier.field_bytes(living.data)
