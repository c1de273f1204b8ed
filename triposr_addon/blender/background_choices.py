# SPDX-License-Identifier: GPL-3.0-or-later
"""How a subject can be cut out of its photo, as menus: the methods, and the networks by name."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import bpy

from ..background_models import BACKGROUND_MODELS, BackgroundModel, best_installed_or_none, is_installed
from . import session
from .words import ui

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

BACKGROUNDS = (
    (
        "auto",
        "Automatic",
        "Transparency if the picture has some, else the best cut-out model if one is installed, else a plain backdrop",
    ),
    ("alpha", "Transparency", "The picture's own transparency is the cut-out. Best for renders and finished cut-outs"),
    ("rembg", "Cut-out Model", "A network finds the subject in front of any background; it takes some seconds"),
    ("flat", "Plain Backdrop", "Everything that has the colour of the picture's border is background. Quick"),
    ("none", "None", "The picture is used as it is, uncut and unframed"),
)

BEST = "BEST"
"""Not one network by name, but the best one that is installed."""

Choice = tuple[str, str, str, int]

_choices: list[Choice] = []
"""Blender keeps pointers into the strings of an enum's callback, so someone has to keep the strings."""


def model_choices(_settings: object, _context: bpy.types.Context | None) -> list[Choice]:
    """The items of the menu of networks, those that are not installed marked as such.

    A .blend stores an item's number, which is made from the network's name.
    """
    _choices[:] = [_best_choice(), *map(_choice, BACKGROUND_MODELS)]
    return _choices


def model_name(settings: TRIPOSR_PG_settings) -> str:
    """The chosen network's name as the worker wants it: empty for the best one."""
    return "" if settings.rembg_model == BEST else settings.rembg_model


def _best_choice() -> Choice:
    best = best_installed_or_none(session.current().storage().rembg)
    label = ui("Best: {network}", network=best.label) if best else "Best (none installed)"
    return (BEST, label, "The best network that is installed and may be used for commercial work", 0)


def _choice(model: BackgroundModel) -> Choice:
    there = is_installed(session.current().storage().rembg, model)
    template = "{good_for}. {size}licence: {licence}"
    about = ui(template, good_for=ui(model.good_for), size=_size(model), licence=model.licence)
    if not there:
        about += _way_to(model)
    number = zlib.crc32(model.name.encode()) & 0x7FFFFFFC | 1
    return (model.name, model.label if there else ui("{network} (not installed)", network=model.label), about, number)


def _way_to(model: BackgroundModel) -> str:
    """One of the artist's own has no size, and is in no list."""
    if model.size:
        return ui(". Not installed: get it in the extension's preferences, under Models")
    return ui(
        ". Not installed: put it into the data folder as {file}", file=f"rembg/models/{model.name}/{model.name}.onnx"
    )


def _size(model: BackgroundModel) -> str:
    return f"{model.size / 1e6:,.0f} MB, " if model.size else ""
