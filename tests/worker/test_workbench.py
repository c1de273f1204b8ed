# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconstruct and extract on devices of several sizes, down to one on which nothing fits.

The device is "cpu:0": to torch another than "cpu", with copies of its own. `LiveBytes` counts them as a graphics card
would and, past its limit, raises what a card's allocator raises. The processor's own tensors count too, so a limit
holds for both together.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402 - after the check that torch is there
from torch import device as Device  # noqa: E402, N812 - after the check that torch is there; tests name devices `device`
from torch import dtype  # noqa: E402

from benchmarks.live_bytes import LiveBytes  # noqa: E402 - after the check that torch is there
from tests.worker.bad_input import good_photo  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import PhotoSettings, SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh  # noqa: E402
from triposr_addon.worker.memory_plan import (  # noqa: E402
    HOME_CHUNK_POINTS,
    LARGEST_CHUNK_POINTS,
)
from triposr_addon.worker.steps import Steps  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402
from triposr_addon.worker.workbench import FLOAT16_TOO_NARROW, Workbench  # noqa: E402

pytestmark = pytest.mark.torch

DEVICE = torch.device("cpu", 0)
PLENTY = 1 << 40
SURFACE = SurfaceSettings(128)


class Teller:
    """Says what is free on the device: what it is told to say, whatever is true."""

    def __init__(self, free: int | None) -> None:
        self.free = free

    def __call__(self, device: Device) -> int | None:
        return PLENTY if device == HOME else self.free


def large_photo(folder: Path) -> Path:
    """One whose subject has pixels enough not to be warned of."""
    path = good_photo(folder)
    with Image.open(path) as image:
        image.resize((1000, 800)).save(path)
    return path


def unhurried() -> Steps:
    return Steps(lambda *_what: None, lambda: False)


def planes(bench: Workbench, folder: Path, steps: Steps | None = None) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """A photo's planes, the way that they were made, and the warnings."""
    model = bench.model(PREVIEW_FOLDER)
    outcome = bench.reconstruct(large_photo(folder), model, PhotoSettings(), None, steps or unhurried())
    return outcome.made.field.planes.numpy(), f"{outcome.plan.path} {outcome.plan.device}", outcome.warnings


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The planes that the processor makes."""
    return planes(Workbench(HOME, Teller(None)), tmp_path_factory.mktemp("expected"))[0]


def needs() -> tuple[int, int, int]:
    needs = Workbench(DEVICE).model(PREVIEW_FOLDER).network_for(DEVICE).needs
    return needs.weights, needs.streamed_weights, needs.activations


def test_in_plenty_the_network_stays_on_the_device(expected: np.ndarray, tmp_path: Path) -> None:
    bench = Workbench(DEVICE, Teller(PLENTY))
    made, way, warnings = planes(bench, tmp_path)
    assert (way, warnings) == ("resident cpu:0", ())
    assert bench.model(PREVIEW_FOLDER).bytes_on_device == needs()[0]
    assert np.array_equal(made, expected)
    assert bench.unload()
    assert not bench.unload()


def test_with_little_free_each_layer_comes_and_goes(expected: np.ndarray, tmp_path: Path) -> None:
    _weights, streamed, activations = needs()
    free = math.ceil(1.1 * (streamed + activations)) + (128 << 20)
    told: list[tuple[str, str]] = []
    steps = Steps(lambda step, _fraction, detail: told.append((step, detail)), lambda: False)
    bench = Workbench(DEVICE, Teller(free))
    made, way, warnings = planes(bench, tmp_path, steps)
    sentence = f"Low-memory path: {free / 1e9:.1f} GB of graphics memory are free."
    assert (way, warnings) == ("streamed cpu:0", (sentence,))
    assert ("reconstruct", sentence) in told
    assert bench.model(PREVIEW_FOLDER).bytes_on_device == 0
    assert np.array_equal(made, expected)


def test_with_next_to_nothing_free_the_processor_does_it(expected: np.ndarray, tmp_path: Path) -> None:
    made, way, warnings = planes(Workbench(DEVICE, Teller(1000)), tmp_path)
    assert way == "resident cpu"
    assert warnings[0].startswith("The processor does this")
    assert np.array_equal(made, expected)


@pytest.mark.parametrize(("room", "way"), [(1.0, "resident cpu:0"), (0.5, "streamed cpu:0"), (0.0, "resident cpu")])
def test_a_device_that_promised_too_much(room: float, way: str, expected: np.ndarray, tmp_path: Path) -> None:
    """It says that there is plenty, and has room for that share of the weights, beside picture and activations."""
    bench = Workbench(DEVICE, Teller(PLENTY))
    model = bench.model(PREVIEW_FOLDER)
    home = Workbench(HOME, Teller(None))
    home.model(PREVIEW_FOLDER)
    with LiveBytes() as at_home:
        planes(home, tmp_path)
    weights = model.network_for(DEVICE).placement.weight_bytes
    with LiveBytes(limit=at_home.peak + round(room * weights) + 300_000) as device:
        made, taken, warnings = planes(bench, tmp_path)
    assert taken == way
    assert len(warnings) == (0 if room == 1.0 else 1)
    assert np.array_equal(made, expected)
    assert device.peak <= (device.limit or 0)
    assert (bench.model(PREVIEW_FOLDER).bytes_on_device == 0) == (room < 1.0)


def test_where_nothing_fits_the_failure_is_named_and_the_next_photo_works(expected: np.ndarray, tmp_path: Path) -> None:
    bench = Workbench(DEVICE, Teller(None))
    bench.model(PREVIEW_FOLDER)
    with LiveBytes(limit=1 << 20) as device:
        with pytest.raises(failures.OutOfMemory, match="lower the resolution"):
            planes(bench, tmp_path)
        assert device.live < 1 << 20
    made, way, _warnings = planes(bench, tmp_path)
    assert way == "resident cpu:0"
    assert np.array_equal(made, expected)


def test_warming_up_takes_the_network_to_the_device_if_it_may_stay_there() -> None:
    roomy, narrow = Workbench(DEVICE, Teller(PLENTY)), Workbench(DEVICE, Teller(300 << 20))
    roomy.warm_up(PREVIEW_FOLDER)
    narrow.warm_up(PREVIEW_FOLDER)
    assert roomy.model(PREVIEW_FOLDER).bytes_on_device > 0
    assert narrow.model(PREVIEW_FOLDER).bytes_on_device == 0


def peak_of_extraction(chunk_points: int, network_bytes: int = 0) -> int:
    """The most bytes that are alive while a mesh is made from the ball, counted."""
    field = dataclasses.replace(ball(0.5), points_at_once=chunk_points)
    with LiveBytes() as count:
        field_to_mesh(field.to(DEVICE), SURFACE, unhurried())
    peak: int = count.peak
    return peak + network_bytes


@pytest.mark.parametrize("rung", ["as planned", "without the network", "processor", "nowhere"])
def test_a_mesh_is_made_in_what_there_is(rung: str) -> None:
    """The device has one byte less than the rung above needs."""
    bench = Workbench(DEVICE, Teller(PLENTY))
    placement = bench.model(PREVIEW_FOLDER).network_for(DEVICE).placement
    network, half = placement.weight_bytes, LARGEST_CHUNK_POINTS // 2
    limit, expected = {
        "as planned": (PLENTY, (LARGEST_CHUNK_POINTS, "resident cpu:0")),
        "without the network": (peak_of_extraction(half, network) - 1, (half, "offloaded cpu:0")),
        "processor": (peak_of_extraction(half) - 1, (HOME_CHUNK_POINTS, "resident cpu")),
        "nowhere": (peak_of_extraction(HOME_CHUNK_POINTS) // 2, (0, "")),
    }[rung]
    field = ball(0.5)
    with LiveBytes() as device:
        placement.bring(DEVICE)
        device.limit = limit
        if rung == "nowhere":
            with pytest.raises(failures.OutOfMemory):
                bench.extract(field, SURFACE, unhurried())
            return
        outcome = bench.extract(field, SURFACE, unhurried())
    plan = outcome.plan
    assert (plan.chunk_points, f"{plan.path} {plan.device}") == expected
    assert len(outcome.warnings) == (0 if rung == "as planned" else 1)
    assert_same_mesh(outcome.made, field_to_mesh(ball(0.5), SURFACE, unhurried()))


class RunsOut:
    """Hears of progress, and the first `times` that colours are asked for it runs out of memory."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self, step: str, fraction: float, _detail: str) -> None:
        if step == "colour" and fraction > 0.0 and self._left:
            self._left -= 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@pytest.mark.parametrize(
    ("times", "way", "share", "warning"),
    [
        (1, "resident cpu:0", 2, "smaller steps"),
        (2, "offloaded cpu:0", 2, "smaller steps"),
        (3, "resident cpu", None, "the processor did this"),
    ],
)
def test_each_time_that_memory_runs_out_less_is_taken(times: int, way: str, share: int | None, warning: str) -> None:
    bench = Workbench(DEVICE, Teller(PLENTY))
    bench.warm_up(PREVIEW_FOLDER)
    outcome = bench.extract(ball(0.5), SURFACE, Steps(RunsOut(times), lambda: False))
    plan = outcome.plan
    assert f"{plan.path} {plan.device}" == way
    assert plan.chunk_points == (LARGEST_CHUNK_POINTS // share if share else HOME_CHUNK_POINTS)
    assert warning in outcome.warnings[0]
    assert (bench.model(PREVIEW_FOLDER).bytes_on_device > 0) == (times == 1)
    assert_same_mesh(outcome.made, field_to_mesh(ball(0.5), SURFACE, unhurried()))


def test_on_the_processor_the_model_makes_room_last() -> None:
    bench = Workbench(HOME, Teller(PLENTY))
    bench.warm_up(PREVIEW_FOLDER)
    outcome = bench.extract(ball(0.5), SURFACE, Steps(RunsOut(2), lambda: False))
    assert (outcome.plan.path, outcome.plan.chunk_points) == ("offloaded", HOME_CHUNK_POINTS // 2)
    assert not bench.unload()


@pytest.mark.parametrize(("device", "times"), [(DEVICE, 4), (HOME, 3)])
def test_after_the_last_plan_the_failure_is_named_and_the_next_mesh_is_made(device: Device, times: int) -> None:
    bench = Workbench(device, Teller(PLENTY))
    bench.warm_up(PREVIEW_FOLDER)
    with pytest.raises(failures.OutOfMemory, match="lower the resolution"):
        bench.extract(ball(0.5), SURFACE, Steps(RunsOut(times), lambda: False))
    assert bench.extract(ball(0.5), SURFACE, unhurried()).plan.device == device


def assert_same_mesh(made: ExtractedMesh, expected: ExtractedMesh) -> None:
    assert np.array_equal(made.mesh.triangles, expected.mesh.triangles)
    assert np.allclose(made.mesh.vertices, expected.mesh.vertices, atol=1e-5)
    assert np.allclose(made.mesh.colours, expected.mesh.colours, atol=1e-5)


def test_a_photo_that_float16_can_not_hold_is_done_in_float32(tmp_path: Path) -> None:
    """As on older cards and Apple's GPU, with a model whose attention goes beyond float16's 65,504."""
    folder = Path(shutil.copytree(PREVIEW_FOLDER, tmp_path / "loud"))
    weights = load_file(folder / "model.safetensors")
    attention = "backbone.transformer_blocks.1.attn1"
    save_file(
        weights
        | {f"{attention}.to_v.weight": weights[f"{attention}.to_v.weight"].float() * 1e5}
        | {f"{attention}.to_out.0.weight": weights[f"{attention}.to_out.0.weight"].float() / 1e5},
        folder / "model.safetensors",
    )
    photo, plain = large_photo(tmp_path), unhurried()
    narrow = Workbench(HOME, Teller(None), lambda _device: torch.float16)
    made = narrow.reconstruct(photo, narrow.model(folder), PhotoSettings(), None, plain)
    assert FLOAT16_TOO_NARROW in made.warnings
    wide = Workbench(HOME, Teller(None), lambda _device: torch.float32)
    expected = wide.reconstruct(photo, wide.model(folder), PhotoSettings(), None, plain)
    assert torch.equal(made.made.field.planes, expected.made.field.planes)
    assert not expected.warnings
    assert not narrow.reconstruct(photo, narrow.model(folder), PhotoSettings(), None, plain).warnings


@pytest.mark.parametrize("kind", [torch.float16, torch.float32])
def test_a_network_that_answers_nonsense_in_float32_too_is_named(kind: dtype, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PREVIEW_FOLDER, tmp_path / "broken"))
    weights = load_file(folder / "model.safetensors")
    weights["post_processor.upsample.bias"][0] = math.nan
    save_file(weights, folder / "model.safetensors")
    bench = Workbench(HOME, Teller(None), lambda _device: kind)
    with pytest.raises(failures.FieldNotFinite):
        bench.reconstruct(large_photo(tmp_path), bench.model(folder), PhotoSettings(), None, unhurried())
