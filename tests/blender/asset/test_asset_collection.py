# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to an asset, after an artist has moved, copied, renamed and deleted what is in its collection."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.bpy,
    # Blender's own FBX writer, with a NumPy newer than it.
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]
Shape = Callable[..., Any]


@pytest.fixture
def ball(bpy: Any, shape: Shape, show: Shape, tmp_path: Path) -> Any:
    asset = bpy.context.scene.triposr_asset
    asset.budget.faces, asset.levels.count = 300, 2
    asset.export.folder, asset.export.file_format = str(tmp_path), "FBX"
    return show("ball", shape("ico_sphere", subdivisions=3))


def names(bpy: Any) -> list[str]:
    return sorted(thing.name for thing in bpy.data.objects)


def take(bpy: Any, name: str) -> Any:
    bpy.ops.object.select_all(action="DESELECT")
    thing = bpy.data.objects[name]
    thing.select_set(True)
    bpy.context.view_layer.objects.active = thing
    return thing


def exported(bpy: Any, folder: Path, name: str) -> dict[str, Any]:
    assert bpy.ops.triposr.export_asset() == {"FINISHED"}
    parts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["parts"]
    return {part["role"]: part for part in parts}


ALL = ["ball_Collider", "ball_LOD0", "ball_LOD1", "ball_LOD2"]


def test_without_its_source_an_asset_stays_one(bpy: Any, ball: Any, tmp_path: Path) -> None:
    bpy.ops.triposr.make_game_asset()
    bpy.data.objects.remove(ball)
    assert sorted(exported(bpy, tmp_path, "ball")) == ["LOD0", "LOD1", "LOD2", "collider"]
    finest = bpy.context.object
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    assert bpy.ops.triposr.make_colliders() == {"FINISHED"}
    assert (names(bpy), bpy.context.object) == (ALL, finest)
    for _ in range(2):  # its LOD0 takes the source's place
        assert bpy.ops.triposr.make_game_asset() == {"FINISHED"}
        assert names(bpy) == ["ball", *ALL]
    assert (bpy.data.objects["ball"], len(bpy.data.collections)) == (finest, 1)


def test_without_its_source_a_cancel_changes_nothing(bpy: Any, room: Shape, session: Any, ball: Any) -> None:
    bpy.ops.triposr.make_game_asset()
    bpy.data.objects.remove(ball)
    bpy.context.collection.children[0].objects.link(bpy.data.objects.new("mine", None))
    wished = room("blender.asset.making_operators").making_from(bpy.context.scene.triposr_asset)
    stage = room("blender.asset.making").make_assets(session, bpy.context, [bpy.context.object], wished)
    for _ in range(9):
        next(stage)
    stage.close()
    assert names(bpy) == [*ALL, "mine"]
    assert [bpy.data.objects[f"ball_LOD{number}"]["triposr_level"] for number in range(3)] == [0, 1, 2]


def test_a_copy_of_a_level_is_an_object_of_its_own(bpy: Any, ball: Any, tmp_path: Path) -> None:
    bpy.ops.triposr.make_game_asset()
    take(bpy, "ball_LOD0")
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    assert list(exported(bpy, tmp_path, "ball_001")) == ["LOD0"]
    take(bpy, "ball_LOD0")
    assert sorted(exported(bpy, tmp_path, "ball")) == ["LOD0", "LOD1", "LOD2", "collider"]
    bpy.ops.triposr.make_game_asset()
    assert names(bpy) == sorted(["ball", *ALL, copy.name])
    take(bpy, copy.name)
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    assert names(bpy) == sorted(["ball", *ALL, copy.name, *(f"ball.001_LOD{number}" for number in range(3))])


def test_levels_go_where_lod0_goes(bpy: Any, ball: Any, tmp_path: Path) -> None:
    ball.location, ball.delta_scale, ball.rotation_mode = (1.0, 2.0, 3.0), (1.0, 1.0, 2.0), "QUATERNION"
    ball.keyframe_insert("location", frame=1)
    bpy.ops.triposr.make_game_asset()
    finest = take(bpy, "ball_LOD0")
    level = bpy.data.objects["ball_LOD1"]
    assert (level.matrix_world, level.matrix_world.to_scale().z) == (finest.matrix_world, 2.0)
    finest.delta_scale, finest.scale = (1.0, 1.0, 1.0), (3.0, 3.0, 6.0)
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    finest.scale = (0.5, 0.5, 0.5)
    bpy.context.view_layer.update()
    for part in exported(bpy, tmp_path, "ball").values():
        assert part["high"] == pytest.approx([1.5, 1.5, 3.0], rel=0.1)
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    for part in exported(bpy, tmp_path, "ball").values():
        assert part["high"] == pytest.approx([1.5, 1.5, 3.0], rel=0.1)


def test_an_asset_is_where_it_can_be_seen(bpy: Any, ball: Any) -> None:
    off = bpy.data.collections.new("off")
    bpy.context.scene.collection.children.link(off)
    off.objects.link(ball)
    bpy.context.scene.collection.objects.unlink(ball)
    bpy.context.scene.collection.objects.link(ball)
    assert ball.users_collection[0] == off
    bpy.context.view_layer.layer_collection.children["off"].exclude = True
    take(bpy, "ball")
    assert bpy.ops.triposr.make_game_asset() == {"FINISHED"}
    assert bpy.data.objects["ball_LOD0"].visible_get()


def test_what_is_flat_as_nothing_is_refused(bpy: Any, ball: Any) -> None:
    ball.scale.z = 0.0
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="ball has a scale of 0"):
        bpy.ops.triposr.clean_geometry()


def test_loose_vertices_stay_at_home(bpy: Any, ball: Any, tmp_path: Path) -> None:
    ball.data.vertices.add(1)
    ball.data.vertices[-1].co = (9.0, 9.0, 9.0)
    bpy.context.scene.triposr_asset.export.file_format = "GLB"
    (part,) = exported(bpy, tmp_path, "ball").values()
    assert part["high"] == pytest.approx([1.0, 1.0, 1.0])
    assert len(ball.data.vertices) == 163


def test_a_level_is_exported_from_its_own_origin(bpy: Any, ball: Any, tmp_path: Path) -> None:
    bpy.ops.triposr.make_game_asset()
    take(bpy, "ball_LOD0").location = (5.0, 0.0, 0.0)
    bpy.data.objects["ball_LOD2"].location = (0.0, 9.0, 0.0)
    bpy.context.view_layer.update()
    for part in exported(bpy, tmp_path, "ball").values():
        assert part["low"] == pytest.approx([-1.0, -1.0, -1.0], abs=0.1)
        assert part["high"] == pytest.approx([1.0, 1.0, 1.0], abs=0.1)


def test_a_pictures_asset_has_the_files_that_the_command_looks_for(bpy: Any, room: Shape, tmp_path: Path) -> None:
    command, run = room("blender.asset.asset_command"), room("blender.command_run")
    stems = ["my chair", "my_chair", "chair.v2", "cup_LOD1", "cup", 70 * "\u00e9", "con", "a.001"]
    files = run.files_for({Path(f"{stem}.png"): stem for stem in stems}, tmp_path, ".json", command.asset_stem)
    assert len(set(files.values())) == len(stems)
    assert files[Path("chair.v2.png")].name == "chair_v2.json"
    for file in files.values():
        thing = bpy.data.objects.new(file.stem, None)
        thing.name = f"{room('blender.asset.asset_collection').base_name(thing)}_LOD0"
        assert room("blender.asset.exporting").file_names([room("blender.asset.export_parts").parts_of(thing)]) == [
            file.stem
        ]


def test_long_and_taken_names(bpy: Any, ball: Any) -> None:
    bpy.context.scene.triposr_asset.engine = "GODOT"
    ball.name = name = 31 * "\u00e9"  # 62 bytes
    bpy.data.objects.new(f"{name[:22]}_LOD0", None)
    bpy.ops.triposr.make_game_asset()
    made = f"{name[:22]}.001"
    assert names(bpy) == sorted(
        [name, f"{name[:22]}_LOD0", f"{made}_LOD0", f"{made}_LOD1", f"{made}_LOD2", f"{name[:22]}-convcolonly"]
    )
