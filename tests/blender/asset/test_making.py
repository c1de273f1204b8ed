# SPDX-License-Identifier: GPL-3.0-or-later
"""All stages in one press: the asset is whole, or all is as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]


@pytest.fixture
def settings(bpy: Any) -> Any:
    asset = bpy.context.scene.triposr_asset
    asset.budget.faces, asset.levels.count = 400, 2
    return asset


@pytest.fixture
def ball(shape: Shape, show: Shape) -> Any:
    return show("ball", shape("ico_sphere", subdivisions=4))


def triangles(thing: Any) -> int:
    return len(thing.data.loops) - 2 * len(thing.data.polygons)


def state(bpy: Any) -> dict[str, Any]:
    return {
        "objects": {thing.name: (thing.data.name, len(thing.data.polygons)) for thing in bpy.data.objects},
        "meshes": len(bpy.data.meshes),
        "collections": [collection.name for collection in bpy.data.collections],
        "seen": sorted(thing.name for thing in bpy.data.objects if thing.visible_get()),
    }


def test_an_asset_is_made_beside_the_object_and_again(bpy: Any, ball: Any, settings: Any) -> None:
    ball.modifiers.new("Decimate", "DECIMATE").ratio = 0.1
    for faces in (400, 300):
        settings.budget.faces = faces
        assert bpy.ops.triposr.make_game_asset() == {"FINISHED"}
        names = sorted(thing.name for thing in bpy.data.objects)
        assert names == ["ball", "ball_Collider", "ball_LOD0", "ball_LOD1", "ball_LOD2"]
        assert triangles(bpy.data.objects["ball_LOD0"]) == faces
        assert bpy.context.object.name == "ball_LOD0"
        assert bpy.data.objects["ball_LOD0"].data.name == "ball_LOD0"
    assert (len(ball.data.polygons), len(ball.modifiers), ball.visible_get()) == (1280, 1, False)
    assert len(bpy.data.meshes) == 5


def test_it_is_one_undo_step(bpy: Any, ball: Any, settings: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    before = state(bpy)
    assert bpy.ops.triposr.make_game_asset("EXEC_DEFAULT", True) == {"FINISHED"}
    bpy.ops.ed.undo()
    assert state(bpy) == before


@pytest.mark.parametrize("pieces", [1, 9, 13])
def test_cancelled_all_is_as_before_an_older_asset_too(
    bpy: Any, room: Shape, session: Any, ball: Any, settings: Any, pieces: int
) -> None:
    making = room("blender.asset.making")
    wished = room("blender.asset.making_operators").making_from(settings)
    for _ in range(2):
        before = state(bpy)
        stage = making.make_assets(session, bpy.context, [ball], wished)
        for _ in range(pieces):
            next(stage)
        stage.close()
        assert state(bpy) == before
        bpy.ops.triposr.make_game_asset()


def test_of_several_one_may_fail(bpy: Any, shape: Shape, show: Shape, settings: Any, session: Any) -> None:
    things = [show("ball", shape("ico_sphere", subdivisions=3)), show("sheet", shape("grid"))]
    things.append(show("ring", shape("torus")))
    for thing in things:
        thing.select_set(True)
    assert bpy.ops.triposr.make_game_asset() == {"FINISHED"}
    assert session.asset_notice.startswith("2 of 3 assets made. sheet: sheet_LOD0 is flat")
    assert [name for name in ("ball_LOD2", "ring_LOD2", "sheet_LOD0") if name in bpy.data.objects] == [
        "ball_LOD2",
        "ring_LOD2",
    ]
    assert bpy.data.objects["sheet"].visible_get()


def test_alone_the_failure_is_told_and_nothing_changes(bpy: Any, shape: Shape, show: Shape, settings: Any) -> None:
    show("sheet", shape("grid"))
    before = state(bpy)
    with pytest.raises(RuntimeError, match="is flat"):
        bpy.ops.triposr.make_game_asset()
    assert state(bpy) == before


def test_without_a_folder_for_the_files_it_does_not_begin(bpy: Any, ball: Any, settings: Any) -> None:
    settings.making.export = True
    before = state(bpy)
    with pytest.raises(RuntimeError, match="Save the"):
        bpy.ops.triposr.make_game_asset()
    assert state(bpy) == before


@pytest.mark.parity
def test_a_living_object_is_textured_and_exported(bpy: Any, living_of: Shape, settings: Any, tmp_path: Path) -> None:
    chair = living_of("chair", resolution=48)
    settings.engine, settings.texture.size, settings.making.export = "GODOT", "512", True
    settings.export.folder = str(tmp_path / "out")
    assert bpy.ops.triposr.make_game_asset() == {"FINISHED"}
    levels = [bpy.data.objects[f"chair_LOD{number}"] for number in range(3)]
    assert len({level.data.materials[0].name for level in levels}) == 1
    assert all(level.data.uv_layers for level in levels)
    assert levels[0].data["triposr_texture"]["likeness"] > 35.0
    told = json.loads((tmp_path / "out" / "chair.json").read_text(encoding="utf-8"))
    assert told["colours"] == "texture"
    assert [part["role"] for part in told["parts"]] == ["LOD0", "collider", "LOD1", "LOD2"]
    assert told["parts"][0]["triangles"] == pytest.approx(400, abs=2)
    assert not chair.visible_get()


@pytest.mark.usefixtures("box_worker")
def test_the_command_makes_assets_of_pictures(bpy: Any, room: Shape, tmp_path: Path, capfd: Any) -> None:
    for name in ("good.png", "reports-failure.png"):
        (tmp_path / name).write_bytes(b"a picture")
    command, out = room("blender.command").run, tmp_path / "assets"
    recipe = tmp_path / "own.json"
    recipe.write_text('{"budget": {"faces": 12}, "levels": {"count": 0}, "making": {"texture": false}}', "utf-8")
    pictures = [str(tmp_path / "good.png"), str(tmp_path / "reports-failure.png")]
    assert command([*pictures, "-o", str(out), "--asset", str(recipe), "--engine", "GODOT"]) == 1
    assert sorted(file.name for file in out.iterdir()) == ["good.glb", "good.json"]
    assert len(bpy.data.objects) == 0
    assert command([pictures[0], "-o", str(tmp_path / "all.blend"), "--asset", str(recipe)]) == 0
    assert {"good", "good_LOD0", "good_Collider"} == {thing.name for thing in bpy.data.objects}
    room("blender.asset.asset_command").use_recipe_called("game prop", "WEB")
    assert (bpy.context.scene.triposr_asset.budget.faces, bpy.context.scene.triposr_asset.engine) == (5000, "WEB")
    capfd.readouterr()
    assert command([pictures[0], "-o", str(out), "--asset", "no such thing"]) == 1
    assert "RECIPE_UNKNOWN" in capfd.readouterr().err
