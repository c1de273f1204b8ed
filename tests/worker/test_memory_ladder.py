# SPDX-License-Identifier: GPL-3.0-or-later
"""Attempts that run out of memory on purpose: what is tried next, and what is left behind."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402 - after the check that torch is there

from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.memory_ladder import first_that_fits  # noqa: E402
from triposr_addon.worker.memory_plan import MemoryPlan, plan_extraction  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402

pytestmark = pytest.mark.torch

CARD = torch.device("cuda", 0)
PLANS = plan_extraction(SurfaceSettings(256), 64, None, 1, CARD)


class TooSmallDevice:
    """Makes something only by the plans from number `enough` on; keeps a diary of what was asked of it."""

    def __init__(self, enough: int, complain: Callable[[], None]) -> None:
        self.diary: list[str] = []
        self.tensors: list[weakref.ref[Tensor]] = []
        self._enough = enough
        self._complain = complain

    def attempt(self, plan: MemoryPlan) -> str:
        number = PLANS.index(plan)
        taken = torch.ones(1000)
        self.tensors.append(weakref.ref(taken))
        self.diary.append(f"attempt {number}")
        if number < self._enough:
            self._complain()
        return f"made by {number} of {len(taken)}"

    def release(self, plan: MemoryPlan) -> None:
        self.diary.append(f"release {PLANS.index(plan)}")
        assert all(tensor() is None for tensor in self.tensors), "the failed attempt's tensors still live"


def run_out() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def run_out_of_address_space() -> None:
    torch.empty(1 << 60, dtype=torch.uint8)


def run_out_inside_a_step() -> None:
    raise failures.OutOfMemory("Too small.", "named already, deeper down")


COMPLAINTS = [run_out, run_out_of_address_space, run_out_inside_a_step]


def test_these_plans_go_down_all_the_way() -> None:
    words = [(plan.path, plan.device, plan.chunk_points) for plan in PLANS]
    chunk = words[0][2]
    assert words[:3] == [("resident", CARD, chunk), ("resident", CARD, chunk // 2), ("offloaded", CARD, chunk // 2)]
    assert [device for _path, device, _chunk in words[3:]] == [HOME]


@pytest.mark.parametrize("complain", COMPLAINTS)
@pytest.mark.parametrize("enough", range(len(PLANS)))
def test_each_plan_is_tried_once_and_what_failed_is_released_first(enough: int, complain: Callable[[], None]) -> None:
    device = TooSmallDevice(enough, complain)
    outcome = first_that_fits(PLANS, device.attempt, device.release)
    failed = [word for number in range(enough) for word in (f"attempt {number}", f"release {number}")]
    assert device.diary == [*failed, f"attempt {enough}"]
    assert outcome.made == f"made by {enough} of 1000"
    assert outcome.plan is PLANS[enough]


@pytest.mark.parametrize("complain", COMPLAINTS)
def test_when_nothing_is_left_the_failure_has_a_name_and_holds_nothing(complain: Callable[[], None]) -> None:
    device = TooSmallDevice(len(PLANS), complain)
    with pytest.raises(failures.OutOfMemory) as caught:
        first_that_fits(PLANS, device.attempt, device.release)
    assert device.diary[-1] == f"release {len(PLANS) - 1}"
    assert caught.value.details
    assert caught.value.__cause__ is None
    assert all(tensor() is None for tensor in device.tensors)


def test_other_failures_are_not_tried_again() -> None:
    def cancel() -> None:
        raise failures.Cancelled

    device = TooSmallDevice(1, cancel)
    with pytest.raises(failures.Cancelled):
        first_that_fits(PLANS, device.attempt, device.release)
    assert device.diary == ["attempt 0"]


def test_the_artist_hears_of_smaller_steps_of_the_processor_and_of_a_plan_made_for_little_memory() -> None:
    def warnings(enough: int, plans: list[MemoryPlan] = PLANS) -> tuple[str, ...]:
        return first_that_fits(plans, TooSmallDevice(enough, run_out).attempt, lambda _plan: None).warnings

    assert warnings(0) == ()
    assert "smaller steps" in warnings(1)[0]
    assert "the processor did this" in warnings(3)[0]
    told = dataclasses.replace(PLANS[0], told=True, sentence="Low-memory path: 1.4 GB of graphics memory are free.")
    outcome = first_that_fits([told], lambda _plan: "made", lambda _plan: None)
    assert outcome.warnings == (told.sentence,)
