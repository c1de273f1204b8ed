# SPDX-License-Identifier: GPL-3.0-or-later
"""The actors and the gathering of their answers, in one process: parcels are handed on by this test, not by Ray."""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import draw_pictures, items_of, quick_plan  # noqa: E402
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.local_engine import groups  # noqa: E402
from triposr_addon.batch.ray_actors import (  # noqa: E402
    PARCEL,
    Batch,
    MakingActor,
    Parcel,
    PreparingActor,
    packed,
    unpacked,
)
from triposr_addon.batch.ray_engine import Gathering  # noqa: E402
from triposr_addon.batch.ray_errand import Errand, errand_for  # noqa: E402
from triposr_addon.batch.ray_failures import ClusterFailed, NodeUnfit  # noqa: E402
from triposr_addon.batch.target_failures import TargetFull, named  # noqa: E402
from triposr_addon.catalogue_file import Record  # noqa: E402

pytestmark = pytest.mark.torch


@dataclasses.dataclass
class Rows:
    """What Ray's dataset is to the gathering."""

    parcels: list[Parcel | Exception]

    def iter_rows(self) -> Iterator[dict[str, bytes]]:
        for parcel in self.parcels:
            if isinstance(parcel, Exception):
                raise parcel
            yield {PARCEL: packed(parcel)}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def batch_of(parcel: Parcel) -> Batch:
    column = np.empty(1, object)
    column[0] = packed(parcel)
    return {PARCEL: column}


def through(actor: Any, parcel: Parcel) -> Parcel:
    (data,) = actor(batch_of(parcel))[PARCEL]
    return unpacked(data)


def gathered(errand: Errand, items: list[Item], *parcels: Parcel | Exception) -> list[Record]:
    told: list[Record] = []
    Gathering(errand, told.append, lambda: None).gather(Rows(list(parcels)), items)
    return told


def test_parcels_go_through_both_stages_and_nothing_more_is_begun_once_the_run_is_to_end(
    tmp_path: Path, target: Path
) -> None:
    items = items_of(draw_pictures(tmp_path / "pictures", 2))
    plan = quick_plan(target)
    with errand_for(plan, items[0].picture) as errand:
        assert errand.plan_here().model == plan.model, "the built-in model lies within the package"
        (group,) = groups(items, 2)
        preparing, making = PreparingActor(errand), MakingActor(errand)
        prepared = through(preparing, Parcel(group))
        made = through(making, prepared)
        told = gathered(errand, items, made, made)  # the second as after a retry: told once
        assert [record.id for record in told] == [item.id for item in items]
        errand.mark.unlink()
        assert through(preparing, Parcel(group)) == through(making, prepared) == Parcel()
        late = PreparingActor(errand)  # begun when all is over: nothing to complain of
        assert through(late, Parcel(group)) == Parcel()
    assert list(target.glob(".*")) == []


def test_a_full_target_ends_the_run_in_order(target: Path) -> None:
    items = items_of([target / "a.png", target / "b.png"])
    failure = named(OSError(errno.ENOSPC, "full"), target)
    with errand_for(quick_plan(target), "") as errand:
        with pytest.raises(TargetFull):
            gathered(errand, items, Parcel(failure=unpacked(packed(Parcel(failure=failure))).failure), Parcel())
        assert not errand.is_wanted()


def test_what_ray_swallows_is_missed_and_what_it_says_is_handed_on(target: Path) -> None:
    items = items_of([target / "a.png"])
    with errand_for(quick_plan(target), "") as errand:
        with pytest.raises(ClusterFailed, match="without a word of 1 pictures"):
            gathered(errand, items)
        with pytest.raises(ClusterFailed, match=r"ray\.log"):
            gathered(errand, items, RuntimeError("no node left"))
        told = RuntimeError("an actor could not begin")
        told.__cause__ = NodeUnfit("The node x does not see y.")
        with pytest.raises(NodeUnfit):
            gathered(errand, items, told)


def test_a_node_that_sees_less_or_has_other_packages_complains(tmp_path: Path, target: Path) -> None:
    picture = draw_pictures(tmp_path / "pictures", 1)[0]
    with errand_for(quick_plan(target), str(picture)) as errand:
        assert errand.complaint() == ""
        elsewhere = dataclasses.replace(errand, mark=tmp_path / "elsewhere" / ".ray-1")
        assert str(target) in elsewhere.complaint()
        assert "the pictures must be shared" in dataclasses.replace(errand, picture="/nowhere/a.png").complaint()
        other_model = dataclasses.replace(errand.plan, model=tmp_path / "model")
        assert "the model" in dataclasses.replace(errand, plan=other_model, model_within="").complaint()
        older = dataclasses.replace(errand, versions={**errand.versions, "torch": "2.0.0"})
        assert "not 2.0.0: install the same lock" in older.complaint()
        with pytest.raises(NodeUnfit, match="install the same lock"):
            older.check()
