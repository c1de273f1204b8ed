# SPDX-License-Identifier: GPL-3.0-or-later
"""How many lanes there is memory for."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.background_models import model_file, model_or_none  # noqa: E402 - after the check for torch
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.lane_count import (  # noqa: E402
    cores,
    cut_out_bytes,
    lane_count,
    making_bytes,
    preparing_bytes,
)
from triposr_addon.protocol import PhotoSettings, SurfaceSettings  # noqa: E402
from triposr_addon.worker.checkpoint import CONFIG_NAME, PREVIEW_FOLDER, read_config  # noqa: E402

pytestmark = pytest.mark.torch

GB = 1 << 30


def home_with(folder: Path, *names: str) -> Path:
    for name in names:
        model = model_or_none(name)
        assert model
        model_file(folder, model).parent.mkdir(parents=True)
        model_file(folder, model).touch()
    return folder


def item(background: str = "auto", model: str = "") -> Item:
    return Item("one", "/nowhere/one.png", "one.png", PhotoSettings(background, rembg_model=model))


@pytest.mark.parametrize(
    ("asked", "gigabytes"),
    [
        ([item()], 4),
        ([item("rembg", "isnet-general-use")], 1),
        ([item("rembg", "isnet-general-use"), item("rembg", "bria-rmbg")], 4),
        ([item("rembg", "u2net")], 0),
        ([item("flat"), item("alpha"), item("none")], 0),
    ],
)
def test_what_a_cut_out_takes_depends_on_the_model_that_does_it(
    asked: list[Item], gigabytes: int, tmp_path: Path
) -> None:
    home = home_with(tmp_path, "birefnet-general", "isnet-general-use", "bria-rmbg")
    assert cut_out_bytes(asked, home) == gigabytes * GB
    assert cut_out_bytes(asked, None) == 0


def test_lanes_are_no_more_than_there_is_memory_for() -> None:
    large, small = preparing_bytes(4 * GB), preparing_bytes(0)
    assert lane_count(None, 1000, large, free=12 * GB) == min(cores(), 1)
    assert lane_count(None, 1000, small, free=1000 * GB) == cores()
    assert lane_count(None, 1000, large, free=0) == 1
    assert lane_count(7, 1000, large, free=0) == 7
    assert lane_count(7, 3, small, free=0) == 3
    assert 32 * GB // large <= 6


def test_a_lane_of_the_processor_has_room_for_its_cut_out() -> None:
    config, surface = read_config(PREVIEW_FOLDER / CONFIG_NAME), SurfaceSettings(resolution=64)
    without, with_it = (making_bytes(config, torch.float32, surface, need) for need in (0, 4 * GB))
    assert with_it - without > 3.5 * GB
