# SPDX-License-Identifier: GPL-3.0-or-later
"""Where ghosts stand, how large they are and what is in them. That they are drawn is seen in the window's story."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Picture = Callable[[str], Path]


@pytest.fixture
def ghosts(bpy: Any, room: Callable[[str], Any], session: Any) -> Callable[[], Any]:
    """Those of the current scene."""
    return lambda: room("blender.ghost").ghosts_of(session.queue, bpy.context.scene.session_uid)


@pytest.fixture
def order(bpy: Any, room: Callable[[str], Any], session: Any, picture: Picture) -> Callable[..., str]:
    def start(row: Any = None) -> str:
        path = picture("good.png")
        return str(session.start(room("blender.order").order_for_picture(bpy.context, path, row)))

    return start


def half_a_picture() -> Any:
    """Opaque in its lower right quarter of 40 x 20 pixels (rows come from below)."""
    pixels = np.zeros((40, 80, 4), np.float32)
    pixels[:20, 40:] = 1.0
    return pixels


def test_a_ghost_stands_where_the_object_will(bpy: Any, ghosts: Callable[[], Any], order: Callable[..., str]) -> None:
    bpy.context.scene.cursor.location = (1.0, 2.0, 3.0)
    bpy.context.scene.triposr.height = 2.0
    job = order()
    bpy.context.scene.cursor.location = (0.0, 0.0, 0.0)
    (ghost,) = ghosts()
    assert (ghost.name, ghost.place, ghost.size, ghost.fraction) == (job, (1.0, 2.0, 3.0), (2.0, 2.0, 2.0), 0.0)


def test_it_goes_when_the_object_comes_and_when_the_job_is_cancelled(
    bpy: Any, session: Any, ghosts: Callable[[], Any], order: Callable[..., str]
) -> None:
    first, second = order(), order()
    assert [ghost.name for ghost in ghosts()] == [first, second]
    session.queue.cancel(second)
    session.run_to_end(first)
    for job in (first, second):
        bpy.ops.triposr.deliver(job=job)
    assert ghosts() == ()
    assert [item.type for item in bpy.data.objects] == ["MESH"]


def test_another_scene_has_none(bpy: Any, ghosts: Callable[[], Any], order: Callable[..., str]) -> None:
    order()
    bpy.context.window.scene = bpy.data.scenes.new("Elsewhere")
    assert ghosts() == ()


def test_in_a_row_they_stand_side_by_side(room: Any, ghosts: Callable[[], Any], order: Callable[..., str]) -> None:
    row = room("blender.placement").Row((1.0, 0.0, 0.0))
    order(row)
    order(row)
    order(row)
    assert [ghost.place[0] for ghost in ghosts()] == pytest.approx([1.0, 2.25, 3.5])
    row.place_for(2.0)
    assert row.expected([1.0])[0][0] == pytest.approx(2.75), "looking changes nothing; the first is as wide as it came"


def test_a_picture_is_cropped_to_what_is_visible(room: Callable[[str], Any]) -> None:
    subject = room("blender.ghost_picture").cropped_to_subject(half_a_picture())
    assert subject.pixels.shape == (20, 40, 4)
    assert subject.aspect == 2.0
    assert room("blender.ghost_picture").cropped_to_subject(np.zeros((4, 4, 4), np.float32)) is None


@pytest.mark.parametrize(
    ("size_by", "aspect", "expected"),
    [
        ("height", 0.5, (1.5, 1.5, 3.0)),
        ("height", 2.0, (6.0, 3.0, 3.0)),
        ("longest", 0.5, (1.5, 1.5, 3.0)),
        ("longest", 2.0, (3.0, 1.5, 1.5)),
    ],
)
def test_the_size_follows_the_pictures_aspect(room: Any, size_by: str, aspect: float, expected: Any) -> None:
    placement = room("blender.placement").Placement((0.0, 0.0, 0.0), 3.0, size_by)
    assert room("blender.ghost").size_of(placement, aspect) == expected


def test_the_cut_out_of_the_panel_is_in_the_ghost(
    session: Any, room: Any, tmp_path: Path, ghosts: Any, order: Callable[..., str]
) -> None:
    cutout = tmp_path / "cutout.png"
    cutout.write_bytes(room("blender.png").png_file((half_a_picture()[::-1] * 255).astype(np.uint8)))
    session.cut_out.show(tmp_path / "good.png", cutout)
    order()
    assert ghosts()[0].picture.aspect == pytest.approx(2.0, abs=0.1)
    assert ghosts()[0].size[0] == pytest.approx(2.0, abs=0.1)


def test_the_box_has_twelve_edges_and_fills_from_below(room: Callable[[str], Any]) -> None:
    drawing, ghost = room("blender.ghost_drawing"), room("blender.ghost").Ghost("job", (1.0, 2.0, 3.0), (4.0, 6.0, 8.0))
    ends = np.array(drawing.box_lines(ghost, 0.5)).reshape(12, 2, 3)
    assert (np.count_nonzero(ends[:, 0] != ends[:, 1], axis=1) == 1).all()
    np.testing.assert_array_equal(ends.reshape(-1, 3).min(axis=0), [-1.0, -1.0, 3.0])
    np.testing.assert_array_equal(ends.reshape(-1, 3).max(axis=0), [3.0, 5.0, 7.0])


def test_what_can_not_be_drawn_is_logged_once(
    bpy: Any, room: Callable[[str], Any], session: Any, order: Callable[..., str]
) -> None:
    """Without a window the graphics module refuses to draw: a real failure."""
    order()
    drawing = room("blender.ghost_drawing").GhostDrawing()
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    log = session.storage().worker_log
    before = log.tail(100).count("ghosts can't be drawn")
    with bpy.context.temp_override(window=bpy.context.window, area=area):
        drawing.draw_or_note()
        drawing.draw_or_note()
    assert log.tail(100).count("ghosts can't be drawn") == before + 1


def test_under_the_pointer_it_is_a_box_where_the_picture_has_gone(
    bpy: Any, session: Any, room: Callable[[str], Any]
) -> None:
    ghost = room("blender.place_with_mouse").hovering_ghost(bpy.context, session, (1.0, 2.0, 0.0))
    assert (ghost.place, ghost.picture) == ((1.0, 2.0, 0.0), None)
