# SPDX-License-Identifier: GPL-3.0-or-later
"""The actors and the gathering of their answers, in one process: parcels are handed on by this test, not by Ray."""

from __future__ import annotations

import dataclasses
import errno
import platform
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import draw_pictures, items_of, lasting, quick_plan  # noqa: E402
from triposr_addon.batch.failures import ModelChanged  # noqa: E402
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.local_engine import groups  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.prepared import Meshed  # noqa: E402
from triposr_addon.batch.ray_actors import (  # noqa: E402
    PARCEL,
    Batch,
    FinishingActor,
    MakingActor,
    MeshingActor,
    Parcel,
    PreparingActor,
    packed,
    unpacked,
)
from triposr_addon.batch.ray_engine import parcels_of  # noqa: E402
from triposr_addon.batch.ray_errand import Errand, errand_for  # noqa: E402
from triposr_addon.batch.ray_failures import ClusterFailed, NodeUnfit  # noqa: E402
from triposr_addon.batch.ray_gathering import Gathering, group_limit  # noqa: E402
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


@dataclasses.dataclass
class Hanging:
    """A dataset of which nothing comes before it is let go."""

    let_go: threading.Event

    def iter_rows(self) -> Iterator[dict[str, bytes]]:
        self.let_go.wait(60.0)
        yield from ()


class Watched(PreparingActor):
    """Tells whether its errand knew that it was at work."""

    def _answer(self, parcel: Parcel) -> Parcel:
        is_held = self._errand.is_any_held()
        return Parcel([dataclasses.replace(item, id="held" if is_held else "") for item in items_of_parcel(parcel)])


def items_of_parcel(parcel: Parcel) -> list[Item]:
    return [entry for entry in parcel.entries if isinstance(entry, Item)]


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


def gathering_of(
    errand: Errand,
    items: list[Item],
    told: list[Record],
    *,
    stop: bool = False,
    limit_s: float = 60.0,
    arriving_s: float = 60.0,
) -> Gathering:
    overseer = Overseer(told.append, stop=lambda: stop)
    return Gathering(errand, {item.id for item in items}, overseer, limit_s, arriving_s)


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
        assert {span.step for span in made.spans} >= {"load photo", "reconstruct", "extract", "write"}
        told: list[Record] = []
        gathering = gathering_of(errand, items, told)
        gathering.gather(Rows([made, made]))  # the second as after a retry: told once
        assert [record.id for record in told] == [item.id for item in items]
        assert not gathering.missing
        errand.mark.unlink()
        (errand.hands / "of-nobody").touch()
        with errand.held(f"PreparingActor {items[0].id}"):  # as a process that was lost then
            assert through(preparing, Parcel(group)) == through(making, prepared) == Parcel()
            assert [hand.name for hand in errand.hands.iterdir()] == ["of-nobody"]
        late = PreparingActor(errand)  # begun when all is over: nothing to complain of
        assert through(late, Parcel(group)) == Parcel()
    assert list(target.glob(".*")) == []


def test_beside_a_card_meshes_are_finished_by_others_with_the_same_result(tmp_path: Path, target: Path) -> None:
    items = items_of([*draw_pictures(tmp_path / "pictures", 1), tmp_path / "missing.png"])
    with errand_for(quick_plan(target), items[0].picture) as errand:
        meshed = through(MeshingActor(errand), through(PreparingActor(errand), Parcel(items)))
        assert [type(one) for one in meshed.entries] == [Meshed, Record]
        apart = through(FinishingActor(errand), meshed).entries
        shutil.rmtree(target / "items")
        together = through(MakingActor(errand), through(PreparingActor(errand), Parcel(items))).entries
    assert [lasting(one) for one in apart if isinstance(one, Record)] == [
        lasting(one) for one in together if isinstance(one, Record)
    ]


def test_a_full_target_ends_the_run_in_order(target: Path) -> None:
    items = items_of([target / "a.png", target / "b.png"])
    failure = named(OSError(errno.ENOSPC, "full"), target)
    with errand_for(quick_plan(target), "") as errand:
        gathering = gathering_of(errand, items, [])
        gathering.gather(Rows([Parcel(failure=failure), Parcel()]))
        assert isinstance(gathering.failure, TargetFull)
        assert gathering.failure.sentence == failure.sentence
        assert gathering.is_ending
        assert not errand.is_wanted()


def test_who_wants_it_to_end_gets_what_is_in_work(target: Path) -> None:
    items = items_of([target / "a.png"])
    with errand_for(quick_plan(target), "") as errand:
        gathering = gathering_of(errand, items, [], stop=True)
        gathering.gather(Rows([]))
        assert (gathering.is_ending, gathering.failure, errand.is_wanted()) == (True, None, False)


def test_what_is_in_hand_has_time_by_its_pictures_and_what_takes_longer_is_told(target: Path) -> None:
    assert group_limit(4) == 4 * group_limit(1)
    assert group_limit(1) >= 600, "a slow processor takes minutes for a picture of the released model"
    items = items_of([target / "a.png"])
    never = threading.Event()
    with errand_for(quick_plan(target), "") as errand:
        gathering = gathering_of(errand, items, [], stop=True, limit_s=0.1)
        gathering.gather(Hanging(never))
        never.set()
    assert isinstance(gathering.failure, ClusterFailed)
    assert "given up" in gathering.failure.sentence
    assert gathering.missing


def test_what_is_in_hand_is_waited_for_and_what_nobody_has_begun_is_not(target: Path) -> None:
    items = items_of([target / "a.png"])
    done, never = threading.Event(), threading.Event()

    def work(errand: Errand, begun: threading.Event) -> None:
        with errand.held("a"):
            begun.set()
            time.sleep(1.5)
            done.set()

    with errand_for(quick_plan(target), "") as errand:
        begun = threading.Event()
        worker = threading.Thread(target=work, args=(errand, begun))
        worker.start()
        begun.wait()
        gathering = gathering_of(errand, items, [], stop=True, arriving_s=0.1)
        gathering.gather(Hanging(never))
        assert done.is_set()
        assert gathering.failure is None
        worker.join()
        never.set()
        assert not errand.is_any_held()
    assert list(target.glob(".*")) == []


def test_an_actor_shows_what_it_has_in_hand(tmp_path: Path, target: Path) -> None:
    items = items_of(draw_pictures(tmp_path / "pictures", 1))
    with errand_for(quick_plan(target), items[0].picture) as errand:
        told = through(Watched(errand), Parcel(items))
        assert [item.id for item in items_of_parcel(told)] == ["held"]
        assert not errand.is_any_held()


def test_meshes_that_are_there_when_the_run_ends_are_finished(tmp_path: Path, target: Path) -> None:
    items = items_of(draw_pictures(tmp_path / "pictures", 1))
    with errand_for(quick_plan(target), items[0].picture) as errand:
        meshed = through(MeshingActor(errand), through(PreparingActor(errand), Parcel(items)))
        errand.mark.unlink()
        (record,) = through(FinishingActor(errand), meshed).entries
    assert isinstance(record, Record)
    assert (target / "items").is_dir()


def test_what_ray_swallows_is_given_out_again_in_the_same_groups_and_in_the_end_alone(target: Path) -> None:
    items = items_of([target / f"{name}.png" for name in "abcde"])
    given = [[item.id for item in parcel.entries if isinstance(item, Item)] for parcel in parcels_of(items, {"c"}, 2)]
    assert given == [["c", "d"]]
    (alone,) = parcels_of(items, {"c"}, 2, is_last=True)
    assert alone.entries == (items[2],)
    with errand_for(quick_plan(target), "") as errand, pytest.raises(ClusterFailed, match=r"ray\.log"):
        gathering_of(errand, items, []).gather(Rows([RuntimeError("no node left")]))


def test_a_node_that_sees_less_or_has_other_packages_complains(tmp_path: Path, target: Path) -> None:
    picture = draw_pictures(tmp_path / "pictures", 1)[0]
    with errand_for(quick_plan(target), str(picture)) as errand:
        assert errand.complaint() == ""
        elsewhere = dataclasses.replace(errand, mark=tmp_path / "elsewhere" / ".ray-1")
        assert str(target) in elsewhere.complaint()
        assert "the pictures must be shared" in dataclasses.replace(errand, picture="/nowhere/a.png").complaint()
        unreadable = dataclasses.replace(errand, picture=f"/{'a' * 300}.png")
        assert "can't read /aaa" in unreadable.complaint(), "what the system refuses is a complaint, no exception"
        other_model = dataclasses.replace(errand.plan, model=tmp_path / "model")
        assert "the model" in dataclasses.replace(errand, plan=other_model, model_within="").complaint()
        older = dataclasses.replace(errand, versions={**errand.versions, "torch": "2.0.0"})
        assert "not 2.0.0: install the same lock" in older.complaint()
        lacking = dataclasses.replace(errand, versions={**errand.versions, "torch": ""})
        assert "not without it" in lacking.complaint()
        with pytest.raises(NodeUnfit, match="install the same lock"):
            older.check()
        told = through(PreparingActor(older), Parcel(items_of([picture])))
        assert isinstance(told.failure, NodeUnfit)


def test_what_stops_an_actor_is_told_with_its_nodes_name(tmp_path: Path, target: Path) -> None:
    items = items_of(draw_pictures(tmp_path / "pictures", 1))
    plan = quick_plan(target)
    with errand_for(dataclasses.replace(plan, model_sha256="0" * 64), items[0].picture) as errand:
        told = through(MakingActor(errand), Parcel(items)).failure
    assert isinstance(told, ModelChanged)
    assert told.sentence.startswith(f"On the node {platform.node()}: The model in ")
