# SPDX-License-Identifier: GPL-3.0-or-later
"""How much work a photo may ask for beside its pixels: found out from the file before anything of it is decoded.

A file of a few hundred kilobytes can hold sixty megapixels in a thousand passes, or in a million strips, and would
keep its decoder busy for minutes, in which nothing can be cancelled.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from triposr_addon.worker.failures import PhotoTooLarge

USUAL_PASSES = 16
"""Cameras and programs write a progressive JPEG in about ten passes."""
MOST_PIXELS_IN_PASSES = 1_000_000_000
"""Pixels times passes: a few seconds."""
MOST_PARTS = 65_536
"""Strips or tiles of a TIFF: one a row of the largest photo, for each of its channels."""

START_OF_SCAN = b"\xff\xda"
STRIP_OFFSETS, TILE_OFFSETS = 273, 324
MOST_TAGS = 4096


def check_passes(path: Path, pixels: int) -> None:
    """For a progressive JPEG of so many pixels. Raises PhotoTooLarge, OSError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        passes = _count(data, START_OF_SCAN)
    if passes > USUAL_PASSES and passes * pixels > MOST_PIXELS_IN_PASSES:
        raise PhotoTooLarge(
            f"{path.name} is packed in {passes} passes, which would take minutes to read. "
            "Open it in another program and save it again."
        )


def check_parts(path: Path) -> None:
    """For a file of any kind; only a TIFF has parts. Raises PhotoTooLarge, OSError."""
    parts = _parts_of_tiff(path)
    if parts > MOST_PARTS:
        raise PhotoTooLarge(
            f"{path.name} is cut into {parts:,} parts, which would take minutes to read. "
            "Open it in another program and save it again."
        )


def _count(data: mmap.mmap, mark: bytes) -> int:
    count, at = 0, data.find(mark)
    while at >= 0:
        count, at = count + 1, data.find(mark, at + len(mark))
    return count


def _parts_of_tiff(path: Path) -> int:
    """Of its first picture; 0 for what is no TIFF, or one that breaks off."""
    with path.open("rb") as file:
        head = file.read(16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None or len(head) < 16 or struct.unpack_from(f"{order}H", head, 2)[0] not in (42, 43):
            return 0
        large = struct.unpack_from(f"{order}H", head, 2)[0] == 43
        offset = struct.unpack_from(f"{order}Q", head, 8)[0] if large else struct.unpack_from(f"{order}I", head, 4)[0]
        count_form, entry_form = (f"{order}Q", f"{order}HHQ8x") if large else (f"{order}H", f"{order}HHI4x")
        if offset >= path.stat().st_size:
            return 0
        file.seek(offset)
        count = file.read(struct.calcsize(count_form))
        if len(count) < struct.calcsize(count_form):
            return 0
        size = struct.calcsize(entry_form)
        entries = file.read(size * min(struct.unpack(count_form, count)[0], MOST_TAGS))
    tags = struct.iter_unpack(entry_form, entries[: len(entries) // size * size])
    return max((parts for tag, _kind, parts in tags if tag in (STRIP_OFFSETS, TILE_OFFSETS)), default=0)
