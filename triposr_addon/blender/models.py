# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that the panel offers: the built-in preview, those in the models folder, and any other folder."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.models import ModelFolder, built_in_model, models_in
from . import session
from .failures import ModelNotChosen
from .paths import path_or_none

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

PREVIEW = "PREVIEW"
FOLDER = "FOLDER"

Choice = tuple[str, str, str, int]

_choices: list[Choice] = []
"""Blender keeps pointers into the strings of an enum's callback, so someone has to keep the strings."""


def choices(_settings: object, _context: bpy.types.Context | None) -> list[Choice]:
    """The items of the panel's menu.

    A .blend stores an item's number: it is made from the model's name, so that installing another model does not turn
    one into the other.
    """
    _choices[:] = [
        (PREVIEW, "Preview (simple objects only)", "Built in, and small: to try the tool offline", 0),
        *(_choice(model) for model in _installed()),
        (FOLDER, "Own Folder", "A folder with config.yaml and model.safetensors or model.ckpt", 1),
    ]
    return _choices


def folder_of(settings: TRIPOSR_PG_settings) -> Path:
    """The checkpoint folder that the scene's settings name. Raises ModelNotChosen."""
    if settings.model == PREVIEW:
        return built_in_model().path
    if settings.model == FOLDER:
        folder = path_or_none(settings.model_folder)
    else:
        folder = next((model.path for model in _installed() if model.name == settings.model), None)
    if folder is None or not folder.is_dir():
        raise ModelNotChosen(f"model {settings.model!r}, folder {settings.model_folder!r}")
    return folder


def _installed() -> list[ModelFolder]:
    return [model for model in models_in(session.current().storage().models) if model.complete]


def _choice(model: ModelFolder) -> Choice:
    # Two bits away from the fixed numbers 0 and 1, and not negative.
    number = zlib.crc32(model.name.encode()) & 0x7FFFFFFC | 2
    return (model.name, model.name, str(model.path), number)
