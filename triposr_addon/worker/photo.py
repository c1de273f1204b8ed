# SPDX-License-Identifier: GPL-3.0-or-later
"""Load photo: a file of any common kind becomes RGBA uint8 [H, W, 4], upright."""

from __future__ import annotations

import warnings
from pathlib import Path

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

RgbaPicture = npt.NDArray[np.uint8]
"""[H, W, 4], red, green, blue (sRGB-encoded), straight alpha."""

LARGEST_MEGAPIXELS = 64
SMALLEST_SIDE = 16

FORMATS = (
    "PNG", "JPEG", "MPO", "WEBP", "AVIF", "TIFF", "BMP", "DIB", "GIF", "TGA", "PPM", "JPEG2000", "ICO", "ICNS", "PSD",
    "QOI", "SGI", "PCX", "DDS",
)  # fmt: skip
"""What Pillow may open. Kinds that start a program of their own (EPS) or hold drawings are left out."""

SIXTEEN_TO_EIGHT_BITS = 257.0
UPRIGHT = 1
"""In EXIF: the first row is the top, the first column the left."""


def load_photo(path: Path) -> RgbaPicture:
    """Read the photo at `path`: EXIF orientation applied, first frame of an animation.

    Raises:
        PhotoMissing, PhotoIsFolder, PhotoEmpty, PhotoUnreadable: before anything is decoded.
        PhotoTooLarge: more than LARGEST_MEGAPIXELS, refused by the size in its header.
        PhotoTooSmall: a side shorter than SMALLEST_SIDE pixels.
        PhotoTruncated: the file breaks off or is damaged inside.
    """
    _check_file(path)
    with _opened(path) as image:
        _check_size(path, *image.size)
        try:
            return _rgba(ImageOps.exif_transpose(image))
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
    with _opened(path) as image:
        return bool(image.getexif().get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise PhotoIsFolder(f"{path.name or path} is a folder. Choose an image file in it.")
    if not path.exists():
        raise PhotoMissing(f"{path} does not exist. Choose the photo again.")
    if not path.is_file():
        raise PhotoUnreadable(f"{path.name} is not an ordinary file. Choose an image file.")
    if path.stat().st_size == 0:
        raise PhotoEmpty(f"{path.name} is empty (0 bytes). Save or download it again, or choose another photo.")


def _opened(path: Path) -> Image.Image:
    Image.init()
    try:
        with warnings.catch_warnings():
            # Pillow's own limit lies above ours: reaching it says the same.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(path, formats=[kind for kind in FORMATS if kind in Image.OPEN])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path, "far") from error
    except MemoryError:
        raise
    except PermissionError as error:
        raise PhotoUnreadable(f"{path.name} may not be read. Check its access rights.", repr(error)) from error
    except UnidentifiedImageError as error:
        raise PhotoUnreadable(_not_an_image(path), repr(error)) from error
    except Exception as error:  # plug-ins raise whatever a damaged header led them to
        raise PhotoUnreadable(_not_an_image(path), repr(error)) from error


def _not_an_image(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp" and head[8:10] in {b"he", b"mi", b"ms"}:
        return f"{path.name} is a HEIC photo, which can't be read here. Save it as JPEG or PNG."
    return f"{path.name} is not an image that can be read. Choose a PNG, JPEG, WebP or TIFF file."


def _check_size(path: Path, width: int, height: int) -> None:
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
        image = Image.fromarray(np.rint(np.asarray(image) / SIXTEEN_TO_EIGHT_BITS).astype(np.uint8))
    elif image.mode in {"I", "F"}:
        image = Image.fromarray(_eight_bits(np.asarray(image, dtype=np.float64)))
    elif image.mode == "LAB":
        image = _lab_to_rgb(image)
    elif image.mode == "La":
        image = image.convert("LA")
    elif image.mode in {"CMYK", "HSV", "YCbCr"}:
        image = image.convert("RGB")
    return np.array(image.convert("RGBA"))


def _eight_bits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Grey values whose scale the file does not tell: taken for 0..1, 0..255 or 0..65535, whichever holds them."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(min=0.0)
    highest = float(values.max())
    if highest <= 1.0:
        values = values * 255.0
    elif highest > 65535.0:
        values = values * (255.0 / highest)
    elif highest > 255.0:
        values = values / SIXTEEN_TO_EIGHT_BITS
    return np.rint(values).astype(np.uint8)


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("the LAB picture was not converted")
    return converted
