# SPDX-License-Identifier: GPL-3.0-or-later
"""The bad input that an artist may hand in, each with the code by which it is named."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw


@dataclass(frozen=True)
class BadInput:
    """`make` gets an empty folder and a good checkpoint, and returns the photo and the checkpoint to use."""

    name: str
    code: str
    make: Callable[[Path, Path], tuple[Path, Path]]


def good_photo(folder: Path, name: str = "good.png") -> Path:
    """A red disc on white."""
    image = Image.new("RGB", (200, 160), "white")
    ImageDraw.Draw(image).ellipse((60, 30, 150, 130), fill=(200, 40, 30))
    image.save(folder / name)
    return folder / name


def _photo(name: str, code: str, write: Callable[[Path], object]) -> BadInput:
    def make(folder: Path, checkpoint: Path) -> tuple[Path, Path]:
        path = folder / f"{name.replace(' ', '_')}.png"
        write(path)
        return path, checkpoint

    return BadInput(name, code, make)


def copied(checkpoint: Path, folder: Path) -> Path:
    """The checkpoint without the half precision copy that other tests may have left in it."""
    return Path(shutil.copytree(checkpoint, folder, ignore=shutil.ignore_patterns("model.half*")))


def _checkpoint(name: str, code: str, spoil: Callable[[Path], object]) -> BadInput:
    def make(folder: Path, checkpoint: Path) -> tuple[Path, Path]:
        spoilt = copied(checkpoint, folder / "model")
        spoil(spoilt)
        return good_photo(folder), spoilt

    return BadInput(name, code, make)


def _truncated(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:5000])


def _huge(path: Path) -> None:
    """The header of a PNG of that size, and no pixels: it must be refused before they are missed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


def _with_tensors(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        weights = torch.load(folder / "model.ckpt", weights_only=True)
        change(weights)
        torch.save(weights, folder / "model.ckpt")

    return spoil


def _with_unknown_class(folder: Path) -> None:
    config = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(config.replace("NeRFMLP", "NeuralOracle"))


BAD_INPUT = (
    _photo("not an image", "PHOTO_UNREADABLE", lambda path: path.write_text("no picture" * 100)),
    _photo("zero bytes", "PHOTO_EMPTY", lambda path: path.write_bytes(b"")),
    _photo("truncated", "PHOTO_TRUNCATED", _truncated),
    _photo("not there", "PHOTO_MISSING", lambda path: None),
    _photo("no subject", "SUBJECT_MISSING", lambda path: Image.new("RGB", (200, 200), "white").save(path)),
    _photo("fully transparent", "PHOTO_TRANSPARENT", lambda path: Image.new("RGBA", (200, 200)).save(path)),
    _photo("one pixel", "PHOTO_TOO_SMALL", lambda path: Image.new("RGB", (1, 1)).save(path)),
    _photo("20000 x 20000", "PHOTO_TOO_LARGE", _huge),
    _checkpoint("no checkpoint folder", "MODEL_FILE_MISSING", shutil.rmtree),
    _checkpoint("no weights", "MODEL_FILE_MISSING", lambda folder: (folder / "model.ckpt").unlink()),
    _checkpoint("no config", "MODEL_FILE_MISSING", lambda folder: (folder / "config.yaml").unlink()),
    _checkpoint("tensor missing", "MODEL_TENSOR_MISSING", _with_tensors(lambda w: w.pop("tokenizer.embeddings"))),
    _checkpoint("tensor extra", "MODEL_TENSOR_EXTRA", _with_tensors(lambda w: w.update(more=torch.ones(2)))),
    _checkpoint(
        "tensor misshapen",
        "MODEL_TENSOR_MISSHAPEN",
        _with_tensors(lambda w: w.update({"tokenizer.embeddings": torch.ones(3, 64, 8, 9)})),
    ),
    _checkpoint("unknown class", "MODEL_CLASS_UNKNOWN", _with_unknown_class),
)

FOLDER_FOR_PHOTO = _photo("a folder", "PHOTO_IS_FOLDER", lambda path: path.mkdir())
"""Bad for the worker; the command line takes a folder for the photos in it."""
