# SPDX-License-Identifier: GPL-3.0-or-later
"""What a farm's shards have made opens in the panel like any library, and its .blend files come in like any item."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def farmed(bpy: Any, session: Any, room: Callable[[str], Any], tmp_path: Path) -> Iterator[Path]:
    """The open catalogue of two pictures' .blend files, one metre high, and one picture that failed."""
    for name in ("a/good.png", "b/good.png", "reports-failure.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(b"a picture")
    words = [str(tmp_path / "photos"), "--recursive", "--format", "blend", "-o", str(tmp_path / "out")]
    with contextlib.redirect_stderr(io.StringIO()):
        room("blender.command").run([*words, "--shard", "1/1"])
        room("blender.command").run([*words, "--merge"])
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert bpy.ops.triposr.open_catalogue(filepath=str(tmp_path / "out/catalogue.jsonl")) == {"FINISHED"}
    yield tmp_path / "out"
    session.catalogue.stop_opening()
    session.catalogue.close_library()


def test_blend_files_come_in_alive_and_as_tall_as_the_panel_says(
    bpy: Any, farmed: Path, room: Callable[[str], Any]
) -> None:
    bpy.context.scene.triposr.height = 0.5
    bpy.ops.triposr.choose_in_catalogue(which="IDS", ids="a/good\nb/good")
    assert bpy.ops.triposr.import_from_catalogue() == {"FINISHED"}
    things = [thing for thing in bpy.data.objects if thing.type == "MESH"]
    assert sorted(thing.name for thing in things) == ["good", "good.001"]
    assert len(bpy.data.meshes) == len(bpy.data.texts) == len(bpy.data.materials) == 2
    assert [thing.dimensions.z for thing in things] == pytest.approx([0.5, 0.5])
    record = room("blender.living_record").record_or_none(things[0].data)
    with bpy.data.libraries.load(str(next(farmed.glob("*.blend")))) as (_there, here):
        here.meshes = ["good"]
    kept = here.meshes[0]
    assert room("blender.field_carrier").fingerprint(things[0].data["triposr_field"]["triposr_field"]) == record.field
    before, now = (np.array([vertex.co for vertex in mesh.vertices]) for mesh in (kept, things[0].data))
    assert np.abs(now - before * 0.5).max() < 1e-6
    shades = [[tuple(point.color_srgb) for point in mesh.color_attributes[0].data] for mesh in (kept, things[0].data)]
    assert shades[0] == shades[1]


def test_thumbnails_are_found_within_the_library(session: Any, farmed: Path) -> None:
    drawn = [row.thumbnail for row in session.catalogue.browser.library.rows if row.made]
    assert len(drawn) == 2
    assert not any(name.startswith("/") for name in drawn)
    assert all((farmed / name).is_file() for name in drawn)


def test_a_broken_blend_file_is_named_and_leaves_nothing(bpy: Any, farmed: Path, room: Callable[[str], Any]) -> None:
    failures, read = room("blender.catalogue.failures"), room("blender.catalogue.blend_files").read_blend
    path = next(farmed.glob("*.blend"))
    (farmed / "cut.blend").write_bytes(path.read_bytes()[:1000])
    bpy.ops.wm.save_as_mainfile(filepath=str(farmed / "empty.blend"), copy=True)
    with pytest.raises(failures.ItemFileUnreadable):
        read(farmed / "empty.blend")
    with pytest.raises(failures.ItemFileMissing):
        read(farmed / "cut.blend")
    with pytest.raises(failures.ItemFileUnreadable):
        read(farmed / "odd\ud800.blend")
    assert not bpy.data.meshes


def test_the_item_that_is_open_is_named_and_the_rest_comes(bpy: Any, session: Any, farmed: Path) -> None:
    record = session.catalogue.browser.library.record(0)
    bpy.ops.wm.open_mainfile(filepath=str(farmed / record.mesh))
    before = set(bpy.data.objects)
    assert bpy.ops.triposr.import_from_catalogue(ids="a/good\nb/good") == {"FINISHED"}
    assert dict(session.catalogue.refusals).keys() == {record.id}
    assert "it is the open file" in session.catalogue.refusals[0][1]
    assert len(set(bpy.data.objects) - before) == 1
