# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal takes the whole way, and a field without a surface is no failure of it."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check
from triposr_addon.protocol import STEPS  # noqa: E402
from triposr_addon.worker.failures import Cancelled, PhotoMissing  # noqa: E402
from triposr_addon.worker.rehearsal import rehearse  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402
from triposr_addon.worker.workbench import Workbench  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


@pytest.fixture
def bench() -> Workbench:
    return Workbench(torch.device("cpu"))


def steps_until(last: str | None = None) -> Steps:
    """Steps that are cancelled when they come to `last`."""
    entered: list[str] = []
    return Steps(lambda step, _fraction, _detail: entered.append(step), lambda: last in entered)


def test_it_goes_through_network_and_extraction(bench: Workbench, tiny_checkpoint: Path, tmp_path: Path) -> None:
    """The synthetic field has no surface at the usual threshold."""
    steps = steps_until()
    rehearse(bench, tiny_checkpoint, good_photo(tmp_path), steps)
    assert list(steps.seconds) == list(STEPS[1:5])
    assert bench.unload()


def test_a_missing_photo_is_told(bench: Workbench, tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(PhotoMissing):
        rehearse(bench, tiny_checkpoint, tmp_path / "none.png", steps_until())


def test_it_can_be_cancelled(bench: Workbench, tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        rehearse(bench, tiny_checkpoint, good_photo(tmp_path), steps_until("reconstruct"))
