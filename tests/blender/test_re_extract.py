# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh is made again from its field, by the real worker, in its own place; all around it stays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]

MakeLiving = Callable[..., Any]


def places(mesh: Any) -> Any:
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def box(mesh: Any) -> Any:
    return np.array([places(mesh).min(axis=0), places(mesh).max(axis=0)])


def sliders(bpy: Any) -> Any:
    return bpy.context.window_manager.triposr_living


def test_everything_around_the_mesh_stays(bpy: Any, living_of: MakeLiving) -> None:
    torus = living_of("torus")
    mesh, material, before = torus.data, torus.data.materials[0], len(torus.data.vertices)
    twin, parent = torus.copy(), bpy.data.objects.new("parent", None)
    for thing in (twin, parent):
        bpy.context.scene.collection.objects.link(thing)
    torus.parent, torus.name, torus.location = parent, "ring", (1.0, 2.0, 3.0)
    torus.modifiers.new("Smooth", "SMOOTH")
    torus["triposr_settings"] = {"resolution": 40, "height": 1.0}
    sliders(bpy).resolution = 72
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert (torus.data, twin.data, mesh.name) == (mesh, mesh, "torus")
    assert len(mesh.vertices) > 2 * before
    assert mesh.validate() is False
    assert (torus.name, torus.parent, torus.location[:]) == ("ring", parent, (1.0, 2.0, 3.0))
    assert [modifier.name for modifier in torus.modifiers] == ["Decimate", "Smooth"]
    assert list(mesh.materials) == [material]
    assert mesh.color_attributes.active_color_name == "Color"
    assert torus["triposr_settings"].to_dict() == {"resolution": 72, "height": 1.0}


def test_the_settings_are_the_meshs_own_afterwards(bpy: Any, living_of: MakeLiving, session: Any) -> None:
    torus = living_of("torus")
    sliders(bpy).threshold, sliders(bpy).flat_base = 30.5, 0.1
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert session.shaping.wishes == {}
    assert torus.data["triposr_living"]["settings"]["threshold"] == 30.5
    assert (sliders(bpy).threshold, sliders(bpy).flat_base) == (30.5, pytest.approx(0.1))
    heights = places(torus.data)[:, 2]
    assert np.sum(heights == heights.min()) > 20, "a flat base has many lowest vertices"


def test_it_lies_where_an_applied_transform_has_put_it(bpy: Any, living_of: MakeLiving) -> None:
    torus = living_of("torus")
    torus.scale, torus.rotation_euler, torus.location = (2.0, 0.5, 1.0), (0.0, 0.0, 0.7), (4.0, 5.0, 6.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    bpy.ops.object.origin_set(type="ORIGIN_GEOMETRY", center="BOUNDS")
    before, place = box(torus.data), torus.location.copy()
    sliders(bpy).resolution = 64
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    np.testing.assert_allclose(box(torus.data), before, atol=0.03)
    assert torus.location == place


def test_a_mirrored_mesh_still_faces_outwards(bpy: Any, living_of: MakeLiving) -> None:
    torus = living_of("torus")
    assert volume(torus.data) > 0.0
    torus.scale = (-1.0, 1.0, 1.0)
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    sliders(bpy).threshold = 26.0
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert volume(torus.data) > 0.0


def volume(mesh: Any) -> float:
    flat = np.empty(3 * len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("vertices", flat)
    a, b, c = places(mesh).astype(np.float64)[flat.reshape(-1, 3)].transpose(1, 0, 2)
    return float((a * np.cross(b, c)).sum() / 6.0)


def test_it_is_one_undo_step_which_brings_work_by_hand_back(bpy: Any, living_of: MakeLiving) -> None:
    torus = living_of("torus")
    torus.data.vertices[7].co.z += 0.5
    sculpted = places(torus.data)
    bpy.ops.ed.undo_push(message="sculpted")
    sliders(bpy).resolution = 56
    assert bpy.ops.triposr.re_extract("EXEC_DEFAULT", True) == {"FINISHED"}
    assert len(bpy.data.objects["torus"].data.vertices) != len(sculpted)
    bpy.ops.ed.undo()
    np.testing.assert_array_equal(places(bpy.data.objects["torus"].data), sculpted)
    assert sliders(bpy).resolution == 40
    bpy.ops.ed.redo()
    assert len(bpy.data.objects["torus"].data.vertices) != len(sculpted)
    assert sliders(bpy).resolution == 56


def test_shape_keys_go_with_their_vertices(bpy: Any, living_of: MakeLiving) -> None:
    torus = living_of("torus")
    torus.shape_key_add(name="Basis")
    torus.shape_key_add(name="Bent")
    sliders(bpy).resolution = 48
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert torus.data.shape_keys is None


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_not_while_it_is_edited(bpy: Any, living_of: MakeLiving, mode: str) -> None:
    living_of("torus")
    bpy.ops.object.mode_set(mode=mode)
    for operator in (bpy.ops.triposr.re_extract, bpy.ops.triposr.preview_mesh):
        with pytest.raises(RuntimeError, match=f"torus is in {mode.title()} Mode"):
            operator()
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_linked_mesh_is_refused(bpy: Any, living_of: MakeLiving, tmp_path: Path) -> None:
    living_of("torus")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(tmp_path / "scene.blend"), link=True) as (_there, here):
        here.objects = ["torus"]
    bpy.context.scene.collection.objects.link(here.objects[0])
    bpy.context.view_layer.objects.active = here.objects[0]
    assert sliders(bpy).resolution == 40
    for operator in (bpy.ops.triposr.re_extract, bpy.ops.triposr.preview_mesh):
        with pytest.raises(RuntimeError, match="is linked from another file"):
            operator()


def test_a_forged_field_is_a_sentence_and_the_mesh_stays(
    bpy: Any, living_of: MakeLiving, session: Any, field_of: Callable[[str], bytes], room: Callable[[str], Any]
) -> None:
    torus = living_of("torus")
    before, good = places(torus.data), field_of("torus")
    text, carrier = torus.data["triposr_field"], room("blender.field_carrier")
    for forged in (b"no field", good[: len(good) // 2], good.replace(b"triplane-field", b"triplane-yield")):
        put(text, carrier.FIELD, forged)
        sliders(bpy).resolution = 50
        with pytest.raises(RuntimeError, match="is not a field file that can be used"):
            bpy.ops.triposr.re_extract()
        assert session.failure.code == "FIELD_FILE_UNREADABLE"
        with pytest.raises(RuntimeError, match="is not a field file that can be used"):
            bpy.ops.triposr.preview_mesh()
        np.testing.assert_array_equal(places(torus.data), before)
    put(text, carrier.FIELD, good)
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert session.failure is None
    assert session.storage().worker_log_tail().count("started worker") == 1, "the worker has lived on"


def put(text: Any, name: str, data: bytes) -> None:
    """Blender keeps nothing of bytes that are written over others."""
    del text[name]
    text[name] = data


def test_a_threshold_without_a_surface_leaves_the_mesh(bpy: Any, living_of: MakeLiving, session: Any) -> None:
    torus = living_of("torus")
    before = places(torus.data)
    sliders(bpy).threshold = 1e6
    with pytest.raises(RuntimeError, match="Lower the threshold"):
        bpy.ops.triposr.re_extract()
    assert session.failure.code == "SURFACE_EMPTY"
    np.testing.assert_array_equal(places(torus.data), before)
    assert sliders(bpy).threshold == pytest.approx(1e6), "the wish stays, to be mended"


def test_days_later_in_another_blender_without_any_model(
    bpy: Any, living_of: MakeLiving, worker_python: str, tmp_path: Path, checkout: Path
) -> None:
    living_of("torus")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (tmp_path / "no models").mkdir()
    visit = Path(__file__).with_name("visit_living.py")
    again = [sys.executable, str(visit), str(checkout), str(tmp_path), worker_python]
    done = subprocess.run(again, capture_output=True, text=True, timeout=200, check=False)
    assert "re-extracted 60 in a file that says nothing of running" in done.stdout, done.stdout + done.stderr
