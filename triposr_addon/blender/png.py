# SPDX-License-Identifier: GPL-3.0-or-later
"""PNG files by hand: Blender's own saving changes the image that it saves."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 4: 6}
"""PNG's number for grey, and for red, green, blue and alpha."""
QUICK = 1
"""zlib's level: such a file lives for one job."""


def png_file(pixels: Bytes) -> bytes:
    """The file for grey pixels [H, W] or pixels with alpha [H, W, 4], 8 bits each, top row first."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    # Each row begins with the number of its filter: none.
    rows = np.zeros((height, 1 + channels * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, channels * width)
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    body = zlib.compress(rows.tobytes(), QUICK)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
