# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture is chosen; several, or a folder, are made at once and stand in a row."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Two good pictures and a broken one; the worker goes by their names. Another one lies deeper."""
    folder = tmp_path / "album"
    for name in ("good.png", "reports-failure.png", "deep/good.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"a picture")
    (folder / "notes.txt").write_text("no picture")
    return folder


def choose(bpy: Any, folder: Path, *names: str) -> Any:
    files = [{"name": name} for name in names]
    return bpy.ops.triposr.choose_picture(directory=str(folder), filepath=str(folder / names[-1]), files=files)


def states(session: Any) -> list[str]:
    return [view.state.value for view in session.queue.views()]


@pytest.mark.parametrize("names", [("good.png",), ("good.png", "")])
def test_one_picture_is_chosen_and_waits_for_the_button(
    bpy: Any, session: Any, album: Path, names: tuple[str, ...]
) -> None:
    files = [{"name": name} for name in names]
    path = str(album / "good.png")
    assert bpy.ops.triposr.choose_picture(directory=str(album), filepath=path, files=files) == {"FINISHED"}
    assert bpy.context.scene.triposr.image_path == path
    assert states(session) == []


def test_a_script_may_name_the_one_picture_by_its_folder(bpy: Any, session: Any, album: Path) -> None:
    assert bpy.ops.triposr.choose_picture(directory=str(album), files=[{"name": "good.png"}]) == {"FINISHED"}
    assert bpy.context.scene.triposr.image_path == str(album / "good.png")
    assert states(session) == []


def test_several_become_a_job_each_and_the_panel_shows_the_first(bpy: Any, session: Any, album: Path) -> None:
    assert choose(bpy, album, "good.png", "good.png", "good.png") == {"FINISHED"}
    assert bpy.context.scene.triposr.image_path == str(album / "good.png")
    assert states(session) == ["done"] * 3


def test_their_objects_stand_side_by_side(bpy: Any, album: Path) -> None:
    bpy.context.scene.cursor.location = (1.0, 2.0, 0.5)
    choose(bpy, album, "good.png", "good.png", "good.png")
    objects = [bpy.data.objects[name] for name in ("good", "good.001", "good.002")]
    # The box is half as wide as high, and a quarter of its width is left free.
    assert [item.location.x for item in objects] == pytest.approx([1.0, 1.625, 2.25])
    assert {tuple(item.location[1:]) for item in objects} == {(2.0, 0.5)}
    edges = [(item.location.x - item.dimensions.x / 2, item.location.x + item.dimensions.x / 2) for item in objects]
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(edges))


def test_the_cursor_may_move_meanwhile(bpy: Any, session: Any, room: Callable[[str], Any], album: Path) -> None:
    order, placement = room("blender.order"), room("blender.placement")
    row = placement.Row((1.0, 0.0, 0.0))
    jobs = [session.start(order.order_for_picture(bpy.context, album / "good.png", row)) for _ in range(2)]
    bpy.context.scene.cursor.location = (50.0, 50.0, 50.0)
    for job in jobs:
        session.run_to_end(job)
        bpy.ops.triposr.deliver(job=job)
    assert [item.location.x for item in bpy.data.objects] == pytest.approx([1.0, 1.625])


def test_a_broken_one_does_not_keep_the_others_from_coming(bpy: Any, session: Any, album: Path) -> None:
    assert choose(bpy, album, "good.png", "reports-failure.png", "good.png") == {"FINISHED"}
    assert states(session) == ["done", "failed", "done"]
    assert "not a picture" in session.queue.views()[1].failure.sentence
    with pytest.raises(RuntimeError, match="not a picture"):  # where nothing came of it, it is an error
        choose(bpy, album, "reports-failure.png", "reports-failure.png")
    assert [item.location.x for item in bpy.data.objects] == pytest.approx([0.0, 0.625])


def test_what_is_not_there_is_left_out_and_told(bpy: Any, session: Any, album: Path) -> None:
    assert choose(bpy, album, "good.png", "gone.png") == {"FINISHED"}
    assert states(session) == ["done"]
    with pytest.raises(RuntimeError, match=r"gone\.png is not there"):
        choose(bpy, album, "gone.png", "gone.png")


def test_a_folder_gives_its_own_pictures(bpy: Any, session: Any, album: Path) -> None:
    (album / "reports-failure.png").unlink()
    assert bpy.ops.triposr.add_folder(directory=str(album)) == {"FINISHED"}
    assert [view.request.photo for view in session.queue.views()] == [album / "good.png"]


def test_and_those_of_the_folders_within_where_that_is_asked(bpy: Any, session: Any, album: Path) -> None:
    (album / "reports-failure.png").unlink()
    assert bpy.ops.triposr.add_folder(directory=str(album), recursive=True) == {"FINISHED"}
    assert [view.request.photo for view in session.queue.views()] == [album / "deep" / "good.png", album / "good.png"]
