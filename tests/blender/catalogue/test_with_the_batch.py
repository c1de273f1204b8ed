# SPDX-License-Identifier: GPL-3.0-or-later
"""What the real command has made comes into Blender, and is a living mesh there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.blender.catalogue.test_importing import places

pytestmark = [pytest.mark.bpy, pytest.mark.torch]

ROOT = Path(__file__).parents[3]
PHOTO = ROOT / "docs" / "images" / "demo_photo.png"
RESOLUTION = 40


@pytest.fixture
def target(worker_python: str, tmp_path: Path) -> Path:
    """The library of one good picture and a broken one."""
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copyfile(PHOTO, photos / "gnome.png")
    (photos / "broken.png").write_text("no picture")
    command = [worker_python, "-m", "triposr_addon", "batch", str(photos), "-o", str(tmp_path / "target")]
    command += ["--resolution", str(RESOLUTION), "--lanes", "1", "--device", "cpu"]
    assert subprocess.run(command, cwd=ROOT, timeout=120, capture_output=True).returncode == 1  # one has failed
    return tmp_path / "target"


def test_a_picture_of_the_batch_lives_in_blender(bpy: Any, real_worker: Any, target: Path) -> None:
    bpy.context.scene.triposr.decimate_ratio = 1.0
    assert bpy.ops.triposr.open_catalogue(filepath=str(target)) == {"FINISHED"}
    rows = real_worker.catalogue.browser.library.rows
    assert [(row.id, row.made) for row in rows] == [("broken", False), ("gnome", True)]
    assert bpy.ops.triposr.import_from_catalogue(ids="gnome") == {"FINISHED"}
    gnome = bpy.context.object
    before = places(gnome)
    assert (gnome.name, len(gnome.data.polygons), len(before) > 100) == ("gnome", rows[1].triangles, True)
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    again = places(gnome)
    assert again.shape == before.shape
    assert np.abs(again - before).max() < 1e-4
    assert bpy.ops.triposr.shelve_from_catalogue(ids="gnome", register=False) == {"FINISHED"}
    assert (target / "assets.blend").is_file()
    real_worker.catalogue.close_library()
