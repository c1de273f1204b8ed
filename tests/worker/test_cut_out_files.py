# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut-out to look at, from a real worker: before anything else is loaded, exactly what a job would use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.worker.conversation import Conversation
from triposr_addon.protocol import (
    CANCELLED,
    PROTOCOL_VERSION,
    Cancel,
    CutOut,
    CutOutMade,
    ErrorReport,
    Initialize,
    Initialized,
    PhotoSettings,
    Reconstruct,
    Reconstructed,
)
from triposr_addon.wire import encode_notification

pytestmark = pytest.mark.torch

READY = Initialize(PROTOCOL_VERSION, device="cpu")


@pytest.fixture(scope="module")
def worker() -> Iterator[Conversation]:
    """Never initialized: a cut-out needs neither device nor model."""
    with Conversation() as conversation:
        yield conversation


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A red mug with a handle on white, 500 x 400 pixels, lying on its side by EXIF."""
    picture = np.full((400, 500, 3), 250, np.uint8)
    picture[80:320, 120:300] = (190, 40, 30)
    picture[140:260, 300:380] = (190, 40, 30)
    picture[170:230, 300:350] = 250
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    image.save(tmp_path / "mug.png", exif=exif)
    return tmp_path / "mug.png"


def cut_out(photo: Path, settings: PhotoSettings | None = None, job: str = "look") -> CutOut:
    folder = photo.parent
    cutout, mask, paint = (str(folder / name) for name in ("cutout.png", "mask.png", "paint.png"))
    return CutOut(job, str(photo), cutout, mask, paint, settings=settings or PhotoSettings())


def made(worker: Conversation, request: CutOut) -> CutOutMade:
    answer = worker.ask(request)
    assert isinstance(answer, CutOutMade), answer
    return answer


def test_picture_mask_and_what_is_to_be_painted_on(worker: Conversation, photo: Path) -> None:
    answer = made(worker, cut_out(photo, PhotoSettings(foreground_ratio=0.75)))
    assert (answer.method, answer.model, answer.warnings) == ("flat", "", [])
    assert set(answer.seconds) == {"load photo", "cut out", "frame"}
    square, mask = np.asarray(Image.open(answer.cutout_path)), np.asarray(Image.open(answer.mask_path))
    assert square.shape[0] == square.shape[1]
    rows = np.flatnonzero(square[..., 3].max(axis=1) > 127)
    assert (rows[-1] - rows[0] + 1) / square.shape[0] == pytest.approx(0.75, abs=0.02)
    assert mask.shape == (500, 400)
    assert mask.mean() == pytest.approx(255 * (240 * 180 + 120 * 80) / 200_000, rel=0.03)
    paint = np.asarray(Image.open(photo.parent / "paint.png"))
    assert np.array_equal(paint[..., 3], mask)
    assert paint[0, 0, :3].tolist() == [250, 250, 250]


@pytest.mark.parametrize("background", ["flat", "none"])
def test_the_frame_says_where_the_square_lies_in_the_upright_photo(
    worker: Conversation, photo: Path, background: str
) -> None:
    answer = made(worker, cut_out(photo, PhotoSettings(background, foreground_ratio=0.6)))
    frame, square = answer.frame, np.asarray(Image.open(answer.cutout_path))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(photo)))
    assert (frame.photo_width, frame.photo_height) == upright.shape[1::-1] == (400, 500)
    assert square.shape[:2] == (frame.side, frame.side)
    rows, columns = np.nonzero(square[..., 3] == 255)
    assert np.array_equal(square[rows, columns, :3], upright[rows + frame.top, columns + frame.left])


def test_files_that_nobody_asked_for_are_not_written(worker: Conversation, photo: Path) -> None:
    made(worker, CutOut("look", str(photo), str(photo.parent / "only.png")))
    assert {path.name for path in photo.parent.iterdir()} == {"mug.png", "only.png"}


def test_the_mask_can_be_given_back_with_a_hole(worker: Conversation, photo: Path) -> None:
    made(worker, cut_out(photo))
    mask = np.array(Image.open(photo.parent / "mask.png"))
    mask[240:260, 180:220] = 0
    Image.fromarray(mask).save(photo.parent / "painted.png")
    answer = made(worker, cut_out(photo, PhotoSettings(mask_path=str(photo.parent / "painted.png"))))
    assert answer.method == "painted"
    assert np.array_equal(np.asarray(Image.open(answer.mask_path)), mask)


def test_where_there_is_no_subject_there_is_a_warning_and_a_mask_to_paint_on(
    worker: Conversation, tmp_path: Path
) -> None:
    Image.new("RGB", (300, 200), (90, 120, 90)).save(tmp_path / "lawn.png")
    answer = made(worker, cut_out(tmp_path / "lawn.png"))
    assert answer.cutout_path == ""
    assert not (tmp_path / "cutout.png").exists()
    assert [warning[:20] for warning in answer.warnings] == ["No subject was found"]
    assert np.asarray(Image.open(answer.mask_path)).shape == (200, 300)
    assert np.asarray(Image.open(tmp_path / "paint.png"))[0, 0].tolist() == [90, 120, 90, 0]


@pytest.mark.parametrize(
    ("name", "settings", "code"),
    [
        ("gone.png", PhotoSettings(), "PHOTO_MISSING"),
        ("mug.png", PhotoSettings("alpha"), "ALPHA_MISSING"),
        ("mug.png", PhotoSettings("rembg"), "REMBG_MODEL_MISSING"),
        ("mug.png", PhotoSettings("rembg", rembg_model="u2net"), "REMBG_MODEL_MISSING"),
        ("mug.png", PhotoSettings("rembg", rembg_model="magic"), "SETTINGS_INVALID"),
        ("mug.png", PhotoSettings("magic"), "SETTINGS_INVALID"),
        ("mug.png", PhotoSettings(foreground_ratio=2.0), "SETTINGS_INVALID"),
        ("mug.png", PhotoSettings(mask_threshold=-1.0), "SETTINGS_INVALID"),
        ("mug.png", PhotoSettings(mask_path="gone.png"), "MASK_UNREADABLE"),
    ],
)
def test_bad_input_is_named_and_survived(
    worker: Conversation, photo: Path, name: str, settings: PhotoSettings, code: str
) -> None:
    answer = worker.ask(cut_out(photo.with_name(name), settings))
    assert isinstance(answer, ErrorReport)
    assert answer.code == code
    assert not (photo.parent / "cutout.png").exists()
    made(worker, cut_out(photo))


def test_one_that_is_no_longer_wanted_is_left_out(photo: Path) -> None:
    """It waits behind `initialize`, which takes seconds: time for the cancel."""
    with Conversation() as fresh:
        ready, request = fresh.send(READY), cut_out(photo)
        unwanted = fresh.send(request)
        fresh.write(encode_notification(Cancel("look")))
        assert isinstance(fresh.answer(ready, READY), Initialized)
        answer = fresh.answer(unwanted, request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == CANCELLED
    assert not (photo.parent / "cutout.png").exists()


@pytest.mark.parity
def test_the_jobs_own_cut_out_is_the_same(photo: Path, tiny_checkpoint: Path) -> None:
    settings = PhotoSettings("flat", 0.8, fill_holes=True)
    folder = photo.parent
    with Conversation() as fresh:
        shown = made(fresh, cut_out(photo, settings))
        assert isinstance(fresh.ask(READY), Initialized)
        paths = (str(photo), str(tiny_checkpoint), str(folder / "x.triplane.safetensors"), str(folder / "used.png"))
        answer = fresh.ask(Reconstruct("job", *paths, settings))
    assert isinstance(answer, Reconstructed)
    assert np.array_equal(np.asarray(Image.open(shown.cutout_path)), np.asarray(Image.open(folder / "used.png")))
    assert answer.warnings == shown.warnings
