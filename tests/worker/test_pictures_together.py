# SPDX-License-Identifier: GPL-3.0-or-later
"""Several photos through the network together: each gets its own field, and pays for nothing of the others'."""

from __future__ import annotations

import math
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402 - after the check that torch is there

from benchmarks.live_bytes import LiveBytes  # noqa: E402
from triposr_addon.protocol import PhotoSettings  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402
from triposr_addon.worker.failures import Cancelled, FieldNotFinite, OutOfMemory  # noqa: E402
from triposr_addon.worker.image_to_field import ReconstructedPhoto  # noqa: E402
from triposr_addon.worker.memory_ladder import Outcome  # noqa: E402
from triposr_addon.worker.prepared_photo import PreparedPhoto  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402
from triposr_addon.worker.workbench import FLOAT16_TOO_NARROW, Workbench  # noqa: E402

pytestmark = pytest.mark.torch

DEVICE = torch.device("cpu", 0)
COLOURS = ((190, 40, 30), (40, 90, 190), (30, 160, 60), (200, 180, 20))


def unhurried() -> Steps:
    return Steps(lambda *_what: None, lambda: False)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Boxes in four colours and sizes on white."""
    folder = tmp_path_factory.mktemp("photos")
    for number, colour in enumerate(COLOURS):
        picture = np.full((500, 640, 3), 250, np.uint8)
        picture[100 : 300 + 40 * number, 150 : 400 + 30 * number] = colour
        Image.fromarray(picture).save(folder / f"{number}.png")
    return sorted(folder.iterdir())


def prepared(bench: Workbench, photos: list[Path], *, mirrored: int | None = None) -> list[PreparedPhoto]:
    model = bench.model(PREVIEW_FOLDER)
    return [
        bench.prepare(photo, model, PhotoSettings(mirror=number == mirrored), None, unhurried())
        for number, photo in enumerate(photos)
    ]


def good(outcomes: list[Outcome[ReconstructedPhoto] | FieldNotFinite]) -> list[Outcome[ReconstructedPhoto]]:
    assert not [outcome for outcome in outcomes if isinstance(outcome, FieldNotFinite)]
    return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]


def alone(bench: Workbench, ready: list[PreparedPhoto]) -> list[Outcome[ReconstructedPhoto]]:
    model = bench.model(PREVIEW_FOLDER)
    return good([bench.reconstruct_prepared([photo], model, unhurried())[0] for photo in ready])


def test_each_gets_the_field_that_it_gets_alone(photos: list[Path]) -> None:
    bench = Workbench(HOME, type_for=lambda _device: torch.float32)
    ready = prepared(bench, photos, mirrored=2)
    singles = alone(bench, ready)
    together = good(bench.reconstruct_prepared(ready, bench.model(PREVIEW_FOLDER), unhurried()))
    assert [outcome.plan.pictures for outcome in together] == [4] * 4
    for one, other, photo in zip(singles, together, photos, strict=True):
        # Half precision's step is 1e-3 of a number: the largest error that rounding the planes allows.
        assert torch.allclose(one.made.field.planes, other.made.field.planes, rtol=2e-3, atol=2e-3)
        assert other.made.field.provenance == one.made.field.provenance
        assert other.made.field.provenance["photo"] == photo.name
        assert np.array_equal(one.made.framed, other.made.framed)
        assert (one.made.frame, one.warnings) == (other.made.frame, other.warnings)
    assert not torch.allclose(singles[0].made.field.planes, singles[1].made.field.planes, atol=0.05)


def test_a_prepared_photo_crosses_to_another_process(photos: list[Path]) -> None:
    (photo,) = prepared(Workbench(HOME), photos[:1])
    again = pickle.loads(pickle.dumps(photo))
    assert again.picture.dtype == np.float32
    assert np.array_equal(again.picture, photo.picture)
    assert np.array_equal(again.framed, photo.framed)
    assert (again.frame, again.method, again.warnings) == (photo.frame, photo.method, photo.warnings)


def test_where_memory_is_too_small_for_all_half_as_many_go_together(photos: list[Path]) -> None:
    bench = Workbench(DEVICE, lambda _device: 1 << 40)
    ready = prepared(bench, photos)
    model = bench.model(PREVIEW_FOLDER)
    singles = alone(bench, ready)
    model.send_home()
    with LiveBytes() as enough_for_two:
        bench.reconstruct_prepared(ready[:2], model, unhurried())
    model.send_home()
    with LiveBytes(limit=enough_for_two.peak + (1 << 20)) as device:
        together = good(bench.reconstruct_prepared(ready, bench.model(PREVIEW_FOLDER), unhurried()))
    assert device.peak <= (device.limit or 0)
    assert [outcome.plan.pictures for outcome in together] == [2] * 4
    assert [outcome.warnings for outcome in together] == [single.warnings for single in singles]
    for one, other in zip(singles, together, strict=True):
        assert torch.allclose(one.made.field.planes, other.made.field.planes, rtol=2e-2, atol=2e-2)


def test_where_nothing_fits_it_is_named(photos: list[Path]) -> None:
    bench = Workbench(DEVICE, lambda _device: None)
    ready = prepared(bench, photos)
    with LiveBytes(limit=1 << 20), pytest.raises(OutOfMemory):
        bench.reconstruct_prepared(ready, bench.model(PREVIEW_FOLDER), unhurried())
    assert len(good(bench.reconstruct_prepared(ready, bench.model(PREVIEW_FOLDER), unhurried()))) == 4


def test_progress_goes_from_nothing_to_all(photos: list[Path]) -> None:
    bench, told = Workbench(DEVICE, lambda _device: None), list[float]()
    ready = prepared(bench, photos[:2])
    steps = Steps(lambda step, fraction, _detail: told.append(fraction), lambda: len(told) > 20)
    with pytest.raises(Cancelled):
        bench.reconstruct_prepared(ready, bench.model(PREVIEW_FOLDER), steps)
    assert told == sorted(told)
    assert 0.0 < told[-1] < 0.9


def test_one_that_no_type_can_hold_does_not_cost_the_others(photos: list[Path]) -> None:
    """One picture whose pixels are no numbers: float16 can't hold it, and float32 neither."""
    bench = Workbench(HOME, type_for=lambda _device: torch.float16)
    ready = prepared(bench, photos[:3])
    loud = replace(ready[1], picture=ready[1].picture * np.float32(math.nan))
    model = bench.model(PREVIEW_FOLDER)
    outcomes = bench.reconstruct_prepared([ready[0], loud, ready[2]], model, unhurried())
    assert isinstance(outcomes[1], FieldNotFinite)
    others = good([outcomes[0], outcomes[2]])
    assert [outcome.plan.pictures for outcome in others] == [3, 3]
    assert not [outcome for outcome in others if FLOAT16_TOO_NARROW in outcome.warnings]
    assert model.network_for(HOME).checkpoint.network_type == torch.float32


def test_each_that_float16_can_not_hold_is_done_again_alone(photos: list[Path], tmp_path: Path) -> None:
    """With a model whose attention goes beyond float16's 65,504."""
    weights = load_file(PREVIEW_FOLDER / "model.safetensors")
    values, out = (f"backbone.transformer_blocks.1.attn1.{part}.weight" for part in ("to_v", "to_out.0"))
    loud = {values: weights[values].float() * 1e5, out: weights[out].float() / 1e5}
    save_file(weights | loud, tmp_path / "model.safetensors")
    shutil.copy(PREVIEW_FOLDER / "config.yaml", tmp_path)
    narrow = Workbench(HOME, type_for=lambda _device: torch.float16)
    wide = Workbench(HOME, type_for=lambda _device: torch.float32)
    ready = prepared(wide, photos[:2])
    made = good(narrow.reconstruct_prepared(ready, narrow.model(tmp_path), unhurried()))
    model = wide.model(tmp_path)
    expected = [wide.reconstruct_prepared([photo], model, unhurried())[0] for photo in ready]
    for one, other in zip(made, good(expected), strict=True):
        assert one.warnings == (*other.warnings, FLOAT16_TOO_NARROW)
        assert torch.equal(one.made.field.planes, other.made.field.planes)
