# SPDX-License-Identifier: GPL-3.0-or-later
"""Graphics cards that are full, or broken for good. The cards are invented: the processor does their work."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from torch import device as Device  # noqa: E402, N812 - a class under the name of a function

from tests.batch.library import draw_pictures, items_of, quick_plan  # noqa: E402
from triposr_addon.batch.card_engine import CardEngine  # noqa: E402
from triposr_addon.batch.card_works import CardWorks  # noqa: E402
from triposr_addon.batch.making import Making, Reconstructed, Reconstruction  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.batch.prepared import Meshed, Prepared  # noqa: E402
from triposr_addon.batch.preparing import Preparing  # noqa: E402
from triposr_addon.batch.spans import Hear  # noqa: E402
from triposr_addon.batch.target import Target  # noqa: E402
from triposr_addon.catalogue_file import MADE, Record  # noqa: E402
from triposr_addon.worker.device import still_works  # noqa: E402
from triposr_addon.worker.failures import DeviceUnavailable, FieldNotFinite  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.prepared_photo import PreparedPhoto  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402
from triposr_addon.worker.unforeseen import INTERNAL  # noqa: E402
from triposr_addon.worker.warm_model import WarmModel  # noqa: E402
from triposr_addon.worker.workbench import Workbench  # noqa: E402

pytestmark = pytest.mark.torch

HOME, CARD = torch.device("cpu"), torch.device("cuda", 0)


class InventedCard(Workbench):
    """One whose network computes on the processor until it is broken."""

    def __init__(self, sound_groups: int = 0) -> None:
        super().__init__(CARD, lambda _device: 1 << 40, lambda _device: torch.float32)
        self._sound_groups = sound_groups
        self._home = Workbench(HOME, type_for=lambda _device: torch.float32)

    def reconstruct_prepared(
        self, prepared: Sequence[PreparedPhoto], model: WarmModel, steps: Steps
    ) -> list[Reconstruction | FieldNotFinite]:
        self._sound_groups -= 1
        if self._sound_groups < 0:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return self._home.reconstruct_prepared(prepared, model, steps)


class FieldForAFullCard(TriplaneField):
    """One for which the card has no room."""

    def to(self, device: Device) -> TriplaneField:
        if device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return super().to(device)


class BrokenField(FieldForAFullCard):
    """One at which the card breaks."""

    def to(self, device: Device) -> TriplaneField:
        raise RuntimeError(f"CUDA error: uncorrectable ECC error encountered, asked for {device}")


def prepared(plan: BatchPlan, folder: Path, count: int = 1) -> list[Prepared | Record]:
    return [Preparing(plan)(item) for item in items_of(draw_pictures(folder, count))]


def reconstructed(plan: BatchPlan, folder: Path, kind: type[TriplaneField]) -> tuple[Reconstructed, Reconstructed]:
    """A picture's field, as it is and as one of that kind."""
    (one,) = Making(plan).fields(prepared(plan, folder))
    assert isinstance(one, Reconstructed)
    parts = {part.name: getattr(one.field, part.name) for part in dataclasses.fields(one.field)}
    return one, dataclasses.replace(one, field=kind(**parts))


def test_where_a_field_finds_no_room_on_the_card_its_mesh_is_extracted_by_the_bench(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out")
    one, too_much = reconstructed(plan, tmp_path, FieldForAFullCard)
    expected, made = Making(plan).mesh(one), Making(plan, bench=InventedCard()).mesh(too_much)
    assert isinstance(expected, Meshed)
    assert isinstance(made, Meshed)
    assert made.mesh.vertices.tobytes() == expected.mesh.vertices.tobytes()


def test_on_a_broken_card_no_picture_fails_in_the_network(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out")
    making = Making(plan, bench=InventedCard(), works=lambda _device: False)
    group = prepared(plan, tmp_path, 2)
    for call in (making.fields, making.meshes, making):
        with pytest.raises(DeviceUnavailable, match="cuda:0 no longer computes") as caught:
            call(group)
        assert "illegal memory access" in caught.value.details
    assert not list(plan.target.rglob("record.json"))


def test_on_a_broken_card_no_picture_fails_in_the_extraction(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out")
    _one, broken = reconstructed(plan, tmp_path, BrokenField)
    with pytest.raises(DeviceUnavailable, match="cuda:0 no longer computes"):
        Making(plan, bench=InventedCard(), works=lambda _device: False).mesh(broken)
    assert not list(plan.target.rglob("record.json"))


def test_what_goes_wrong_on_a_sound_card_is_the_pictures(tmp_path: Path) -> None:
    plan, asked = quick_plan(tmp_path / "out"), list[Device]()

    def works(device: Device) -> bool:
        asked.append(device)
        return True

    records = Making(plan, bench=InventedCard(), works=works)(prepared(plan, tmp_path))
    assert [record.code for record in records] == [INTERNAL]
    assert asked == [CARD]


def test_a_run_ends_with_its_card_and_what_is_made_stays(tmp_path: Path) -> None:
    plan, items, told = quick_plan(tmp_path / "out"), items_of(draw_pictures(tmp_path, 4)), list[Record]()

    def making(sound_groups: int, plan: BatchPlan, hear: Hear) -> Making:
        return Making(plan, hear, bench=InventedCard(sound_groups), works=lambda _device: False)

    def run(sound_groups: int) -> None:
        works = lambda plan, hear: CardWorks(plan, hear, partial(making, sound_groups))  # noqa: E731
        CardEngine(plan, Overseer(told.append), 1, 1, works).make(items)

    with pytest.raises(DeviceUnavailable):
        run(2)
    target = Target(plan.target)
    kept = [record for item in items if (record := target.record_or_none(item.id))]
    assert kept == told
    assert {record.status for record in told} <= {MADE}


@pytest.mark.parametrize(
    ("error", "works"),
    [
        (RuntimeError("CUDA error: unspecified launch failure"), False),
        (AssertionError("Torch not compiled with CUDA enabled"), False),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB."), True),
    ],
)
def test_a_full_card_works_and_a_broken_one_does_not(error: Exception, works: bool) -> None:
    def compute(_device: Device) -> bool:
        raise error

    assert still_works(CARD, compute) == works
    assert still_works(HOME)
