# SPDX-License-Identifier: GPL-3.0-or-later
"""Preparing and Making: the real stages with the built-in model."""

from __future__ import annotations

import dataclasses
import os
import pickle
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402

from tests.batch.library import draw_pictures, files_below, items_of, lasting, quick_plan  # noqa: E402
from triposr_addon.batch.failures import ModelChanged  # noqa: E402
from triposr_addon.batch.making import Making  # noqa: E402
from triposr_addon.batch.prepared import Prepared  # noqa: E402
from triposr_addon.batch.preparing import Preparing  # noqa: E402
from triposr_addon.batch.spans import Span  # noqa: E402
from triposr_addon.batch.target import Target  # noqa: E402
from triposr_addon.catalogue_file import FAILED, MADE, Record  # noqa: E402
from triposr_addon.protocol import STEPS  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402

pytestmark = pytest.mark.torch


def test_a_group_becomes_records_in_its_order_and_each_is_kept(tmp_path: Path) -> None:
    plan, pictures = quick_plan(tmp_path / "out"), draw_pictures(tmp_path, 2)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    items = items_of([pictures[0], tmp_path / "bad.png", pictures[1]])
    preparing, making = Preparing(plan), Making(plan)
    records = making([preparing(item) for item in items])
    assert [(record.id, record.status, record.code) for record in records] == [
        ("blob0", MADE, ""),
        ("bad", FAILED, "PHOTO_UNREADABLE"),
        ("blob1", MADE, ""),
    ]
    target = Target(plan.target)
    assert [target.record_or_none(item.id) for item in items] == records
    assert all(target.is_whole(record) for record in records)
    assert list(records[0].seconds) == [*STEPS[1:], "draw", "write"]


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    plan, spans = quick_plan(tmp_path / "out"), list[Span]()
    items = items_of(draw_pictures(tmp_path, 1))
    preparing, making = Preparing(plan, spans.append), Making(plan, spans.append)
    prepared = [preparing(item) for item in items]
    first = making(prepared)
    spans.clear()
    assert [preparing(item) for item in items] == first  # told by its record
    assert making(prepared) == first  # as when an actor is lost after its work, and the work is given out again
    assert spans == []


def test_what_is_handed_on_is_small_and_can_be_pickled(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out")
    (item,) = items_of(draw_pictures(tmp_path, 1))
    prepared = Preparing(plan)(item)
    assert isinstance(prepared, Prepared)
    copy = pickle.loads(pickle.dumps((plan, prepared)))[1]
    assert prepared.photo.framed.shape == (256, 256, 4)
    assert lasting(Making(plan)([copy])[0]).status == MADE


def test_a_review_tells_of_the_mesh_and_draws_it(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out", reviews=True)
    (item,) = items_of(draw_pictures(tmp_path, 1))
    (record,) = Making(plan)([Preparing(plan)(item)])
    assert record.overlap is not None
    assert record.review["triangles"] == record.triangles > 100
    assert record.sizes["thumbnail.png"] < 40_000


@pytest.mark.parametrize("wishes", [{"mesh_format": "npz"}, {"keeps_field": False}, {"mesh_format": "ply"}])
def test_what_is_wished_is_written(wishes: dict[str, object], tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out", **wishes)
    (item,) = items_of(draw_pictures(tmp_path, 1))
    (record,) = Making(plan)([Preparing(plan)(item)])
    names = [plan.mesh_name, *(["field.triplane.safetensors"] if plan.keeps_field else []), "thumbnail.png"]
    assert list(record.sizes) == names


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    items, kept = items_of(draw_pictures(tmp_path, 2)), list[tuple[list[Record], dict[str, bytes]]]()
    for name in ("one", "other"):
        plan = quick_plan(tmp_path / name)
        preparing, making = Preparing(plan), Making(plan)
        records = making([preparing(item) for item in items])
        kept.append(([lasting(record) for record in records], files_below(plan.target)))
    assert kept[0] == kept[1]
    assert len(kept[0][1]) == 6


def test_a_surface_that_fails_is_recorded_and_the_group_goes_on(tmp_path: Path) -> None:
    plan = quick_plan(tmp_path / "out")
    items = items_of(draw_pictures(tmp_path, 2))
    items[0] = dataclasses.replace(items[0], surface=dataclasses.replace(items[0].surface, threshold=9e5))
    preparing, making = Preparing(plan), Making(plan)
    records = making([preparing(item) for item in items])
    assert [(record.status, record.code) for record in records] == [(FAILED, "SURFACE_EMPTY"), (MADE, "")]


def test_no_mesh_is_made_by_another_model_than_the_one_that_the_run_began_with(tmp_path: Path) -> None:
    model = Path(shutil.copytree(PREVIEW_FOLDER, tmp_path / "model"))
    weights = model / "model.safetensors"
    plan = quick_plan(tmp_path / "out", model=model)
    items = items_of(draw_pictures(tmp_path, 3))
    preparing, making = Preparing(plan), Making(plan)
    first, sound = making([preparing(items[0])])[0], weights.read_bytes()
    tensors = load_file(weights)
    weights.unlink()
    save_file({name: tensor * 1.01 for name, tensor in tensors.items()}, weights)
    second = making([preparing(items[1])])[0]
    with pytest.raises(ModelChanged, match="another than at the start"):
        Making(plan)
    weights.write_bytes(sound)
    third = making([preparing(items[2])])[0]
    assert [record.code for record in (first, second, third)] == ["", "MODEL_CHANGED", ""]
    assert second.sizes == {}


def test_a_pipe_is_no_picture_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (record,) = [Preparing(quick_plan(tmp_path / "out"))(item) for item in items_of([tmp_path / "pipe.png"])]
    assert isinstance(record, Record)
    assert record.code == "PHOTO_UNREADABLE"
