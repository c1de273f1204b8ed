# SPDX-License-Identifier: GPL-3.0-or-later
"""Which method cuts a photo out, and what each can't do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.worker.mug_photos import MASK, SIDE, photo_of, transparent
from triposr_addon.worker import failures
from triposr_addon.worker.background import cut_out

pytestmark = pytest.mark.torch


def test_auto_takes_alpha_where_there_is_some() -> None:
    cut = cut_out(transparent(MASK), "auto", None)
    assert cut.method == "alpha"
    assert np.array_equal(cut.picture, transparent(MASK))


def test_auto_takes_the_flat_fill_without_alpha_and_model(tmp_path: Path) -> None:
    assert cut_out(photo_of((1, 1, 1)), "auto", None).method == "flat"
    assert cut_out(photo_of((1, 1, 1)), "auto", tmp_path).method == "flat"
    almost_opaque = np.ones((SIDE, SIDE))
    almost_opaque[0, :20] = 0.0
    assert cut_out(transparent(almost_opaque), "auto", None).method == "flat"


def test_alpha_stays_invisible_under_the_flat_fill() -> None:
    photo = transparent(np.where(np.arange(SIDE)[None] < 150, 1.0, 0.0) * np.ones((SIDE, 1)))
    assert cut_out(photo, "flat", None).picture[:, 150:, 3].max() == 0


def test_none_leaves_the_photo_as_it_is() -> None:
    photo = photo_of((1, 1, 1))
    assert cut_out(photo, "none", None).picture is photo


@pytest.mark.parametrize("method", ["auto", "alpha", "flat", "none", "rembg"])
def test_a_fully_transparent_photo_is_named(method: str) -> None:
    with pytest.raises(failures.PhotoTransparent):
        cut_out(transparent(np.zeros((SIDE, SIDE))), method, None)


def test_alpha_of_an_opaque_photo_is_named() -> None:
    with pytest.raises(failures.AlphaMissing):
        cut_out(photo_of((1, 1, 1)), "alpha", None)


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(failures.SettingsInvalid):
        cut_out(photo_of((1, 1, 1)), "magic", None)
