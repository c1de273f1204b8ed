# SPDX-License-Identifier: GPL-3.0-or-later
"""Four candidates of a picture: made, looked at, one picked, the others gone, and nothing of it in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Picture = Callable[[str], Path]


@pytest.fixture
def four(bpy: Any, box_worker: Any, picture: Picture) -> None:
    """The candidates of good.png."""
    picture("good.png")
    assert bpy.ops.triposr.try_four() == {"FINISHED"}


@pytest.fixture
def there(room: Callable[[str], Any], session: Any) -> Callable[[], Any]:
    """The candidates that there are."""
    return lambda: room("blender.candidates").candidates(session.queue)


def files_of(session: Any) -> set[str]:
    """Jobs that have files."""
    return {path.name for path in session.storage().jobs.iterdir()}


def test_two_ratios_each_also_mirrored(room: Callable[[str], Any]) -> None:
    tries = room("blender.candidates").tries
    assert [(t.number, t.foreground_ratio, t.mirror) for t in tries(0.85, False)] == [
        (1, 0.85, False),
        (2, 0.85, True),
        (3, 0.75, False),
        (4, 0.75, True),
    ]
    assert [t.foreground_ratio for t in tries(0.6, True)] == [0.6, 0.6, 0.7, 0.7]
    assert [t.mirror for t in tries(0.6, True)] == [True, False, True, False]


@pytest.mark.usefixtures("four")
def test_they_wait_in_the_session_and_are_no_objects(bpy: Any, session: Any, there: Callable[[], Any]) -> None:
    assert len(bpy.data.objects) == len(bpy.data.meshes) == 0
    assert len(there()) == 4
    assert all(ticket.kept for _view, ticket in there())
    settings = [view.request.photo_settings for view, _ticket in there()]
    assert len({(entry.foreground_ratio, entry.mirror) for entry in settings}) == 4
    assert len(files_of(session)) == 4
    assert not session.queue.busy()
    assert not session.queue.settled(), "Clear Finished leaves them"


@pytest.mark.usefixtures("four")
def test_the_picked_one_comes_as_one_undo_step_and_the_others_go(
    bpy: Any, session: Any, there: Callable[[], Any]
) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.cursor.location = (9.0, 0.0, 0.0)
    assert bpy.ops.triposr.pick("EXEC_DEFAULT", True, candidate=4) == {"FINISHED"}
    new = bpy.data.objects["good"]
    assert tuple(new.location) == (0.0, 0.0, 0.0), "the place of the order"
    assert new["triposr_settings"]["mirror"]
    assert new["triposr_recipe"]["foreground_ratio"] == pytest.approx(0.75)
    assert new["triposr_recipe"]["mirror"]
    assert there() == ()
    assert files_of(session) == set()
    assert [view.request.name for view in session.queue.settled()] == ["good"]
    assert session.notice.startswith("4 triangles in ")
    bpy.ops.ed.undo()
    assert len(bpy.data.objects) == 0
    assert not bpy.ops.triposr.pick.poll()
    bpy.ops.ed.redo()
    assert len(bpy.data.objects) == 1


@pytest.mark.usefixtures("four")
def test_none_forgets_all(bpy: Any, session: Any, there: Callable[[], Any]) -> None:
    assert bpy.ops.triposr.pick_none() == {"FINISHED"}
    assert there() == ()
    assert session.queue.views() == ()
    assert files_of(session) == set()
    assert not bpy.ops.triposr.pick.poll()
    assert not bpy.ops.triposr.pick_none.poll()


@pytest.mark.usefixtures("four")
def test_four_more_replace_them(bpy: Any, session: Any, there: Callable[[], Any]) -> None:
    before = {view.id for view, _ticket in there()}
    bpy.ops.triposr.try_four()
    assert len(there()) == 4
    assert not before & {view.id for view, _ticket in there()}
    assert len(files_of(session)) == 4


@pytest.mark.usefixtures("four")
def test_they_survive_an_undo_and_another_file_which_knows_nothing_of_them(
    bpy: Any, there: Callable[[], Any], tmp_path: Path
) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.cursor.location = (1.0, 0.0, 0.0)
    bpy.ops.ed.undo_push(message="moved")
    bpy.ops.ed.undo()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert len(there()) == 4
    assert b"riposr_candidate" not in (tmp_path / "a.blend").read_bytes()
    assert bpy.ops.triposr.pick(candidate=2) == {"FINISHED"}
    assert bpy.data.objects["good"].users_scene == (bpy.context.scene,)


def test_one_that_can_not_be_made_is_told_and_the_rest_is_there(bpy: Any, picture: Picture) -> None:
    picture("reports-failure.png")
    with pytest.raises(RuntimeError, match="Choose another"):
        bpy.ops.triposr.try_four()
    with pytest.raises(RuntimeError, match="is not ready"):
        bpy.ops.triposr.pick(candidate=1)


def test_one_whose_drawing_can_not_be_copied_is_there_all_the_same(
    bpy: Any, box_worker: Any, picture: Picture, there: Callable[[], Any]
) -> None:
    picture("good.png")
    in_the_way = Path(bpy.app.tempdir, "triposr_candidate_2.png")
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    try:
        assert bpy.ops.triposr.try_four() == {"FINISHED"}
    finally:
        in_the_way.rmdir()
    assert [ticket.kept for _view, ticket in there()] == [True] * 4
    assert bpy.ops.triposr.pick(candidate=2) == {"FINISHED"}


@pytest.mark.usefixtures("four")
def test_one_whose_files_are_gone_says_so_and_leaves_the_rest(bpy: Any, session: Any, there: Callable[[], Any]) -> None:
    there()[0][0].result.mesh.unlink()
    with pytest.raises(RuntimeError):
        bpy.ops.triposr.pick(candidate=1)
    assert len(bpy.data.objects) == 0
    assert bpy.ops.triposr.pick(candidate=3) == {"FINISHED"}


@pytest.mark.usefixtures("four")
def test_the_panel_shows_them(bpy: Any, room: Callable[[str], Any]) -> None:
    lines: list[str] = []
    panel = room("blender.candidates_panel").TRIPOSR_PT_candidates
    assert panel.poll(bpy.context)
    panel.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
    assert lines.count("operator triposr.pick") == 4
    assert [line for line in lines if "mirrored" in line] == ["label 0.85, mirrored", "label 0.75, mirrored"]
    assert lines.count("label Overlap 90%") == lines.count("label 4 triangles") == 4
    assert lines[-1] == "operator triposr.pick_none"


def test_on_their_way_they_have_one_ghost(bpy: Any, room: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    order = room("blender.order").order_from_context(bpy.context)
    for each in room("blender.candidates").candidate_orders(order):
        session.start(each)
    assert len(room("blender.ghost").ghosts_of(session.queue, bpy.context.scene.session_uid)) == 1
    room("blender.candidates").forget_candidates(session.queue)
    assert not session.queue.busy()


@pytest.mark.usefixtures("four")
def test_with_another_device_they_go(bpy: Any, session: Any, there: Callable[[], Any], picture: Picture) -> None:
    session.preferences().device = "cpu"
    picture("good.png")
    bpy.ops.triposr.generate()
    session.preferences().device = "auto"
    assert there() == ()
    assert len(session.queue.views()) == 1
