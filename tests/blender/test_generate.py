# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator from end to end, without a window: a real process on the other side, though not a real model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Picture = Callable[[str], Path]


def generate(bpy: Any) -> Any:
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    return bpy.context.view_layer.objects.active


def test_a_picture_becomes_an_object_of_its_name(bpy: Any, picture: Picture) -> None:
    picture("good.png")
    new = generate(bpy)
    assert new.name == "good"
    assert len(new.data.vertices) == 8
    assert bpy.context.selected_objects == [new]
    assert [item.name for item in bpy.data.objects] == ["good"]


def test_height_place_and_ratio_are_the_artists(bpy: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.context.scene.triposr.height = 0.4
    bpy.context.scene.triposr.decimate_ratio = 0.3
    bpy.context.scene.cursor.location = (3.0, 0.0, 1.0)
    new = generate(bpy)
    corners = np.array([vertex.co[:] for vertex in new.data.vertices])
    np.testing.assert_allclose(corners.min(axis=0), [-0.1, -0.2, 0.0], atol=1e-6)
    np.testing.assert_allclose(corners.max(axis=0), [0.1, 0.2, 0.4], atol=1e-6)
    assert tuple(new.location) == (3.0, 0.0, 1.0)
    assert new.modifiers["Decimate"].ratio == pytest.approx(0.3)


def test_the_front_looks_along_minus_y_and_up_is_up(
    bpy: Any, picture: Picture, box_worker: Callable[..., None], cube: Any
) -> None:
    # A nose on the box's front, and a colour of its own: the file is in Blender's axes already, and stays so.
    nose = dataclasses.replace(
        cube,
        vertices=np.vstack([cube.vertices, [[0.25, -2.0, 1.0]]]).astype(np.float32),
        triangles=np.vstack([cube.triangles, [[0, 1, 8]]]).astype(np.int32),
        colours=np.vstack([cube.colours, [[1.0, 0.0, 0.0]]]).astype(np.float32),
    )
    box_worker(mesh=nose)
    picture("good.png")
    new = generate(bpy)
    tip = new.data.vertices[8].co
    assert tip.y == min(vertex.co.y for vertex in new.data.vertices)
    assert tip.z > 0.5
    assert tuple(new.data.color_attributes["Color"].data[8].color_srgb) == (1.0, 0.0, 0.0, 1.0)


def test_one_undo_takes_it_away_and_one_redo_brings_it_back(bpy: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.generate("EXEC_DEFAULT", True) == {"FINISHED"}
    assert "good" in bpy.data.objects
    bpy.ops.ed.undo()
    assert "good" not in bpy.data.objects
    assert bpy.context.scene.triposr.image_path.endswith("good.png")
    bpy.ops.ed.redo()
    assert len(bpy.data.objects["good"].data.vertices) == 8


def test_the_object_tells_where_it_comes_from(
    bpy: Any, picture: Picture, checkout: Path, room: Callable[[str], Any]
) -> None:
    path = picture("good.png")
    bpy.context.scene.triposr.resolution = 64
    new = generate(bpy)
    assert new["triposr_image"] == str(path)
    assert new["triposr_image_name"] == "good.png"
    assert (new["triposr_model"], new["triposr_model_sha256"], new["triposr_device"]) == ("fake", "ab" * 32, "cpu")
    assert f'version = "{new["triposr_version"]}"' in (checkout / "blender_manifest.toml").read_text()
    settings = room("protocol")
    assert new["triposr_settings"].to_dict() == {
        **dataclasses.asdict(settings.PhotoSettings(foreground_ratio=0.85)),
        **dataclasses.asdict(settings.SurfaceSettings(resolution=64, threshold=25.0)),
        "height": 1.0,
        "size_by": "height",
        "origin_at": "bottom",
        "decimate_ratio": 0.5,
    }
    assert new["triposr_seconds"].to_dict() == {"load photo": 0.1, "reconstruct": 0.2, "extract": 0.3}


def test_the_field_is_kept_in_the_blend_and_the_jobs_own_files_are_not(
    bpy: Any, picture: Picture, session: Any, tmp_path: Path
) -> None:
    picture("good.png")
    new = generate(bpy)
    assert bytes(new.data["triposr_field"]["triposr_field"]) == b"dummy field"
    assert list((tmp_path / "data" / "jobs").iterdir()) == []
    assert not session.queue.busy()
    assert session.notice.startswith("4 triangles in ")


def test_a_second_picture_gets_a_second_object(bpy: Any, picture: Picture) -> None:
    picture("good.png")
    first = generate(bpy).name
    second = generate(bpy)
    assert (first, second.name) == ("good", "good.001")
    assert bpy.data.objects["good"].data != second.data


@pytest.mark.parametrize(
    ("name", "sentence", "code"),
    [
        ("dies.png", "ended unexpectedly", "WORKER_DIED"),
        ("reports-failure.png", "Choose another", "PHOTO_UNREADABLE"),
        ("reports-failure-of-mesh.png", "no surface at this threshold", "SURFACE_EMPTY"),
        ("makes-no-mesh.png", "can't be read", "RESULT_UNREADABLE"),
        ("babbles.png", "not a message", "WORKER_BABBLED"),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_the_file_as_it_was(
    bpy: Any, picture: Picture, session: Any, name: str, sentence: str, code: str
) -> None:
    picture(name)
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.triposr.generate()
    assert session.failure.code == code
    assert not session.queue.busy()
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials)) == (0, 0, 0)


def test_a_mesh_that_blender_could_not_bear_is_refused(
    bpy: Any, picture: Picture, session: Any, box_worker: Callable[..., None], cube: Any
) -> None:
    box_worker(mesh=dataclasses.replace(cube, triangles=cube.triangles + np.int32(1)))
    picture("good.png")
    with pytest.raises(RuntimeError, match=r"outside 0\.\.7"):
        bpy.ops.triposr.generate()
    assert len(bpy.data.meshes) == 0
    assert list(session.storage().jobs.iterdir()) == []


def test_after_a_failure_the_next_job_goes_well(bpy: Any, picture: Picture, session: Any) -> None:
    picture("dies.png")
    with pytest.raises(RuntimeError):
        bpy.ops.triposr.generate()
    picture("good.png")
    assert generate(bpy).name == "good"
    assert session.failure is None


def test_without_a_picture_nothing_is_started(bpy: Any, session: Any) -> None:
    with pytest.raises(RuntimeError, match="No picture is chosen"):
        bpy.ops.triposr.generate()
    assert session.failure.code == "PICTURE_NOT_CHOSEN"


def test_a_picture_that_is_gone_is_named(bpy: Any, picture: Picture, session: Any) -> None:
    picture("good.png").unlink()
    with pytest.raises(RuntimeError, match=r"good\.png is not there"):
        bpy.ops.triposr.generate()
    assert session.failure.code == "PICTURE_MISSING"


def test_a_missing_environment_is_a_sentence(
    bpy: Any, picture: Picture, session: Any, room: Callable[[str], Any]
) -> None:
    session.make_generator = room("blender.session").generator_on
    picture("good.png")
    with pytest.raises(RuntimeError, match="environment is not installed"):
        bpy.ops.triposr.generate()
    assert session.failure.code == "WORKER_MISSING"


def test_new_preferences_give_a_new_worker(bpy: Any, picture: Picture, session: Any, tmp_path: Path) -> None:
    picture("good.png")
    generate(bpy)
    session.preferences().data_folder = str(tmp_path / "elsewhere")
    generate(bpy)
    assert "started worker" in (tmp_path / "elsewhere" / "logs" / "worker.log").read_text()


def test_after_new_preferences_the_list_of_what_is_over_is_still_there(
    bpy: Any, picture: Picture, session: Any, tmp_path: Path
) -> None:
    picture("reports-failure.png")
    with pytest.raises(RuntimeError, match="Choose another"):
        bpy.ops.triposr.generate()
    session.preferences().data_folder = str(tmp_path / "elsewhere")
    picture("good.png")
    generate(bpy)
    assert [view.state.value for view in session.queue.views()] == ["failed", "done"]
