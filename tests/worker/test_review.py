# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh that was drawn from a known camera is found again; what is missing and what is too much is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402 - after the check that torch is there

from tests.worker.built_meshes import ball, box, chair, joined  # noqa: E402
from triposr_addon.protocol import PhotoCamera, Review, Reviewed  # noqa: E402
from triposr_addon.worker.failures import WorkerFailure  # noqa: E402
from triposr_addon.worker.mesh_file import Mesh, save_mesh  # noqa: E402
from triposr_addon.worker.review import make_review  # noqa: E402
from triposr_addon.worker.review_drawing import draw  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402

pytestmark = pytest.mark.torch

LOOKS = (
    PhotoCamera(1.9),
    PhotoCamera(1.7, 15.0, 20.0, 40.0, 0.02, -0.03),
    PhotoCamera(2.1, 30.0, -35.0),
)


def steps() -> Steps:
    return Steps(lambda *_told: None, lambda: False)


def reviewed(folder: Path, mesh: Mesh, photographed: Mesh, camera: PhotoCamera) -> Reviewed:
    """`mesh` beside a photo of another one."""
    save_mesh(mesh, folder / "mesh.npz")
    Image.fromarray(draw(photographed, camera, 512)).save(folder / "cutout.png")
    paths = (str(folder / name) for name in ("mesh.npz", "cutout.png", "drawing.png", "thumbnail.png"))
    return make_review(Review("r", *paths), steps())


@pytest.mark.parametrize("camera", LOOKS)
def test_the_camera_of_a_photo_is_found_again(tmp_path: Path, camera: PhotoCamera) -> None:
    """Within 1.5 degrees, 2 % of the distance, 1 % of the picture; silhouettes overlap in 97 %."""
    found = reviewed(tmp_path, chair(), chair(), camera)
    assert found.overlap > 0.97
    assert found.overlap >= found.overlap_front
    assert found.camera.elevation == pytest.approx(camera.elevation, abs=1.5)
    assert found.camera.azimuth == pytest.approx(camera.azimuth, abs=1.5)
    assert found.camera.distance == pytest.approx(camera.distance, rel=0.02)
    assert (found.camera.shift_x, found.camera.shift_y) == pytest.approx((camera.shift_x, camera.shift_y), abs=0.01)


def test_a_ball_is_seen_from_straight_ahead(tmp_path: Path) -> None:
    """From everywhere it looks the same, so there is no reason to turn."""
    found = reviewed(tmp_path, ball(0.5), ball(0.5), PhotoCamera(1.9, 20.0, 30.0))
    assert found.overlap_front > 0.97
    assert abs(found.camera.elevation) < 3.0
    assert abs(found.camera.azimuth) < 3.0


def test_the_overlap_from_the_front_is_lower_where_the_photo_is_from_the_side(tmp_path: Path) -> None:
    found = reviewed(tmp_path, chair(), chair(), LOOKS[2])
    assert found.overlap_front < 0.7 < 0.97 < found.overlap


def test_the_same_review_comes_out_twice(tmp_path: Path) -> None:
    first, second = (reviewed(tmp_path, chair(), chair(), LOOKS[1]) for _ in range(2))
    assert first.camera == second.camera
    assert first.overlap == second.overlap


def test_parts_and_size_are_counted(tmp_path: Path) -> None:
    two = joined(box((0, 0, 0), (0.4, 0.5, 0.6)), ball(0.1))
    found = reviewed(tmp_path, two, two, PhotoCamera(1.9))
    assert found.parts == 2
    assert found.triangles == len(two.triangles)
    assert found.largest_part == pytest.approx((len(two.triangles) - 12) / len(two.triangles))
    assert found.size == pytest.approx([0.4, 0.5, 0.6])
    assert reviewed(tmp_path, box((0, 0, 0), (0.4, 0.5, 0.6)), two, PhotoCamera(1.9)).closed


def test_a_side_that_is_open_is_told(tmp_path: Path) -> None:
    whole = box((0, 0, 0), (0.6, 0.6, 0.6))
    assert not reviewed(tmp_path, Mesh(whole.vertices, whole.triangles[:-1], whole.colours), whole, LOOKS[0]).closed


def test_lost_legs_are_missed_and_thin(tmp_path: Path) -> None:
    """Two of a table's four legs; they are 7 of 256 pixels wide here, and what is narrower than 9 is thin."""
    top = box((0, 0, 0.2), (0.9, 0.5, 0.2))
    legs = [box((x, 0, -0.2), (0.04, 0.04, 0.6)) for x in (-0.4, -0.13, 0.13, 0.4)]
    found = reviewed(tmp_path, joined(top, legs[0], legs[3]), joined(top, *legs), PhotoCamera(1.9))
    assert 0.05 < found.missed < 0.2
    assert found.missed_thin > 0.8 * found.missed
    assert reviewed(tmp_path, joined(top, *legs), joined(top, *legs), PhotoCamera(1.9)).missed < 0.05


def test_what_is_too_much_lies_beyond(tmp_path: Path) -> None:
    body, more = box((0, 0, 0), (0.4, 0.4, 0.8)), box((0, 0, 0), (0.8, 0.3, 0.2))
    assert reviewed(tmp_path, joined(body, more), body, PhotoCamera(1.9)).beyond > 0.1


@pytest.mark.parametrize("name", ["drawing.png", "thumbnail.png"])
def test_the_drawing_and_the_thumbnail_show_their_thing_on_nothing(tmp_path: Path, name: str) -> None:
    reviewed(tmp_path, ball(0.4), ball(0.4), PhotoCamera(1.9))
    with Image.open(tmp_path / name) as image:
        assert (image.mode, image.size) == ("RGBA", (256, 256))
        alpha = np.asarray(image)[..., 3]
    assert alpha[128, 128] == 255
    assert alpha[2, 2] == 0


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [("mesh.npz", "MESH_FILE_UNREADABLE"), ("cutout.png", "CUT_OUT_UNREADABLE")],
)
def test_a_broken_file_is_named(tmp_path: Path, spoilt: str, code: str) -> None:
    found = reviewed(tmp_path, ball(0.4), ball(0.4), PhotoCamera(1.9))
    (tmp_path / spoilt).write_bytes(b"nothing of the kind")
    with pytest.raises(WorkerFailure) as caught:
        make_review(Review("r", str(tmp_path / "mesh.npz"), str(tmp_path / "cutout.png"), ""), steps())
    assert caught.value.code == code
    assert found.picture_path


def test_a_mesh_that_is_gone_and_a_cut_out_of_nothing(tmp_path: Path) -> None:
    reviewed(tmp_path, ball(0.4), ball(0.4), PhotoCamera(1.9))
    with pytest.raises(WorkerFailure, match="gone"):
        make_review(Review("r", str(tmp_path / "none.npz"), str(tmp_path / "cutout.png"), ""), steps())
    Image.new("RGBA", (64, 64)).save(tmp_path / "cutout.png")
    with pytest.raises(WorkerFailure, match="nothing"):
        make_review(Review("r", str(tmp_path / "mesh.npz"), str(tmp_path / "cutout.png"), ""), steps())
