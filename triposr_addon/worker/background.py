# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut out: give the photo the subject's alpha, by one of five methods."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triposr_addon.background_models import best_installed_or_none
from triposr_addon.worker.failures import AlphaMissing, PhotoTransparent
from triposr_addon.worker.flat_background import fill_flat_background
from triposr_addon.worker.photo import RgbaPicture, load_photo
from triposr_addon.worker.rembg_model import installed_model, rembg_alpha
from triposr_addon.worker.setting_limits import check_background

CUT_OUT_SHARE = 0.005
"""A photo counts as cut out already when more than this share of it is mostly transparent."""

NOT_PLAIN = (
    "The photo's background is not plain, so the subject may not be cut out well. "
    "Add a background model as the user guide says, or use a photo with transparency."
)


@dataclass(frozen=True)
class CutOut:
    """The photo with the subject's alpha, the method that was used (never "auto"), and warnings for the artist.

    model: the background model's name, where one did it.
    """

    picture: RgbaPicture
    method: str
    warnings: tuple[str, ...] = ()
    model: str = ""


def cut_out(photo: RgbaPicture, method: str, rembg_home: Path | None, rembg_model: str = "") -> CutOut:
    """Give `photo` [H, W, 4] the subject's alpha.

    method: "alpha" takes the photo's own; "rembg" the model `rembg_model`, or the best installed one; "flat" fills a
    plain background; "none" takes the whole photo as the subject; "auto" the first of alpha, rembg, flat that is
    possible.

    Raises:
        PhotoTransparent: nothing in the photo is visible.
        AlphaMissing: "alpha" on an opaque photo.
        RembgFailure: "rembg" without its model, or a damaged one.
        SettingsInvalid: another method, or a model that nobody knows.
    """
    check_background(method)
    if not photo[..., 3].any():
        raise PhotoTransparent("The photo is fully transparent. Choose a photo that shows something.")
    if method == "auto":
        method = _best_method(photo, rembg_home, rembg_model)
    if method == "alpha":
        return _by_alpha(photo)
    if method == "rembg":
        model = installed_model(rembg_home, rembg_model).name
        alpha = rembg_alpha(_over_white(photo), rembg_home, model)
        return CutOut(_with_alpha(photo, photo[..., :3], alpha), method, model=model)
    if method == "flat":
        return _by_flat_fill(photo)
    return CutOut(photo, method)


def needs_background_model(photo_path: str, method: str, rembg_home: Path | None) -> bool:
    """Whether `method` will ask a model for the photo at `photo_path` ("": not known yet). Raises PhotoFailure."""
    if method != "auto" or not photo_path or best_installed_or_none(rembg_home) is None:
        return method == "rembg"
    return _best_method(load_photo(Path(photo_path)), rembg_home, "") == "rembg"


def _best_method(photo: RgbaPicture, rembg_home: Path | None, rembg_model: str) -> str:
    """A model that is asked for by name is used, or its absence told: never something else in its place."""
    if np.mean(photo[..., 3] < 128) > CUT_OUT_SHARE:
        return "alpha"
    return "rembg" if rembg_model or best_installed_or_none(rembg_home) else "flat"


def _by_alpha(photo: RgbaPicture) -> CutOut:
    if photo[..., 3].min() == 255:
        raise AlphaMissing("The photo has no transparency. Choose another background method, such as Automatic.")
    return CutOut(photo, "alpha")


def _by_flat_fill(photo: RgbaPicture) -> CutOut:
    fill = fill_flat_background(np.dstack([_over_white(photo), np.full(photo.shape[:2], 255, np.uint8)]))
    picture = _with_alpha(photo, fill.colour, np.rint(fill.alpha * 255.0))
    return CutOut(picture, "flat", () if fill.plain else (NOT_PLAIN,))


def _over_white(photo: RgbaPicture) -> npt.NDArray[np.uint8]:
    if photo[..., 3].min() == 255:
        return photo[..., :3]
    share = photo[..., 3:].astype(np.float32) / 255.0
    return np.asarray(np.rint(photo[..., :3] * share + 255.0 * (1.0 - share)), dtype=np.uint8)


def _with_alpha(photo: RgbaPicture, colour: npt.ArrayLike, alpha: npt.ArrayLike) -> RgbaPicture:
    """`colour` and `alpha`, nowhere more visible than the photo was."""
    visible = np.minimum(np.asarray(alpha, dtype=np.uint8), photo[..., 3])
    return np.dstack([np.asarray(colour, dtype=np.uint8), visible])
