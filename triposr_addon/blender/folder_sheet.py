# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet of a folder: the worker draws it, a timer waits for it, and it is shown as an image."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.app.handlers import persistent

from ..host.failures import HostFailure
from ..host.field_jobs import FieldJobView, SheetRequest, SheetResult
from . import session
from .image_area import fit_soon, image_space_or_none
from .paths import shown
from .redraw import redraw_panels
from .unforeseen import forgiving_timer

if TYPE_CHECKING:
    from .session import Session

SHEET_NAME = "contact_sheet.png"
LOG_NAME = "log.jsonl"
BEAT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 3600.0
"""For a script: a photo that is being worked on comes first."""


@dataclass(frozen=True)
class SheetOrder:
    """A sheet that is being drawn, of the pictures in `folder`. show: open it when it is there."""

    job: str
    folder: Path
    show: bool


def has_log(running: Session, folder: Path) -> bool:
    """Whether meshes were made of the folder's pictures at some time."""
    return (running.storage().folder_record(folder) / LOG_NAME).is_file()


def order_sheet(running: Session, folder: Path, *, show: bool) -> SheetOrder:
    """Have it drawn; a newer order for the same folder replaces an older one. Nothing blocks here."""
    record = running.storage().folder_record(folder)
    request = SheetRequest(record / LOG_NAME, folder, record / SHEET_NAME, shown(folder.name), subject=str(record))
    job = running.fitting_generator().fields.submit(request)
    if running.sheet is not None and running.sheet.folder == folder:
        running.drop_field_job(running.sheet.job)
    running.sheet = SheetOrder(job, folder, show)
    return running.sheet


def wait_for_sheet(running: Session, order: SheetOrder) -> tuple[Path, ...]:
    """For a script: its pages. Raises HostFailure."""
    view = running.fitting_generator().fields.run_until_done(order.job, LONGEST_WAIT_SECONDS)
    return _taken(running, order, view)


def follow_sheet() -> None:
    """Have a timer wait for it; in background mode none ever beats."""
    if not bpy.app.background and not bpy.app.timers.is_registered(beat):
        bpy.app.timers.register(beat, first_interval=BEAT_SECONDS, persistent=True)


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def keep_out_of_other_files(*_: object) -> None:
    """Another .blend was opened: the sheet is drawn to its end, and is shown when somebody asks for it."""
    running = session.current_or_none()
    if running is not None and running.sheet is not None:
        running.sheet = dataclasses.replace(running.sheet, show=False)


def add() -> None:
    """Called by register()."""
    bpy.app.handlers.load_post.append(keep_out_of_other_files)


def remove() -> None:
    """Called by unregister()."""
    bpy.app.handlers.load_post.remove(keep_out_of_other_files)
    unfollow_sheet()


def unfollow_sheet() -> None:
    """Before the extension is switched off."""
    if bpy.app.timers.is_registered(beat):
        bpy.app.timers.unregister(beat)


@forgiving_timer(BEAT_SECONDS)
def beat() -> float | None:
    """The timer's function."""
    running = session.current_or_none()
    order = running.sheet if running is not None else None
    if running is None or order is None:
        return None
    running.tick()
    view = running.field_view(order.job)
    if view is not None and not view.state.over:
        return BEAT_SECONDS
    window = next(iter(bpy.context.window_manager.windows), None)  # a timer has none, and operators want one
    with bpy.context.temp_override(window=window):
        _arrive(running, order, view)
        redraw_panels(bpy.context)
    return None


def show_sheet(context: bpy.types.Context, folder: Path, pages: tuple[Path, ...]) -> list[bpy.types.Image]:
    """The pages as images of the .blend, the first one in an Image Editor where there is a window."""
    images = [_image(page, f"Contact Sheet {shown(folder.name)}") for page in pages]
    space = image_space_or_none(context)
    if space is not None and images:
        space.image = images[0]
        fit_soon(images[0])
    return images


def _arrive(running: Session, order: SheetOrder, view: FieldJobView | None) -> None:
    try:
        pages = _taken(running, order, view)
    except HostFailure as failure:
        running.failure = failure
        return
    if order.show and pages:
        folder = str(order.folder)
        bpy.ops.triposr.show_contact_sheet("EXEC_DEFAULT", True, folder=folder)  # type: ignore[attr-defined]


def _taken(running: Session, order: SheetOrder, view: FieldJobView | None) -> tuple[Path, ...]:
    """The pages; none where the job was dropped or replaced. Raises HostFailure."""
    if running.sheet == order:
        running.sheet = None
    running.drop_field_job(order.job)
    if view is not None and view.failure is not None:
        raise view.failure
    return view.result.pages if view is not None and isinstance(view.result, SheetResult) else ()


def pages_of(running: Session, folder: Path) -> tuple[Path, ...]:
    """The pages that were drawn last."""
    first = running.storage().folder_record(folder) / SHEET_NAME
    pages, number = [first] if first.is_file() else [], 2
    while pages and (page := first.with_name(f"{first.stem}-{number}{first.suffix}")).is_file():
        pages.append(page)
        number += 1
    return tuple(pages)


def _image(page: Path, name: str) -> bpy.types.Image:
    image = bpy.data.images.load(str(page), check_existing=True)
    image.name = name
    image.reload()
    return image
