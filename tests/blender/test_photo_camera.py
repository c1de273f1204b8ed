# SPDX-License-Identifier: GPL-3.0-or-later
"""The photo camera, for real: the worker fits it, Cycles renders through it, and its silhouette lies over the photo's.

The object is no network's: it is the subject of the photo itself, drawn by Blender from a known place.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]

WIDTH, HEIGHT = 240, 160
Make = Callable[..., Any]


@pytest.fixture
def worker(session: Any, worker_python: str, tmp_path: Path) -> Iterator[None]:
    preferences = session.preferences()
    preferences.worker_python, preferences.data_folder, preferences.device = (
        worker_python,
        str(tmp_path / "data"),
        "cpu",
    )
    yield
    session.stop_worker()
    preferences.worker_python, preferences.data_folder, preferences.device = "", "", "auto"
    session.failure, session.notice = None, ""


@pytest.fixture
def mug(bpy: Any, room: Callable[[str], Any]) -> Any:
    """A living object: a cylinder with a handle, in field units 1 high, which in the mesh is 2 high."""
    bpy.ops.mesh.primitive_cylinder_add(radius=0.35, depth=1.0, vertices=48)
    body = bpy.context.object
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=(0.45, 0.0, 0.1), scale=(0.3, 0.1, 0.4))
    body.select_set(True)
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.join()
    thing, mesh = bpy.context.object, bpy.context.object.data
    thing.name = "mug"
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    for vertex in mesh.vertices:
        vertex.co = (vertex.co.x * 2.0, vertex.co.y * 2.0, vertex.co.z * 2.0 + 1.0)
    mesh.update()
    placement = np.diag([2.0, 2.0, 2.0, 1.0])
    placement[2, 3] = 1.0
    record = room("blender.living_record")
    record.write_record(mesh, record.LivingRecord(placement, room("protocol").SurfaceSettings(), ""))
    return thing


@pytest.fixture
def silhouette(bpy: Any, tmp_path: Path) -> Callable[[Any], Any]:
    """What Cycles sees of the scene through a camera: [H, W] of bool, top row first."""

    def render(camera: Any) -> Any:
        scene = bpy.context.scene
        scene.render.engine, scene.cycles.samples = "CYCLES", 1
        scene.cycles.device, scene.cycles.use_denoising, scene.render.film_transparent = "CPU", False, True
        scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
        scene.camera, scene.render.filepath = camera, str(tmp_path / "seen.png")
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(scene.render.filepath)
        width, height = image.size
        alpha = np.array(image.pixels[:]).reshape(height, width, 4)[::-1, :, 3]
        bpy.data.images.remove(image)
        return alpha > 0.5

    return render


@pytest.fixture
def photo(bpy: Any, room: Callable[[str], Any], mug: Any, silhouette: Callable[[Any], Any], tmp_path: Path) -> Path:
    """The mug at the right of a wide picture, seen from a little above, with its silhouette as alpha."""
    bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y = WIDTH, HEIGHT
    camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    bpy.context.scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (-1.2, -6.0, 2.2), (math.radians(78), 0.0, math.radians(-3))
    mask = silhouette(camera)
    bpy.data.cameras.remove(camera.data)
    rgba = np.full((HEIGHT, WIDTH, 4), 120, np.uint8)
    rgba[..., 3] = mask * 255
    path = tmp_path / "mug.png"
    path.write_bytes(room("blender.png").png_file(rgba))
    mug["triposr_image"], mug["triposr_image_name"] = str(path), path.name
    mug["triposr_settings"] = {"background": "alpha", "foreground_ratio": 0.8}
    bpy.context.view_layer.objects.active = mug
    return path


def mask_of(bpy: Any, photo: Path) -> Any:
    image = bpy.data.images.load(str(photo), check_existing=True)
    width, height = image.size
    return np.array(image.pixels[:]).reshape(height, width, 4)[::-1, :, 3] > 0.5


def overlap(one: Any, other: Any) -> float:
    return float(np.count_nonzero(one & other) / np.count_nonzero(one | other))


def make(bpy: Any, **more: Any) -> Any:
    """The new camera."""
    before = set(bpy.data.objects)
    assert bpy.ops.triposr.photo_camera(**more) == {"FINISHED"}
    (camera,) = set(bpy.data.objects) - before
    return camera


@pytest.mark.usefixtures("worker")
def test_through_it_the_object_covers_the_photo(
    bpy: Any, mug: Any, photo: Path, silhouette: Callable[[Any], Any]
) -> None:
    camera = make(bpy)
    assert camera["triposr_overlap"] > 0.85
    assert camera["triposr_photo_of"] == "mug"
    assert bpy.context.scene.camera == camera
    assert overlap(silhouette(camera), mask_of(bpy, photo)) >= camera["triposr_overlap"] - 0.03
    (background,) = camera.data.background_images
    assert Path(background.image.filepath) == photo
    assert camera.data.show_background_images


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("parented", [False, True])
def test_wherever_the_object_stands_and_however_it_is_turned_and_scaled(
    bpy: Any, mug: Any, photo: Path, silhouette: Callable[[Any], Any], parented: bool
) -> None:
    if parented:
        parent = bpy.data.objects.new("parent", None)
        bpy.context.scene.collection.objects.link(parent)
        parent.location, parent.scale, mug.parent = (5.0, 1.0, -2.0), (0.5, 0.5, 0.5), parent
    mug.location, mug.rotation_euler, mug.scale = (3.0, -4.0, 1.0), (0.3, -0.2, 2.0), (0.1, 0.1, 0.1)
    bpy.context.view_layer.update()
    camera = make(bpy)
    assert camera["triposr_overlap"] > 0.85
    assert overlap(silhouette(camera), mask_of(bpy, photo)) >= camera["triposr_overlap"] - 0.03


@pytest.mark.usefixtures("worker")
def test_an_uneven_scale_changes_the_shape_and_the_camera_still_tells_the_truth(
    bpy: Any, mug: Any, photo: Path, silhouette: Callable[[Any], Any]
) -> None:
    mug.scale = (1.0, 1.0, 1.6)
    bpy.context.view_layer.update()
    camera = make(bpy)
    seen = overlap(silhouette(camera), mask_of(bpy, photo))
    assert seen == pytest.approx(camera["triposr_overlap"], abs=0.03)


@pytest.mark.usefixtures("worker")
def test_the_render_size_is_the_artists_unless_it_is_to_match(
    bpy: Any, mug: Any, photo: Path, silhouette: Callable[[Any], Any]
) -> None:
    render = bpy.context.scene.render
    render.resolution_x, render.resolution_y = 300, 300
    tall = make(bpy)
    assert (render.resolution_x, render.resolution_y) == (300, 300)
    assert tall.data.background_images[0].frame_method == "FIT"
    # The photo's width is the picture's: its middle rows are the photo.
    rows = silhouette(tall)[50:250]
    wide = mask_of(bpy, photo)
    columns, lines = np.arange(300) * WIDTH // 300, np.arange(200) * HEIGHT // 200
    assert overlap(rows, wide[lines][:, columns]) >= tall["triposr_overlap"] - 0.03
    matched = make(bpy, match_resolution=True)
    assert (render.resolution_x, render.resolution_y) == (WIDTH, HEIGHT)
    assert overlap(silhouette(matched), wide) >= matched["triposr_overlap"] - 0.03
    assert bpy.context.scene.camera == matched or bpy.context.scene.camera == tall


@pytest.mark.usefixtures("worker")
def test_it_is_one_undo_step_and_leaves_no_files(bpy: Any, mug: Any, photo: Path, session: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.photo_camera("EXEC_DEFAULT", True) == {"FINISHED"}
    assert len(bpy.data.cameras) == 1
    bpy.ops.ed.undo()
    assert [item.name for item in bpy.data.objects] == ["mug"]
    assert list(session.storage().jobs.iterdir()) == []


@pytest.mark.usefixtures("worker")
def test_of_an_image_of_the_blend(bpy: Any, mug: Any, photo: Path, silhouette: Callable[[Any], Any]) -> None:
    image = bpy.data.images.load(str(photo))
    image.name = "packed mug"
    image.pack()
    mask = mask_of(bpy, photo)
    photo.unlink()
    mug["triposr_image"], mug["triposr_image_name"] = "", "packed mug"
    camera = make(bpy)
    assert camera.data.background_images[0].image == image
    assert overlap(silhouette(camera), mask) >= camera["triposr_overlap"] - 0.03


@pytest.mark.usefixtures("worker")
def test_without_the_photo_it_says_so(bpy: Any, mug: Any, photo: Path, session: Any) -> None:
    photo.unlink()
    with pytest.raises(RuntimeError, match=r"mug\.png, which mug was made of, is not there"):
        bpy.ops.triposr.photo_camera()
    assert session.failure.code == "PHOTO_GONE"
    assert len(bpy.data.cameras) == 0


def test_only_for_what_we_made(bpy: Any) -> None:
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.triposr.photo_camera.poll()


ON_ITS_SIDE = """
import sys
from PIL import Image
picture = Image.open(sys.argv[1])
tags = Image.Exif()
tags[0x0112] = int(sys.argv[2])
how = {3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 6: "ROTATE_90"}[tags[0x0112]]  # 6: to be turned by a quarter, clockwise
picture.transpose(Image.Transpose[how]).save(sys.argv[1], exif=tags)
"""


@pytest.mark.parametrize("orientation", [3, 4, 6])
@pytest.mark.usefixtures("worker")
def test_a_photo_that_lies_otherwise_stands_upright_behind(
    bpy: Any, mug: Any, photo: Path, worker_python: str, silhouette: Callable[[Any], Any], orientation: int
) -> None:
    upright = mask_of(bpy, photo)
    bpy.data.images.remove(bpy.data.images["mug.png"])
    subprocess.run([worker_python, "-c", ON_ITS_SIDE, photo, str(orientation)], check=True, timeout=60)
    camera = make(bpy)
    image = camera.data.background_images[0].image
    assert tuple(image.size) == (WIDTH, HEIGHT)
    assert image.packed_file is not None
    image.alpha_mode = "STRAIGHT"  # until now its mask is not heard
    shown = np.array(image.pixels[:]).reshape(HEIGHT, WIDTH, 4)[::-1, :, 3] > 0.5
    assert np.array_equal(shown, upright)
    assert overlap(silhouette(camera), upright) >= camera["triposr_overlap"] - 0.03


def test_settings_that_somebody_has_broken_are_the_defaults(room: Callable[[str], Any]) -> None:
    broken = {"foreground_ratio": "much", "background": 7, "mask_threshold": float("nan"), "mood": "good", "mirror": 1}
    settings = room("blender.photo_fit").photo_settings_from(broken)
    assert settings == room("protocol").PhotoSettings(mirror=True)
