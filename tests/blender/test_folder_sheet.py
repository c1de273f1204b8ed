# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet of a folder in Blender: drawn when a folder is done, shown when the artist wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "Shelf"
    folder.mkdir()
    for name in ("good_1", "reports-failure"):
        (folder / f"{name}.png").write_bytes(b"a picture")
    return folder


def test_it_lies_beside_the_log_when_the_folder_is_done(bpy: Any, session: Any, shelf: Path) -> None:
    bpy.ops.triposr.add_folder(directory=str(shelf))
    record = session.storage().folder_record(shelf)
    assert (record / "contact_sheet.png").is_file()
    assert session.failure is None
    assert not bpy.data.images


def test_it_is_shown_as_images_of_the_file(bpy: Any, shelf: Path) -> None:
    bpy.ops.triposr.add_folder(directory=str(shelf))
    assert bpy.ops.triposr.contact_sheet() == {"FINISHED"}
    names = [image.name for image in bpy.data.images]
    assert len(names) == 2
    assert all(name.startswith("Contact Sheet Shelf") for name in names)
    assert bpy.ops.triposr.contact_sheet() == {"FINISHED"}
    assert len(bpy.data.images) == 2


def test_any_folder_with_a_log_has_one(bpy: Any, session: Any, shelf: Path) -> None:
    bpy.ops.triposr.add_folder(directory=str(shelf))
    session.folder_run = None
    assert bpy.ops.triposr.contact_sheet(folder=str(shelf)) == {"FINISHED"}


def test_a_folder_that_was_never_made_has_none(bpy: Any, session: Any, shelf: Path) -> None:
    session.folder_run = None
    for folder in ("", str(shelf)):
        for operator in (bpy.ops.triposr.contact_sheet, bpy.ops.triposr.open_folder_record):
            with pytest.raises(RuntimeError, match="has no log"):
                operator(folder=folder)


def test_a_sheet_that_was_dropped_shows_nothing(
    bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path
) -> None:
    bpy.ops.triposr.add_folder(directory=str(shelf))
    module = room("blender.folder_sheet")
    order = module.order_sheet(session, shelf, show=True)
    session.drop_field_job(order.job)
    assert module.beat() is None
    assert session.sheet is None
    assert not bpy.data.images


def test_a_newer_order_leaves_nothing_of_the_older(
    session: Any, shelf: Path, tmp_path: Path, room: Callable[[str], Any]
) -> None:
    sheet = room("blender.folder_sheet")
    orders = [sheet.order_sheet(session, tmp_path, show=False) for _ in range(3)]
    jobs = [view.id for view in session.fitting_generator().fields.views()]
    assert jobs == [orders[-1].job]
    session.drop_field_job(orders[-1].job)
    session.sheet = None
