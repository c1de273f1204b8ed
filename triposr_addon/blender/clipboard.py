# SPDX-License-Identifier: GPL-3.0-or-later
"""Paste Picture: a picture, or a picture's file, that was copied in another program becomes the chosen picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..host.clipboard import ClipboardReader, files_in, reader_or_none
from ..host.failures import HostFailure
from ..host.storage import Storage
from ..photo_files import PHOTO_SUFFIXES
from . import session
from .failures import ClipboardUnreadable, ClipboardWithoutPicture
from .handover import tell_failure
from .image_pixels import pixels_of
from .png import png_file
from .properties import settings_of

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

NAME = "Clipboard"


class TRIPOSR_OT_paste_picture(bpy.types.Operator):
    """Choose the picture on the clipboard, or the picture file that was copied in a file manager"""

    bl_idname = "triposr.paste_picture"
    bl_label = "Paste Picture"
    bl_options = {"UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Files first: a desktop that copies a file may offer its icon as a picture."""
        running = session.current()
        try:
            settings_of(context).image_path = str(pasted(context, running.storage(), desktop_reader_or_none()))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        return {"FINISHED"}


def desktop_reader_or_none() -> ClipboardReader | None:
    """Only Linux has desktops whose pictures Blender can't read."""
    return reader_or_none(os.environ) if sys.platform == "linux" else None


def pasted(context: bpy.types.Context, storage: Storage, reader: ClipboardReader | None) -> Path:
    """The copied file, or a new one with the copied picture."""
    copied = files_in(context.window_manager.clipboard) + (reader.files() if reader is not None else [])
    for file in copied:
        if file.suffix.lower() in PHOTO_SUFFIXES and _is_there(file):
            return file
    own = _by_blender_or_none(context)
    if own is not None:
        return storage.keep_picture(f"{NAME}.png", own)
    picture = reader.picture_or_none() if reader is not None else None
    if picture is not None:
        return storage.keep_picture(NAME + picture.ending, picture.content)
    if sys.platform == "linux" and reader is None:
        raise ClipboardUnreadable
    raise ClipboardWithoutPicture


def _is_there(file: Path) -> bool:
    """Not what no system would take for a name: the clipboard may hold anything."""
    try:
        return file.is_file()
    except OSError:
        return False


def _by_blender_or_none(context: bpy.types.Context) -> bytes | None:
    """What Blender's own Paste of the Image Editor gives, as a PNG file; the image itself goes again."""
    paste: Any = bpy.ops.image.clipboard_paste  # the stubs know no poll() without arguments
    if bpy.app.background or not paste.poll():
        return None
    area = _area_to_lend_or_none(context)
    if area is None:
        return None
    before, kind = {image.name for image in bpy.data.images}, area.type
    area.type = "IMAGE_EDITOR"
    editor = area.spaces.active
    assert isinstance(editor, bpy.types.SpaceImageEditor)
    shown = editor.image
    try:
        with context.temp_override(area=area, region=area.regions[-1], space_data=editor):
            paste()
        return _taken_out(before)
    except RuntimeError as refused:  # Blender's word for what it can't paste; other ways are tried after this one
        session.current().storage().worker_log.note(f"Blender's own Paste: {refused}")
        return None
    finally:
        editor.image = shown
        area.type = kind


def _taken_out(before: set[str]) -> bytes | None:
    new = next((image for image in bpy.data.images if image.name not in before), None)
    if new is None:
        return None
    try:
        return png_file(pixels_of(new))
    finally:
        bpy.data.images.remove(new)


def _area_to_lend_or_none(context: bpy.types.Context) -> bpy.types.Area | None:
    """An Image Editor, or any area that may be one for a moment: not that of the button, which is being worked on."""
    areas = [area for area in context.window.screen.areas if area != context.area]
    editors = [area for area in context.window.screen.areas if area.type == "IMAGE_EDITOR"]
    return next(iter([*editors, *areas]), None)
