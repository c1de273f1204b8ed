# SPDX-License-Identifier: GPL-3.0-or-later
"""One process or several lanes: the same results, whatever becomes of the lanes."""

from __future__ import annotations

import dataclasses
import os
import signal
from functools import partial
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import draw_pictures, files_below, items_of, lasting, quick_plan  # noqa: E402
from triposr_addon.batch.card_engine import CardEngine  # noqa: E402
from triposr_addon.batch.failures import ModelChanged  # noqa: E402
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.item_records import LANE_DIED  # noqa: E402
from triposr_addon.batch.lane_engine import LaneEngine  # noqa: E402
from triposr_addon.batch.lanes import LanePool  # noqa: E402
from triposr_addon.batch.local_engine import make_in_turn  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.batch.spans import Span  # noqa: E402
from triposr_addon.catalogue_file import Record  # noqa: E402

pytestmark = pytest.mark.torch

COUNT = 6


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    folder = tmp_path_factory.mktemp("pictures")
    pictures = draw_pictures(folder, COUNT)
    (folder / "bad.png").write_bytes(b"no picture")
    return items_of([*pictures[:3], folder / "bad.png", *pictures[3:]])


@pytest.fixture(scope="module")
def in_turn(items: list[Item], tmp_path_factory: pytest.TempPathFactory) -> tuple[BatchPlan, list[Record]]:
    """The library as one process makes it."""
    plan, records = quick_plan(tmp_path_factory.mktemp("in_turn")), list[Record]()
    make_in_turn(plan, items, Overseer(records.append))
    return plan, records


def by_id(records: list[Record]) -> dict[str, Record]:
    assert len({record.id for record in records}) == len(records), "each is told once"
    return {record.id: lasting(record) for record in records}


def lane_processes() -> list[int]:
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.pid]


def test_lanes_make_the_same_bit_for_bit_also_where_one_is_killed(
    items: list[Item], in_turn: tuple[BatchPlan, list[Record]], tmp_path: Path
) -> None:
    plan, records, killed = quick_plan(tmp_path), list[Record](), list[int]()

    def told(record: Record) -> None:
        records.append(record)
        if len(records) == 1:
            killed.append(lane_processes()[0])
            os.kill(killed[-1], signal.SIGKILL)

    LaneEngine(plan, Overseer(told), lanes=2).make(items)
    assert killed
    assert by_id(records) == by_id(in_turn[1])
    assert files_below(tmp_path) == files_below(in_turn[0].target)


def test_a_picture_that_kills_its_lane_twice_has_failed(tmp_path: Path) -> None:
    items, records = items_of(draw_pictures(tmp_path, 1)), list[Record]()

    def tick() -> None:
        for number in lane_processes():
            os.kill(number, signal.SIGKILL)

    LaneEngine(quick_plan(tmp_path / "out"), Overseer(records.append, tick=tick), lanes=1).make(items)
    assert [record.code for record in records] == [LANE_DIED]
    assert "SIGKILL" in records[0].sentence


def test_a_cards_engine_makes_the_same_with_lanes_before_and_behind_it(
    items: list[Item], in_turn: tuple[BatchPlan, list[Record]], tmp_path: Path
) -> None:
    """The processor stands for the card. A lane is killed, too."""
    plan, records, spans = quick_plan(tmp_path), list[Record](), list[Span]()

    def told(record: Record) -> None:
        records.append(record)
        if len(records) == 1:
            os.kill(lane_processes()[0], signal.SIGKILL)

    CardEngine(plan, Overseer(told, spans.append), lanes=1, at_once=1).make(items)
    assert by_id(records) == by_id(in_turn[1])
    assert files_below(tmp_path) == files_below(in_turn[0].target)
    assert {span.lane for span in spans} == {"lane 1", "network", "extraction"}


def test_lanes_that_find_another_model_make_nothing(items: list[Item], tmp_path: Path) -> None:
    plan, records = dataclasses.replace(quick_plan(tmp_path / "out"), model_sha256="0" * 64), list[Record]()
    with pytest.raises(ModelChanged, match="another than at the start"):
        LaneEngine(plan, Overseer(records.append), 2, 1).make(items)
    assert records == []
    assert not list(plan.target.rglob("*.glb"))


def test_nothing_more_is_begun_when_it_is_to_stop(items: list[Item], tmp_path: Path) -> None:
    records = list[Record]()
    make_in_turn(quick_plan(tmp_path), items, Overseer(records.append, stop=lambda: bool(records)))
    assert [record.id for record in records] == [items[0].id]


def test_a_lane_that_hangs_is_ended(items: list[Item], tmp_path: Path) -> None:
    told = list[Record]()
    hurried = partial(LanePool, picture_seconds=0.0)
    LaneEngine(quick_plan(tmp_path), Overseer(told.append), lanes=1, pool=hurried).make(items[:1])
    assert [(record.id, record.code) for record in told] == [(items[0].id, LANE_DIED)]
