# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake worker says of a mesh, by the name of its photo or, where it comes without one, by its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from tests.fakes.voice import say, tell
from triposr_addon import wire
from triposr_addon.protocol import (
    DrawSheet,
    ErrorReport,
    PhotoCamera,
    RenderViews,
    Review,
    Reviewed,
    SheetDrawn,
    ViewsRendered,
)

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CAMERA = PhotoCamera(1.8, 10.0, -5.0, 40.0, 0.01, 0.02)


def reviews(request_id: int, request: Review) -> None:
    tell(request, "review", 0.5)
    Path(request.picture_path).write_bytes(b"dummy drawing")
    Path(request.thumbnail_path).write_bytes(b"dummy thumbnail")
    say(wire.encode_result(request_id, reviewed(request)))


def promises_a_drawing(request_id: int, request: Review) -> None:
    say(wire.encode_result(request_id, reviewed(request)))


def can_not_review(request_id: int, request: Review) -> None:
    say(wire.encode_error(request_id, ErrorReport("MESH_FILE_UNREADABLE", "That is no mesh.", "cut short")))


def reviewed(request: Review) -> Reviewed:
    sizes, seconds = [0.5, 0.4, 1.0], {"review": 0.4}
    files = request.picture_path, request.thumbnail_path
    return Reviewed(*files, 0.8, 0.9, CAMERA, 0.1, 0.05, 0.02, 2, 0.75, True, 4, sizes, seconds)


def draws_sheet(request_id: int, request: DrawSheet) -> None:
    """Two pages, real pictures of one pixel."""
    pages = [Path(request.sheet_path), Path(request.sheet_path).with_name("contact_sheet-2.png")]
    for page in pages:
        page.write_bytes(PIXEL)
    tell(request, "draw sheet", 0.5)
    say(wire.encode_result(request_id, SheetDrawn([str(page) for page in pages], 17, {"draw sheet": 0.1})))


def renders_views(request_id: int, request: RenderViews) -> None:
    """Real pictures of one pixel; the field "promises-views" stands for a worker that writes none."""
    pictures = [Path(request.folder_path, f"frame_{frame + 1:04}.png") for frame in range(request.settings.frames)]
    sheet = [Path(request.folder_path, "sheet.png")] if request.sheet_columns else []
    if not Path(request.field_path).name.startswith("promises-views"):
        for picture in (*pictures, *sheet):
            picture.write_bytes(PIXEL)
    tell(request, "render views", 0.5)
    names, path = [str(picture) for picture in pictures], str(sheet[0]) if sheet else ""
    say(wire.encode_result(request_id, ViewsRendered(names, path, 4711, {"render views": 0.1})))


def name_of(request: Review) -> str:
    photo = Path(request.mesh_path).with_name("photo")
    return photo.read_text() if photo.is_file() else Path(request.mesh_path).name.partition(".")[0]


REVIEWS: dict[str, Callable[[int, Review], None]] = {
    "good": reviews,
    "promises-a-drawing": promises_a_drawing,
    "reports-failure-of-review": can_not_review,
}
