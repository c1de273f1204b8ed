# SPDX-License-Identifier: GPL-3.0-or-later
"""About photos: getting ready for one, cutting it out, reconstructing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..settings import PhotoSettings


@dataclass(frozen=True)
class WarmUp:
    """Do now what the first photo would wait for: import packages, load the model, open the background model.

    photo_path: the photo that is likely to come; it tells whether "auto" needs a background model, and a graphics card
    rehearses with it. Empty: not known.
    """

    METHOD: ClassVar[str] = "warm_up"
    job: str
    model_folder: str
    photo_path: str = ""
    background: str = "auto"
    rembg_model: str = ""


@dataclass(frozen=True)
class WarmedUp:
    """Seconds by step: "load model", "cut out" where a background model was opened, all of them after a rehearsal."""

    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CutOut:
    """Photo at `photo_path` -> what `reconstruct` would see: the framed cut-out (RGBA PNG) at `cutout_path`.

    Where not empty: `mask_path` gets the mask (grey PNG, as large as the upright photo), `paint_path` the photo with
    the mask as its alpha (RGBA PNG). The only request that may come before `initialize`: so it says itself where
    background models lie.
    """

    METHOD: ClassVar[str] = "cut_out"
    job: str
    photo_path: str
    cutout_path: str
    mask_path: str = ""
    paint_path: str = ""
    rembg_home: str = ""
    settings: PhotoSettings = field(default_factory=PhotoSettings)


@dataclass(frozen=True)
class Frame:
    """The framed square in the upright photo, in pixels: its upper left corner, which may lie outside, and its side.

    photo_width, photo_height: of the upright photo. A side of 0: there is no frame.
    """

    left: int = 0
    top: int = 0
    side: int = 0
    photo_width: int = 0
    photo_height: int = 0


@dataclass(frozen=True)
class CutOutMade:
    """The files as asked for; `cutout_path` is empty where no subject was found, which a warning then says.

    method: one of BACKGROUND_METHODS but never "auto", or "painted"; model: the background model's name, if one did it.
    turned: the file's pixels lie otherwise than the upright photo's (EXIF), which Blender does not see.
    """

    cutout_path: str
    mask_path: str
    method: str
    model: str = ""
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    frame: Frame = field(default_factory=Frame)
    turned: bool = False


@dataclass(frozen=True)
class Reconstruct:
    """Photo at `photo_path` -> field at `field_path`; the framed cut-out (PNG) too where `cutout_path` is not empty.

    `model_folder` is a checkpoint folder (config.yaml beside model.safetensors or model.ckpt). followers: so many
    further requests for the same model come right behind this one, to be made together with it; the next of them says
    one less.
    """

    METHOD: ClassVar[str] = "reconstruct"
    job: str
    photo_path: str
    model_folder: str
    field_path: str
    cutout_path: str = ""
    settings: PhotoSettings = field(default_factory=PhotoSettings)
    followers: int = 0


@dataclass(frozen=True)
class Reconstructed:
    """The field file, which model made it (folder name and SHA-256 of its weights), seconds by step, warnings.

    device: where the network ran; the processor, with a warning, where the graphics memory was too small. frame: what
    of the photo the network saw. best_batch: so many the worker would like to get together next, if so many wait. The
    seconds of "reconstruct" are this photo's share of those that all took together.
    """

    field_path: str
    model_name: str
    model_sha256: str
    device: str
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    frame: Frame = field(default_factory=Frame)
    best_batch: int = 1
