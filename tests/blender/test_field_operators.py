# SPDX-License-Identifier: GPL-3.0-or-later
"""Out to a file, in again, gone: each a step that undo takes back, refused in a sentence where it makes no sense."""

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


@pytest.fixture
def saved(bpy: Any, living: Any, tmp_path: Path) -> Path:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    return tmp_path


def test_out_and_in_again(bpy: Any, saved: Path, carrier: Any) -> None:
    mesh = bpy.data.meshes["cup"]
    assert bpy.ops.triposr.move_field_out() == {"FINISHED"}
    assert (saved / "cup.triplane.safetensors").read_bytes() == FIELD
    assert mesh["triposr_field_file"] == "//cup.triplane.safetensors"
    assert carrier.place_of(mesh) is carrier.Place.FILE
    assert not bpy.ops.triposr.move_field_out.poll()
    assert bpy.ops.triposr.bring_field_in() == {"FINISHED"}
    assert carrier.place_of(mesh) is carrier.Place.INSIDE
    assert carrier.field_bytes(mesh) == FIELD
    assert not bpy.ops.triposr.bring_field_in.poll()


def test_a_moved_blend_finds_the_file_that_moved_with_it(bpy: Any, saved: Path, carrier: Any) -> None:
    bpy.ops.triposr.move_field_out()
    bpy.ops.wm.save_mainfile()
    elsewhere = saved / "elsewhere"
    elsewhere.mkdir()
    for name in ("scene.blend", "cup.triplane.safetensors"):
        (saved / name).rename(elsewhere / name)
    bpy.ops.wm.open_mainfile(filepath=str(elsewhere / "scene.blend"))
    assert carrier.field_bytes(bpy.data.meshes["cup"]) == FIELD


def test_beside_the_blend_needs_a_blend(bpy: Any, living: Any) -> None:
    assert not bpy.ops.triposr.move_field_out.poll()
    assert bpy.ops.triposr.drop_field.poll()


def test_a_dropped_field_comes_in_again_from_its_own_file_only(bpy: Any, saved: Path, carrier: Any) -> None:
    own, other = saved / "kept.safetensors", saved / "other.safetensors"
    own.write_bytes(FIELD)
    other.write_bytes(b"another field")
    mesh = bpy.data.meshes["cup"]
    bpy.ops.triposr.drop_field()
    assert not bpy.ops.triposr.drop_field.poll()
    with pytest.raises(RuntimeError, match="is not the field that cup was made of"):
        bpy.ops.triposr.bring_field_in(filepath=str(other))
    with pytest.raises(RuntimeError, match="has no field any more"):
        bpy.ops.triposr.bring_field_in()
    with pytest.raises(RuntimeError, match="can't be read"):
        bpy.ops.triposr.bring_field_in(filepath=str(saved / "gone.safetensors"))
    assert bpy.ops.triposr.bring_field_in(filepath=str(own)) == {"FINISHED"}
    assert carrier.field_bytes(mesh) == FIELD


def test_each_is_one_undo_step(bpy: Any, saved: Path, carrier: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.triposr.move_field_out("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    assert carrier.place_of(bpy.data.meshes["cup"]) is carrier.Place.INSIDE
    bpy.ops.ed.redo()
    assert carrier.place_of(bpy.data.meshes["cup"]) is carrier.Place.FILE


def test_none_of_them_is_for_an_ordinary_object_or_for_none(bpy: Any, living: Any) -> None:
    operators = (bpy.ops.triposr.move_field_out, bpy.ops.triposr.bring_field_in, bpy.ops.triposr.drop_field)
    plain = bpy.data.objects.new("plain", bpy.data.meshes.new("plain"))
    bpy.context.scene.collection.objects.link(plain)
    for thing in (plain, None):
        bpy.context.view_layer.objects.active = thing
        assert not any(operator.poll() for operator in operators)
        with pytest.raises(RuntimeError, match="Select an object that TripoSR made"):
            bpy.ops.triposr.drop_field()


def test_linked_data_is_left_alone(bpy: Any, saved: Path) -> None:
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(saved / "scene.blend"), link=True) as (_there, here):
        here.objects = ["cup"]
    bpy.context.scene.collection.objects.link(here.objects[0])
    bpy.context.view_layer.objects.active = here.objects[0]
    with pytest.raises(RuntimeError, match="is linked from another file"):
        bpy.ops.triposr.drop_field()
