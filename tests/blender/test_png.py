# SPDX-License-Identifier: GPL-3.0-or-later
"""Our PNG files, read by Blender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 4), (1, 1), (1, 1, 4), (300, 1, 4)])
def test_blender_reads_what_was_written(
    bpy: Any, room: Callable[[str], Any], tmp_path: Path, shape: tuple[int, ...]
) -> None:
    written = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    (tmp_path / "written.png").write_bytes(room("blender.png").png_file(written))
    image = bpy.data.images.load(str(tmp_path / "written.png"))
    assert tuple(image.size) == (shape[1], shape[0])
    values = np.array(image.pixels[:]).reshape(shape[0], shape[1], image.channels)[::-1]
    read = np.rint(values * 255).astype(np.uint8)
    np.testing.assert_array_equal(read if len(shape) == 3 else read[..., 0], written)
