# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting the worker ready while the artist still looks at the settings: the first mesh then comes seconds sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import background_choices, models, session
from .failures import ModelNotChosen
from .paths import path_or_none

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings


def warm_up_on_change(settings: TRIPOSR_PG_settings, _context: bpy.types.Context) -> None:
    """A property's update function: picture, model or background was chosen.

    Nothing without a window: a script's job begins before anything could be ready, and a file that is only looked
    through must start no process.
    """
    running = session.current_or_none()
    if running is not None and not bpy.app.background:
        warm_up(running, settings)


def warm_up(running: session.Session, settings: TRIPOSR_PG_settings) -> bool:
    """Have the worker load what the settings name, in the background; answers whether it was asked to.

    What is not chosen yet, or not there, is the button's to complain about.
    """
    picture = path_or_none(settings.image_path)
    if picture is None or not picture.is_file():
        return False
    try:
        model = models.folder_of(settings)
    except ModelNotChosen:
        return False  # said when the button is pressed; until then the artist may be about to choose it
    network = background_choices.model_name(settings) if settings.background == "rembg" else ""
    return running.warm_up(model, picture, settings.background, network)
