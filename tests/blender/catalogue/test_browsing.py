# SPDX-License-Identifier: GPL-3.0-or-later
"""A library is opened and looked through: rows, filters, pages, ticks."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.blender.catalogue.conftest import Shelf

pytestmark = pytest.mark.bpy


def listed(bpy: Any, browser: Any) -> list[str]:
    """The ids of the page's rows, as Blender has them."""
    rows = bpy.context.window_manager.triposr_catalogue.rows
    return [browser.library.rows[row.number].id for row in rows]


@pytest.fixture
def three(shelf: Shelf) -> Shelf:
    shelf.add("chairs/Old chair", overlap=0.9, triangles=300)
    shelf.fail("chairs/broken")
    shelf.add("mug", overlap=0.5, triangles=900, warnings=("The photo is small.",))
    return shelf


def test_the_list_has_a_row_for_each_picture(bpy: Any, session: Any, three: Shelf, browsed: Any) -> None:
    browser = browsed()
    assert listed(bpy, browser) == ["chairs/Old chair", "chairs/broken", "mug"]
    assert [(row.made, row.warned) for row in browser.library.rows] == [(True, False), (False, False), (True, True)]
    assert session.catalogue.notice == "3 pictures in Toybox"
    assert dataclasses.asdict(session.catalogue.details.record) == dataclasses.asdict(three.records[0])


def test_filters_and_orders(bpy: Any, three: Shelf, browsed: Any) -> None:
    browser, settings = browsed(), bpy.context.window_manager.triposr_catalogue
    settings.search = "CHAIR old"
    assert listed(bpy, browser) == ["chairs/Old chair"]
    settings.search = ""
    settings.show = "FAILED"
    assert listed(bpy, browser) == ["chairs/broken"]
    settings.show = "WARNED"
    assert listed(bpy, browser) == ["mug"]
    settings.show, settings.sort_by = "ALL", "SCORE"
    assert listed(bpy, browser) == ["mug", "chairs/Old chair", "chairs/broken"]
    settings.descending = True
    assert listed(bpy, browser) == ["chairs/Old chair", "mug", "chairs/broken"]
    settings.sort_by = "TRIANGLES"
    assert listed(bpy, browser) == ["mug", "chairs/Old chair", "chairs/broken"]
    settings.least_score = 60
    assert listed(bpy, browser) == ["chairs/Old chair"]
    settings.least_score, settings.sort_by, settings.descending = 0, "NAME", False
    assert listed(bpy, browser) == ["chairs/broken", "chairs/Old chair", "mug"]


def test_pages_and_ticks(bpy: Any, shelf: Shelf, browsed: Any) -> None:
    shelf.add("cup")
    shelf.repeat(249)
    browser, settings = browsed(), bpy.context.window_manager.triposr_catalogue
    assert (len(settings.rows), browser.pages) == (100, 3)
    settings.rows[1].chosen = True
    settings.page = 3
    assert (settings.page, len(settings.rows)) == (3, 50)
    settings.rows[0].chosen = True
    settings.page = 99
    assert settings.page == 3
    assert bpy.ops.triposr.turn_catalogue_page(by=-1) == {"FINISHED"}
    assert settings.page == 2
    assert browser.chosen() == [1, 200]
    settings.show = "CHOSEN"
    assert [row.number for row in settings.rows] == [1, 200]
    assert bpy.ops.triposr.choose_in_catalogue(which="INVERT") == {"FINISHED"}
    assert (browser.chosen(), len(settings.rows)) == ([], 0)
    settings.show, settings.search = "ALL", "picture 00001"
    assert bpy.ops.triposr.choose_in_catalogue() == {"FINISHED"}
    assert browser.chosen() == [2, *range(11, 21)]
    assert bpy.ops.triposr.choose_in_catalogue(which="IDS", ids="cup\nmany/picture 000003") == {"FINISHED"}
    assert browser.count_chosen == 13
    with pytest.raises(RuntimeError, match="The library has no item teapot"):
        bpy.ops.triposr.choose_in_catalogue(which="IDS", ids="teapot")
    assert bpy.ops.triposr.choose_in_catalogue(which="NONE") == {"FINISHED"}
    assert browser.chosen() == []


def test_another_blend_shows_the_same_page(bpy: Any, three: Shelf, browsed: Any, tmp_path: Path) -> None:
    browser = browsed()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert b"Old chair" not in (tmp_path / "scene.blend").read_bytes()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert listed(bpy, browser) == ["chairs/Old chair", "chairs/broken", "mug"]


def test_a_closed_library_is_offered_again(bpy: Any, session: Any, three: Shelf, browsed: Any, room: Any) -> None:
    browsed()
    recent = room("blender.catalogue.recent")
    assert recent.recent(session.storage()) == [three.catalogue]
    assert bpy.ops.triposr.close_catalogue() == {"FINISHED"}
    assert session.catalogue.browser is None
    assert len(bpy.context.window_manager.triposr_catalogue.rows) == 0
    assert not bpy.ops.triposr.close_catalogue.poll()
    assert not bpy.ops.triposr.turn_catalogue_page.poll()
    for number in range(7):
        recent.remember(session.storage(), Path(f"/libraries/{number}/catalogue.jsonl"))
    assert [path.parent.name for path in recent.recent(session.storage())] == ["6", "5", "4", "3", "2"]
    (session.storage().root / recent.FILE).write_text("{nonsense")
    assert recent.recent(session.storage()) == []


def test_a_folder_stands_for_its_catalogue(bpy: Any, session: Any, three: Shelf) -> None:
    three.close()
    assert bpy.ops.triposr.open_catalogue(filepath=str(three.folder)) == {"FINISHED"}
    assert session.catalogue.browser.library.path == three.catalogue
    assert bpy.ops.triposr.show_catalogue_item() == {"FINISHED"}


def test_what_is_no_catalogue_is_told_and_the_open_one_stays(
    bpy: Any, session: Any, three: Shelf, browsed: Any, tmp_path: Path
) -> None:
    browser = browsed()
    other = tmp_path / "other.jsonl"
    with pytest.raises(RuntimeError, match=r"other.jsonl can't be read \(No such file or directory\)"):
        bpy.ops.triposr.open_catalogue(filepath=str(other))
    other.write_bytes(b"\x00nonsense\n{}\n")
    with pytest.raises(RuntimeError, match="holds no record of a picture"):
        bpy.ops.triposr.open_catalogue(filepath=str(other))
    assert session.catalogue.browser is browser
    assert session.failure.code == "CATALOGUE_EMPTY"
    session.failure = None


def test_lines_that_are_no_records_are_counted(bpy: Any, session: Any, three: Shelf) -> None:
    lines = three.close().read_bytes().splitlines()
    escaped = json.loads(lines[2]) | {"folder": "../../etc"}
    three.catalogue.write_bytes(b"\n".join([lines[0], b"{cut sho", json.dumps(escaped).encode(), b""]))
    assert bpy.ops.triposr.open_catalogue(filepath=str(three.catalogue)) == {"FINISHED"}
    assert session.catalogue.notice == "1 pictures in Toybox; 2 lines are no records"


def test_ticks_stay_where_the_batch_has_gone_on(bpy: Any, three: Shelf, browsed: Any) -> None:
    browsed().choose([0, 2])
    three.records.insert(0, three.add("bowl"))
    three.records.pop()
    browser = browsed()
    assert [browser.library.rows[number].id for number in browser.chosen()] == ["chairs/Old chair", "mug"]


def test_a_catalogue_that_was_written_anew_is_noticed(
    bpy: Any, session: Any, three: Shelf, browsed: Any, room: Any
) -> None:
    browser, settings = browsed(), bpy.context.window_manager.triposr_catalogue
    three.records.insert(0, three.add("bowl"))
    three.close()
    settings.active = 2
    assert session.catalogue.details.failure.code == "CATALOGUE_CHANGED"
    with pytest.raises(room("blender.catalogue.failures").CatalogueChanged):
        browser.library.record(1)


def test_reading_goes_on_beside_and_can_be_left(session: Any, shelf: Shelf, room: Callable[[str], Any]) -> None:
    shelf.add("cup")
    shelf.repeat(3000)
    desk = session.catalogue
    reader = desk.open(shelf.close())
    assert desk.take_in() is False
    desk.stop_opening()
    assert (reader.over, reader.library(), desk.browser) == (True, None, None)
    assert desk.take_in() is True
    assert desk.open(shelf.catalogue).wait()
    assert desk.take_in() is True
    assert len(desk.browser.library.rows) == 3001
    steps = room("blender.catalogue.library").reading(shelf.catalogue)
    assert 0.0 < next(steps) < next(steps) < 0.1


def test_large_thumbnails_have_shorter_pages(bpy: Any, shelf: Shelf, browsed: Any) -> None:
    shelf.add("cup")
    shelf.repeat(249)
    browser, settings = browsed(), bpy.context.window_manager.triposr_catalogue
    settings.page = 2
    settings.display = "TILES"
    assert [row.number for row in settings.rows] == list(range(96, 108))
    settings.rows[5].chosen = True
    assert (settings.active, browser.chosen()) == (5, [101])
    settings.display = "LIST"
    assert settings.rows[0].number == 0
    assert settings.rows[settings.active].number == 0 or settings.active == 0


def test_thumbnails_are_few(room: Callable[[str], Any], shelf: Shelf) -> None:
    thumbnails = room("blender.catalogue.thumbnails").Thumbnails(most=2)
    pictures = [shelf.folder / shelf.add(name).folder / "thumbnail.png" for name in ("a", "b", "c")]
    for picture in (*pictures, pictures[0]):
        thumbnails.icon(picture)
    assert len(thumbnails) == 3
    thumbnails.forget_old_ones()
    assert list(thumbnails._previews) == [str(pictures[2]), str(pictures[0])]
    thumbnails.icon(shelf.folder / "caf\udce9.png")
    assert list(thumbnails._previews)[2] == str(shelf.folder / "caf\\udce9.png")
    thumbnails.forget_all()
    assert len(thumbnails) == 0
    thumbnails.close()
