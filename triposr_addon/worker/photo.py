# SPDX-License-Identifier: GPL-3.0-or-later
"""Load photo: a file of any common kind becomes RGBA uint8 [H, W, 4], upright."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from triposr_addon.worker.failures import (
    PhotoEmpty,
    PhotoIsFolder,
    PhotoMissing,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoTruncated,
    PhotoUnreadable,
)
from triposr_addon.worker.photo_limits import check_parts, check_passes

RgbaPicture = npt.NDArray[np.uint8]
"""[H, W, 4], red, green, blue (sRGB-encoded), straight alpha."""

LARGEST_MEGAPIXELS = 64
SMALLEST_SIDE = 16

FORMATS = (
    "PNG", "JPEG", "MPO", "WEBP", "AVIF", "TIFF", "BMP", "DIB", "GIF", "TGA", "PPM", "JPEG2000", "ICO", "ICNS", "PSD",
    "QOI", "SGI", "PCX", "DDS",
)  # fmt: skip
"""What Pillow may open. Kinds that start a program of their own (EPS) or hold drawings are left out."""

# Also for pictures within files, such as those of an icon, which tell their size when they are decoded.
Image.MAX_IMAGE_PIXELS = LARGEST_MEGAPIXELS * 1_000_000

SIXTEEN_TO_EIGHT_BITS = 257
ROWS_AT_ONCE = 256
"""Of a picture with deep channels, whose numbers take eight bytes each while they are worked on."""
UPRIGHT = 1
"""In EXIF: the first row is the top, the first column the left."""


def load_photo(path: Path) -> RgbaPicture:
    """Read the photo at `path`: EXIF orientation applied, first frame of an animation.

    Raises:
        PhotoMissing, PhotoIsFolder, PhotoEmpty, PhotoUnreadable: before anything is decoded.
        PhotoTooLarge: more than LARGEST_MEGAPIXELS, refused by the size in its header; or packed so that it would
            take minutes to decode (photo_limits).
        PhotoTooSmall: a side shorter than SMALLEST_SIDE pixels.
        PhotoTruncated: the file breaks off or is damaged inside.
    """
    _check_file(path)
    with opened(path) as image:
        check_size(path, *image.size)
        if image.format in {"JPEG", "MPO"} and image.info.get("progressive"):
            check_passes(path, image.width * image.height)
        try:
            with _minding_size():
                return _rgba(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large(path, "far") from error
        except MemoryError:
            raise
        except Exception as error:  # decoders raise whatever the damage led them to
            raise PhotoTruncated(
                f"{path.name} is damaged or cut short. Save or download it again, or choose another photo.",
                repr(error),
            ) from error


def is_turned(path: Path) -> bool:
    """Whether EXIF says that the file's pixels lie otherwise than the photo's: turned or mirrored.

    The photo must be one that load_photo reads.
    """
    with opened(path) as image:
        return bool(image.getexif().get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT)


def _check_file(path: Path) -> None:
    try:
        _check_kind(path)
    except (OSError, ValueError) as error:  # a name that is too long, or that no file can have
        sentence = f"{path.name[:80]} can't be looked at. Check the path and its access rights."
        raise PhotoUnreadable(sentence, repr(error)) from error


def _check_kind(path: Path) -> None:
    """Raises PhotoFailure, OSError."""
    if path.is_dir():
        raise PhotoIsFolder(f"{path.name or path} is a folder. Choose an image file in it.")
    if not path.exists():
        raise PhotoMissing(f"{path} does not exist. Choose the photo again.")
    if not path.is_file():
        raise PhotoUnreadable(f"{path.name} is not an ordinary file. Choose an image file.")
    if path.stat().st_size == 0:
        raise PhotoEmpty(f"{path.name} is empty (0 bytes). Save or download it again, or choose another photo.")


def opened(path: Path) -> Image.Image:
    """The picture in the file, of which nothing is decoded yet. Raises PhotoUnreadable, PhotoTooLarge."""
    Image.init()
    try:
        check_parts(path)
        with _minding_size():
            return Image.open(path, formats=[kind for kind in FORMATS if kind in Image.OPEN])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path, "far") from error
    except (MemoryError, PhotoTooLarge):
        raise
    except PermissionError as error:
        raise PhotoUnreadable(f"{path.name} may not be read. Check its access rights.", repr(error)) from error
    except UnidentifiedImageError as error:
        raise PhotoUnreadable(_not_an_image(path), repr(error)) from error
    except Exception as error:  # plug-ins raise whatever a damaged header led them to
        raise PhotoUnreadable(_not_an_image(path), repr(error)) from error


def _minding_size() -> warnings.catch_warnings[None]:
    """While this lasts, Pillow's warning of too many pixels is an error."""
    return warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning)


def _not_an_image(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp" and head[8:10] in {b"he", b"mi", b"ms"}:
        return f"{path.name} is a HEIC photo, which can't be read here. Save it as JPEG or PNG."
    return f"{path.name} is not an image that can be read. Choose a PNG, JPEG, WebP or TIFF file."


def check_size(path: Path, width: int, height: int) -> None:
    """Raise PhotoTooLarge or PhotoTooSmall."""
    if width * height > LARGEST_MEGAPIXELS * 1_000_000:
        raise _too_large(path, f"{width} x {height} pixels, which is")
    if min(width, height) < SMALLEST_SIDE:
        raise PhotoTooSmall(
            f"{path.name} has only {width} x {height} pixels. Choose a photo of at least "
            f"{SMALLEST_SIDE} x {SMALLEST_SIDE} pixels, better 512 x 512."
        )


def _too_large(path: Path, how_far: str) -> PhotoTooLarge:
    return PhotoTooLarge(
        f"{path.name} has {how_far} more than the limit of {LARGEST_MEGAPIXELS} megapixels. Scale it down first: "
        "a side of 2,000 pixels is plenty."
    )


def _rgba(image: Image.Image) -> RgbaPicture:
    image.load()
    if image.mode.startswith("I;16"):
        image = Image.fromarray(_by_rows(np.asarray(image), sixteen_to_eight_bits))
    elif image.mode in {"I", "F"}:
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    elif image.mode == "LAB":
        image = _lab_to_rgb(image)
    elif image.mode == "La":
        image = image.convert("LA")
    elif image.mode in {"CMYK", "HSV", "YCbCr"}:
        image = image.convert("RGB")
    return np.array(image.convert("RGBA"))


def sixteen_to_eight_bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """0..65535 to the nearest of 0..255. Nothing lies half way, for 257 is odd."""
    return ((values.astype(np.uint32) + SIXTEEN_TO_EIGHT_BITS // 2) // SIXTEEN_TO_EIGHT_BITS).astype(np.uint8)


def _by_rows(values: npt.NDArray[Any], work: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> npt.NDArray[np.uint8]:
    """`work` on a few rows at a time: 64 megapixels in double precision would take two gigabytes."""
    done = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), ROWS_AT_ONCE):
        done[row : row + ROWS_AT_ONCE] = work(values[row : row + ROWS_AT_ONCE])
    return done


def _eight_bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Grey values whose scale the file does not tell: taken for 0..1, 0..255 or 0..65535, whichever holds them."""
    highest = max(
        float(_numbers(values[row : row + ROWS_AT_ONCE]).max()) for row in range(0, len(values), ROWS_AT_ONCE)
    )
    share = 1.0
    if highest <= 1.0:
        share = 255.0
    elif highest > 65535.0:
        share = 255.0 / highest
    elif highest > 255.0:
        share = 1.0 / SIXTEEN_TO_EIGHT_BITS
    return _by_rows(values, lambda rows: np.rint(_numbers(rows) * share))


def _numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """In double precision, without what is no number or negative."""
    return np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(min=0.0)


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("the LAB picture was not converted")
    return converted
