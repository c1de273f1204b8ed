# SPDX-License-Identifier: GPL-3.0-or-later
"""From the scene's settings to what the worker needs to cut a photo out, the painted mask included."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ..host.storage import Storage
from ..protocol import PhotoSettings
from . import background_choices
from .decimals import decimal
from .mask_image import mask_for_or_none, mask_values
from .png import png_file
from .stored_failures import SettingsBroken

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings


def photo_settings_of(settings: TRIPOSR_PG_settings, photo: Path, storage: Storage) -> PhotoSettings:
    """How `photo` is cut out and framed. A painted mask is kept in a file as it is now: a job that waits has its own.

    Raises SettingsBroken, MaskWithoutPixels or StorageUnwritable.
    """
    check_numbers(settings, "foreground_ratio", "mask_threshold")
    plain, mask = settings_without_mask(settings), mask_for_or_none(settings, photo)
    if mask is None:
        return plain
    return dataclasses.replace(plain, mask_path=str(storage.keep_mask(png_file(mask_values(mask)))))


def check_numbers(settings: TRIPOSR_PG_settings, *names: str) -> None:
    """Blender keeps NaN and infinity whatever a setting's limits are. Raises SettingsBroken."""
    if broken := [name for name in names if not math.isfinite(getattr(settings, name))]:
        raise SettingsBroken(broken)


def settings_without_mask(settings: TRIPOSR_PG_settings) -> PhotoSettings:
    """The same, but for the mask: costs nothing."""
    return PhotoSettings(
        background=settings.background,
        foreground_ratio=decimal(settings.foreground_ratio),
        rembg_model=background_choices.model_name(settings) if settings.background == "rembg" else "",
        mask_threshold=decimal(settings.mask_threshold),
        fill_holes=settings.fill_holes,
        largest_part=settings.largest_part,
        mirror=settings.mirror,
    )


def is_of_now(seen: PhotoSettings, settings: TRIPOSR_PG_settings, photo: Path) -> bool:
    """Whether `seen` are the settings of now, as far as that can be told without reading the mask."""
    has_mask = mask_for_or_none(settings, photo) is not None
    # A cut-out looks the same for a mirrored try.
    unmasked = dataclasses.replace(seen, mask_path="", mirror=settings.mirror)
    return unmasked == settings_without_mask(settings) and has_mask == bool(seen.mask_path)
