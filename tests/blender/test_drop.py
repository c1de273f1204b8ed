# SPDX-License-Identifier: GPL-3.0-or-later
"""Dropped pictures: what Blender is told of them, and where their objects stand. The drop itself needs a window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


def drop(bpy: Any, folder: Path, count: int, **more: Any) -> Any:
    (folder / "good.png").write_bytes(b"a picture")
    files = [{"name": "good.png"}] * count
    return bpy.ops.triposr.drop_pictures(directory=str(folder), files=files, **more)


def test_the_object_stands_where_it_was_dropped(bpy: Any, tmp_path: Path) -> None:
    assert drop(bpy, tmp_path, 1, location=(3.0, -1.0, 0.25)) == {"FINISHED"}
    assert tuple(bpy.data.objects["good"].location) == (3.0, -1.0, 0.25)
    assert tuple(bpy.context.scene.cursor.location) == (0.0, 0.0, 0.0)


def test_several_stand_beside_it(bpy: Any, tmp_path: Path) -> None:
    assert drop(bpy, tmp_path, 2, location=(3.0, -1.0, 0.25)) == {"FINISHED"}
    assert [item.location.x for item in bpy.data.objects] == pytest.approx([3.0, 3.625])


def test_a_script_that_gives_no_place_means_the_cursor(bpy: Any, tmp_path: Path) -> None:
    bpy.context.scene.cursor.location = (7.0, 0.0, 0.0)
    drop(bpy, tmp_path, 1)
    assert bpy.data.objects["good"].location.x == 7.0


def test_without_a_file_it_says_so(bpy: Any) -> None:
    with pytest.raises(RuntimeError, match="No picture is chosen"):
        bpy.ops.triposr.drop_pictures()


def test_blender_offers_it_for_pictures_over_a_3d_view_only(bpy: Any) -> None:
    handler = bpy.types.TRIPOSR_FH_pictures
    assert bpy.ops.triposr.drop_pictures.get_rna_type().identifier == "TRIPOSR_OT_drop_pictures"
    assert {".png", ".jpg", ".webp"} <= set(handler.bl_file_extensions.split(";"))
    kinds = {area.type for area in bpy.context.window.screen.areas}
    assert "VIEW_3D" in kinds
    for area in bpy.context.window.screen.areas:
        assert handler.poll_drop(SimpleNamespace(area=area)) == (area.type == "VIEW_3D")
    assert not handler.poll_drop(SimpleNamespace(area=None))
