# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of a photo and of a surface may be, told without PyTorch: before the work, and where it is done."""

from __future__ import annotations

from triposr_addon.background_models import BACKGROUND_MODELS, BackgroundModel, model_or_none
from triposr_addon.protocol import BACKGROUND_METHODS, INTERPOLATIONS, PhotoSettings, SurfaceSettings
from triposr_addon.worker.failures import SettingsInvalid

RESOLUTIONS = range(16, 1025)
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 1e-6, 1e6
"""Densities."""
MOST_SMOOTHING_STEPS = 100
HIGHEST_BASE = 0.3
"""Of an object's height."""
SMALLEST_SIGMA, LARGEST_SIGMA = 0.5, 2.0
"""In texels. Below it the samples would show, as ripples of a hundredth of the slope; above it little is left.

What is between 0, which is none, and the smallest counts as the smallest: files of older versions may hold it.
"""


def check_photo_settings(settings: PhotoSettings) -> None:
    """Raise SettingsInvalid for a setting that is out of its range, or a name that nobody knows."""
    check_background(settings.background)
    check_foreground_ratio(settings.foreground_ratio)
    check_mask_threshold(settings.mask_threshold)
    if settings.rembg_model:
        known_model(settings.rembg_model)


def check_background(method: str) -> None:
    """Raise SettingsInvalid for a method that is none of BACKGROUND_METHODS."""
    if method not in BACKGROUND_METHODS:
        raise SettingsInvalid(
            f"The background method {method[:40]!r} is not known. Use auto, alpha, rembg, flat or none."
        )


def check_foreground_ratio(ratio: float) -> None:
    """Raise SettingsInvalid outside 0.5..1."""
    if not 0.5 <= ratio <= 1.0:
        raise SettingsInvalid(f"The foreground ratio {ratio:g} must lie between 0.5 and 1.")


def check_mask_threshold(threshold: float) -> None:
    """Raise SettingsInvalid outside 0..1."""
    if not 0.0 <= threshold <= 1.0:
        raise SettingsInvalid(f"The mask threshold {threshold:g} must lie between 0 and 1.")


def known_model(name: str) -> BackgroundModel:
    """The background model of that name. Raises SettingsInvalid for one that nobody knows."""
    model = model_or_none(name)
    if model is None:
        known = ", ".join(model.name for model in BACKGROUND_MODELS)
        raise SettingsInvalid(f"No background model is called {name[:40]!r}. Use one of {known}.")
    return model


def check_surface_settings(settings: SurfaceSettings) -> None:
    """Raise SettingsInvalid for a setting out of its range."""
    _check_shape(settings)
    if settings.resolution not in RESOLUTIONS:
        raise SettingsInvalid(
            f"The resolution {settings.resolution} must lie between {RESOLUTIONS.start} and {RESOLUTIONS.stop - 1}."
        )
    if not LOWEST_THRESHOLD <= settings.threshold <= HIGHEST_THRESHOLD:
        raise SettingsInvalid(
            f"The threshold {settings.threshold:g} must lie between 0.000001 and 1000000; 25 is usual."
        )
    if settings.interpolation not in INTERPOLATIONS:
        raise SettingsInvalid(
            f"The interpolation {settings.interpolation[:40]!r} must be one of {', '.join(INTERPOLATIONS)}."
        )


def _check_shape(settings: SurfaceSettings) -> None:
    chosen: dict[str, tuple[float, float]] = {
        "density blur": (settings.density_blur, LARGEST_SIGMA),
        "smallest part": (settings.smallest_part, 1.0),
        "number of smoothing steps": (settings.smoothing, MOST_SMOOTHING_STEPS),
        "flat base": (settings.flat_base, HIGHEST_BASE),
    }
    for name, (value, most) in chosen.items():
        if not 0.0 <= value <= most:
            raise SettingsInvalid(f"The {name} {value:g} must lie between 0 and {most:g}.")
