# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading a photo: every common kind of file gives the same picture; what can't be used is named."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from PIL import Image

from triposr_addon.worker import failures
from triposr_addon.worker.photo import LARGEST_MEGAPIXELS, is_turned, load_photo

pytestmark = pytest.mark.torch

WIDTH, HEIGHT = 48, 32
ORIENTATION_TAG = 0x0112


def scene() -> Image.Image:
    """Red upper left, green upper right, blue lower left, white lower right."""
    picture = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    picture[: HEIGHT // 2, : WIDTH // 2] = (255, 0, 0)
    picture[: HEIGHT // 2, WIDTH // 2 :] = (0, 255, 0)
    picture[HEIGHT // 2 :, : WIDTH // 2] = (0, 0, 255)
    return Image.fromarray(picture)


def slope(high: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Grey from 0 at the left to `high` at the right."""
    return np.tile(np.linspace(0.0, high, WIDTH), (HEIGHT, 1))


def with_alpha(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


COLOUR_FILES: list[tuple[str, Callable[[Path], object], int]] = [
    ("rgb.png", lambda path: scene().save(path), 0),
    ("rgb.bmp", lambda path: scene().save(path), 0),
    ("rgb.tif", lambda path: scene().save(path, compression="tiff_lzw"), 0),
    ("rgb.tga", lambda path: scene().save(path), 0),
    ("rgb.ppm", lambda path: scene().save(path), 0),
    ("rgb.webp", lambda path: scene().save(path, lossless=True), 0),
    ("rgb.jpg", lambda path: scene().save(path, quality=95, subsampling=0), 12),
    ("progressive.jpg", lambda path: scene().save(path, quality=95, subsampling=0, progressive=True), 12),
    ("cmyk.jpg", lambda path: scene().convert("CMYK").save(path, quality=95), 12),
    ("cmyk.tif", lambda path: scene().convert("CMYK").save(path), 0),
    ("ycbcr.tif", lambda path: scene().convert("YCbCr").save(path), 3),
    ("palette.png", lambda path: scene().quantize(8).save(path), 0),
    ("palette.gif", lambda path: scene().quantize(8).save(path), 0),
    (
        "frames.gif",
        lambda path: scene().save(path, save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT))]),
        0,
    ),
    (
        "frames.png",
        lambda path: scene().save(path, save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT))]),
        0,
    ),
    ("frames.webp", lambda path: save_frames_webp(path), 0),
]


def save_frames_webp(path: Path) -> None:
    scene().save(path, save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT))], lossless=True)


@pytest.mark.parametrize(("name", "save", "tolerance"), COLOUR_FILES, ids=[entry[0] for entry in COLOUR_FILES])
def test_colour_files_give_the_same_picture(
    name: str, save: Callable[[Path], object], tolerance: int, tmp_path: Path
) -> None:
    save(tmp_path / name)
    photo = load_photo(tmp_path / name)
    assert photo.shape == (HEIGHT, WIDTH, 4)
    assert photo.dtype == np.uint8
    assert photo[..., 3].min() == 255
    middle = np.s_[4:12, 4:20]  # away from the borders, where JPEG mixes
    expected = np.asarray(scene(), np.int16)
    assert np.abs(photo[..., :3].astype(np.int16) - expected)[middle].max() <= tolerance


GREY_FILES: list[tuple[str, Callable[[Path], object], float]] = [
    ("grey.png", lambda path: Image.fromarray(slope(255).astype(np.uint8)).save(path), 1.0),
    ("grey16.png", lambda path: Image.fromarray(slope(65535).astype(np.uint16)).save(path), 1.0),
    ("grey16.tif", lambda path: Image.fromarray(slope(65535).astype(np.uint16)).save(path), 1.0),
    ("dark16.png", lambda path: Image.fromarray(slope(6553).astype(np.uint16)).save(path), 0.1),
    ("whole32.tif", lambda path: Image.fromarray(slope(65535).astype(np.int32)).save(path), 1.0),
    ("float.tif", lambda path: Image.fromarray(slope(1.0).astype(np.float32)).save(path), 1.0),
    ("float255.tif", lambda path: Image.fromarray(slope(255.0).astype(np.float32)).save(path), 1.0),
    ("hdr.tif", lambda path: Image.fromarray(slope(1e7).astype(np.float32)).save(path), 1.0),
]


@pytest.mark.parametrize(("name", "save", "high"), GREY_FILES, ids=[entry[0] for entry in GREY_FILES])
def test_grey_files_keep_their_scale(name: str, save: Callable[[Path], object], high: float, tmp_path: Path) -> None:
    save(tmp_path / name)
    photo = load_photo(tmp_path / name)
    assert np.abs(photo[..., 0] - slope(255.0 * high)).max() <= 1.0
    assert np.array_equal(photo[..., 0], photo[..., 2])


def test_float_picture_with_values_that_are_not_numbers(tmp_path: Path) -> None:
    values = slope(1.0).astype(np.float32)
    values[0, 0], values[0, 1] = np.nan, np.inf
    Image.fromarray(values).save(tmp_path / "holes.tif")
    assert load_photo(tmp_path / "holes.tif")[0, :2, 0].tolist() == [0, 0]


def test_black_and_white_picture(tmp_path: Path) -> None:
    scene().convert("1", dither=Image.Dither.NONE).save(tmp_path / "bits.png")
    assert set(np.unique(load_photo(tmp_path / "bits.png")).tolist()) == {0, 255}


def test_lab_picture_keeps_its_colours(tmp_path: Path) -> None:
    lab = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    lab[...] = (136, 81, 70)  # CIE L*a*b* (53.3, 81, 70): nearly pure red
    Image.frombytes("LAB", (WIDTH, HEIGHT), lab.tobytes()).save(tmp_path / "lab.tif")
    red, green, blue, _ = load_photo(tmp_path / "lab.tif")[0, 0].tolist()
    assert red > 230
    assert green < 40
    assert blue < 40


@pytest.mark.parametrize("name", ["rgba.png", "rgba.tif", "rgba.webp", "rgba.tga", "la.png"])
def test_alpha_is_kept(name: str, tmp_path: Path) -> None:
    picture = with_alpha(scene())
    picture = picture.convert("LA") if name.startswith("la") else picture
    picture.save(tmp_path / name, lossless=True)  # only WebP looks at it
    expected = np.asarray(picture.getchannel("A"))
    assert np.array_equal(load_photo(tmp_path / name)[..., 3], expected)


def test_transparent_colour_of_a_palette_becomes_alpha(tmp_path: Path) -> None:
    picture = scene().quantize(8)
    picture.save(tmp_path / "keyed.png", transparency=picture.getpixel((0, 0)))
    photo = load_photo(tmp_path / "keyed.png")
    assert photo[0, 0, 3] == 0
    assert photo[-1, -1, 3] == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, tmp_path: Path) -> None:
    """A camera that was held otherwise stores the picture turned, and says so."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = scene().transpose(undo[orientation]) if orientation > 1 else scene()
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    stored.save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(load_photo(tmp_path / "turned.png")[..., :3], np.asarray(scene()))
    assert is_turned(tmp_path / "turned.png") == (orientation > 1)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header says that size and which holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def write(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def noise_png(path: Path) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, format="PNG")
    return path.read_bytes()


def save_truncated(path: Path) -> None:
    path.write_bytes(noise_png(path)[:4000])


def save_with_broken_pixels(path: Path) -> None:
    data = bytearray(noise_png(path))
    data[2000:2040] = bytes(40)
    path.write_bytes(bytes(data))


BAD_FILES: list[tuple[str, Callable[[Path], object], type[failures.PhotoFailure]]] = [
    ("missing.png", lambda path: None, failures.PhotoMissing),
    ("folder.png", lambda path: path.mkdir(), failures.PhotoIsFolder),
    ("zero.png", write(b""), failures.PhotoEmpty),
    ("text.png", write(b"this is not a picture\n" * 40), failures.PhotoUnreadable),
    ("script.eps", write(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n"), failures.PhotoUnreadable),
    ("iphone.heic", write(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)), failures.PhotoUnreadable),
    ("head.png", write(png_of_size(64, 64)[:20]), failures.PhotoUnreadable),
    ("truncated.png", save_truncated, failures.PhotoTruncated),
    ("broken.png", save_with_broken_pixels, failures.PhotoTruncated),
    ("no_pixels.png", write(png_of_size(64, 64)), failures.PhotoTruncated),
    ("huge.png", write(png_of_size(20_000, 20_000)), failures.PhotoTooLarge),
    ("large.png", write(png_of_size(9_000, 9_000)), failures.PhotoTooLarge),
    ("giant.png", write(png_of_size(2**31 - 1, 2**31 - 1)), failures.PhotoTooLarge),
    ("dot.png", lambda path: Image.new("RGB", (1, 1)).save(path), failures.PhotoTooSmall),
    ("line.png", lambda path: Image.new("RGB", (500, 2)).save(path), failures.PhotoTooSmall),
]


@pytest.mark.parametrize(("name", "make", "failure"), BAD_FILES, ids=[entry[0] for entry in BAD_FILES])
def test_bad_files_are_named(
    name: str, make: Callable[[Path], object], failure: type[failures.PhotoFailure], tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(failure) as caught:
        load_photo(tmp_path / name)
    assert type(caught.value) is failure
    assert name in caught.value.sentence


def test_too_large_names_the_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_of_size(20_000, 20_000))
    with pytest.raises(failures.PhotoTooLarge, match=f"{LARGEST_MEGAPIXELS} megapixels"):
        load_photo(tmp_path / "huge.png")


def test_heic_is_told_how_to_help_itself(tmp_path: Path) -> None:
    (tmp_path / "iphone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    with pytest.raises(failures.PhotoUnreadable, match="JPEG"):
        load_photo(tmp_path / "iphone.heic")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(failures.PhotoUnreadable):
        load_photo(tmp_path / "pipe.png")


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "a\0b.png"])
def test_a_name_that_no_file_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises((failures.PhotoUnreadable, failures.PhotoMissing)):
        load_photo(tmp_path / name)


def test_file_names_of_any_script(tmp_path: Path) -> None:
    path = tmp_path / "Пингвин 企鹅 🐧.png"
    scene().save(path)
    assert load_photo(path).shape == (HEIGHT, WIDTH, 4)
