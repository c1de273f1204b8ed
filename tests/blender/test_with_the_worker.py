# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender and the real worker, with a small network of random weights: its surface is noise, but all else is real.

The worker's Python is TRIPOSR_TEST_WORKER_PYTHON, or the one that runs the tests where it has PyTorch.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]


@pytest.fixture(scope="module")
def checkpoint(worker_python: str, facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    maker = facts / "parity" / "synthetic_checkpoint.py"
    subprocess.run([worker_python, maker, folder, "--size", "tiny"], check=True, timeout=300)
    return folder


@pytest.fixture
def settings(
    bpy: Any, session: Any, worker_python: str, checkpoint: Path, facts: Path, tmp_path: Path
) -> Iterator[Any]:
    """The scene's settings, with the worker, the model and a threshold at which its noise has a surface."""
    preferences = session.preferences()
    preferences.worker_python, preferences.data_folder, preferences.device = worker_python, str(tmp_path), "cpu"
    chosen = bpy.context.scene.triposr
    chosen.model, chosen.model_folder = "FOLDER", str(checkpoint)
    chosen.threshold = float(np.load(facts / "parity" / "golden_tiny.npz")["mesh_threshold"])
    chosen.resolution = 32
    yield chosen
    session.stop_worker()
    preferences.worker_python, preferences.data_folder, preferences.device = "", "", "auto"
    session.failure, session.notice = None, ""


def test_a_photo_becomes_an_object(bpy: Any, settings: Any, facts: Path) -> None:
    settings.image_path = str(facts / "images" / "teapot.png")
    settings.height = 0.25
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    new = bpy.context.object
    heights = [vertex.co.z for vertex in new.data.vertices]
    assert new.name == "teapot"
    assert (min(heights), max(heights)) == (0.0, pytest.approx(0.25))
    assert new.data.validate() is False
    assert len(new["triposr_model_sha256"]) == 64
    assert len(new.data["triposr_field"]["triposr_field"]) > 10_000
    steps = {"load model", "load photo", "cut out", "frame", "reconstruct", "extract", "colour", "orient"}
    assert set(new["triposr_seconds"].keys()) == steps


def test_the_worker_survives_what_is_no_picture(
    bpy: Any, settings: Any, session: Any, facts: Path, tmp_path: Path, room: Callable[[str], Any]
) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    settings.image_path = str(tmp_path / "text.png")
    with pytest.raises(RuntimeError, match=r"text\.png"):
        bpy.ops.triposr.generate()
    assert isinstance(session.failure, room("host.failures").WorkerReportedFailure)
    assert session.failure.code.startswith("PHOTO_")
    settings.image_path = str(facts / "images" / "chair.png")
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    assert bpy.context.object.name == "chair"


def test_a_threshold_without_a_surface_says_what_to_try(bpy: Any, settings: Any, session: Any, facts: Path) -> None:
    settings.image_path = str(facts / "images" / "teapot.png")
    settings.threshold = 1e6
    with pytest.raises(RuntimeError, match=r"(?i)threshold"):
        bpy.ops.triposr.generate()
    assert session.failure.code == "SURFACE_EMPTY"
    assert len(bpy.data.objects) == 0


def test_a_packed_image_becomes_the_same_object_as_its_file(bpy: Any, settings: Any, facts: Path) -> None:
    settings.image_path = str(facts / "images" / "teapot.png")
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    from_file = bpy.context.object
    image = bpy.data.images.load(str(facts / "images" / "teapot.png"))
    image.pack()
    image.name, image.filepath = "teapot in the file.png", "//gone.png"
    assert bpy.ops.triposr.generate_from_image(image=image.name) == {"FINISHED"}
    packed = bpy.context.object
    assert packed.name == "teapot in the file"
    assert [vertex.co for vertex in packed.data.vertices] == [vertex.co for vertex in from_file.data.vertices]


def test_several_photos_share_one_worker_and_stand_in_a_row(bpy: Any, settings: Any, session: Any, facts: Path) -> None:
    names = ["teapot", "chair", "robot"]
    files = [{"name": f"{name}.png"} for name in names]
    assert bpy.ops.triposr.choose_picture(directory=str(facts / "images"), files=files) == {"FINISHED"}
    objects = [bpy.data.objects[name] for name in names]
    edges = [(item.location.x - item.dimensions.x / 2, item.location.x + item.dimensions.x / 2) for item in objects]
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(edges))
    assert session.storage().worker_log_tail().count("started worker") == 1


def test_a_painted_hole_is_in_the_meshs_cut_out(
    bpy: Any, settings: Any, session: Any, room: Callable[[str], Any], facts: Path
) -> None:
    settings.image_path = str(facts / "images" / "teapot.png")
    assert bpy.ops.triposr.edit_mask() == {"FINISHED"}
    width, height = settings.mask.size
    painted = np.array(settings.mask.pixels[:], np.float32).reshape(height, width, 4)
    subject = np.argwhere(painted[..., 3] > 0.9)
    row, column = subject[len(subject) // 2]
    painted[row - 5 : row + 6, column - 5 : column + 6, 3] = 0.0
    settings.mask.pixels.foreach_set(painted.ravel())
    generator = session.fitting_generator()
    order = room("blender.order").order_from_context(bpy.context)
    view = generator.run_until_done(generator.submit(order.request), 300.0)
    framed = alpha_of(bpy, view.result.cutout)
    generator.drop(view.id)
    (bottom, left), (top, right) = subject_box(painted[..., 3])
    side = int(max(top - bottom, right - left) / 0.85)
    inner = framed[
        (side - (top - bottom)) // 2 : (side + (top - bottom)) // 2,
        (side - (right - left)) // 2 : (side + (right - left)) // 2,
    ]
    assert len(framed) == pytest.approx(min(side, 1024), abs=1)
    assert side <= 1024, "else the places below are scaled"
    middle = (row - bottom, column - left)
    assert inner[middle[0] - 3 : middle[0] + 4, middle[1] - 3 : middle[1] + 4].max() == 0.0
    assert np.mean(inner > 0.9) > 0.2


def alpha_of(bpy: Any, path: Path) -> Any:
    image = bpy.data.images.load(str(path))
    return np.array(image.pixels[:], np.float32).reshape(image.size[1], image.size[0], 4)[..., 3]


def subject_box(alpha: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and one past the last row and column that the worker takes for the subject."""
    places = np.argwhere(alpha * 255 >= 25.5)
    low, high = places.min(axis=0), places.max(axis=0) + 1
    return (int(low[0]), int(low[1])), (int(high[0]), int(high[1]))


def test_a_folder_with_its_log_and_contact_sheet(
    bpy: Any, session: Any, settings: Any, facts: Path, tmp_path: Path
) -> None:
    shelf = tmp_path / "Shelf"
    shelf.mkdir()
    for name in ("teapot.png", "chair.png"):
        shutil.copyfile(facts / "images" / name, shelf / name)
    (shelf / "broken.png").write_text("not a picture")
    assert bpy.ops.triposr.add_folder(directory=str(shelf)) == {"FINISHED"}
    assert sorted(item.name for item in bpy.data.collections["Shelf"].objects) == ["chair", "teapot"]
    record = session.storage().folder_record(shelf)
    told = {line["picture"]: line for line in map(json.loads, (record / "log.jsonl").read_text().splitlines())}
    assert told["broken.png"]["code"] == "PHOTO_UNREADABLE"
    assert 0.0 < told["teapot.png"]["overlap"] <= 1.0
    assert (record / told["teapot.png"]["drawing"]).read_bytes().startswith(b"\x89PNG")
    assert bpy.ops.triposr.contact_sheet() == {"FINISHED"}
    sheet = bpy.data.images["Contact Sheet Shelf"]
    assert sheet.size[0] > 1000
    assert (record / "contact_sheet.png").samefile(bpy.path.abspath(sheet.filepath))
