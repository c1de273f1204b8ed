# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of a library outlive slips: wrong options, pictures out of sight, models that are not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from tests.batch.library import QUICK, draw_picture, draw_pictures, files_below, items_of, quick_plan  # noqa: E402
from triposr_addon.__main__ import main  # noqa: E402
from triposr_addon.batch.item import Item, Listing  # noqa: E402
from triposr_addon.batch.making import Making  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.batch.preparing import Preparing  # noqa: E402
from triposr_addon.batch.target import Target  # noqa: E402
from triposr_addon.batch.to_do import to_do  # noqa: E402
from triposr_addon.catalogue_file import CATALOGUE_NAME, records_in  # noqa: E402
from triposr_addon.protocol import PhotoSettings  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A manifest of two pictures, whose library is made."""
    draw_pictures(tmp_path, 2)
    table = tmp_path / "table.csv"
    table.write_text("path,id\nblob0.png,one\nblob1.png,two\n")
    assert make(table) == 0
    return table


def make(table: Path, *more: str) -> int:
    return main(["batch", str(table), "-o", str(table.parent / "out"), *QUICK, "--lanes", "1", *more])


def meshes(table: Path) -> dict[str, bytes]:
    files = files_below(table.parent / "out")
    assert len(files) == 6
    return files


def statuses(table: Path) -> list[str]:
    with (table.parent / "out" / CATALOGUE_NAME).open("rb") as file:
        return [record.status for record in records_in(file)]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--resolution", "2048"),
        ("--foreground-ratio", "2"),
        ("--density-blur", "5"),
        ("--rembg-model", "cup"),
        ("--rembg-model", "u2net", "--rembg-home", "nowhere"),
        ("--background", "rembg", "--rembg-home", "nowhere"),
        ("--threshold", "nan"),
        ("--timeline", "run.png"),
        ("--timeline", "nowhere/run.svg"),
    ],
)
def test_an_option_that_can_not_be_is_refused_before_any_work(
    wrong: tuple[str, ...], table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = meshes(table)
    try:
        code: object = make(table, *wrong)
    except SystemExit as refused:  # by the command line itself
        code = refused.code
    assert code == 2
    assert "error: " in capsys.readouterr().err
    assert meshes(table) == before


def test_a_picture_out_of_sight_is_told_and_keeps_its_mesh(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = meshes(table)
    (table.parent / "blob0.png").rename(table.parent / "away.png")
    for _ in range(2):
        assert make(table) == 1
        assert "failed: one: " in capsys.readouterr().err
    assert (meshes(table), statuses(table)) == (before, ["made", "made"])
    (table.parent / "away.png").rename(table.parent / "blob0.png")
    assert make(table) == 0
    assert "2 are there, 0 to make" in capsys.readouterr().err


def test_where_a_model_is_missing_for_a_row_its_mesh_stays(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = meshes(table)
    table.write_text("path,id,background\nblob0.png,one,\nblob1.png,two,rembg\n")
    assert make(table, "--rembg-home", str(table.parent / "nothing")) == 1
    assert "failed: two: No background model is installed." in capsys.readouterr().err
    assert (meshes(table), statuses(table)) == (before, ["made", "made"])


def test_what_a_file_holds_counts_where_it_is_to_be_verified(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = meshes(table)
    mesh = next((table.parent / "out").rglob("mesh.glb"))
    mesh.write_bytes(mesh.read_bytes()[:-1] + b"?")
    assert make(table) == 0
    assert meshes(table) != before
    assert make(table, "--verify") == 0
    assert "1 are there, 1 to make" in capsys.readouterr().err
    assert meshes(table) == before


def test_a_merge_names_meshes_that_are_gone(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next((table.parent / "out").rglob("one/mesh.glb")).unlink()
    capsys.readouterr()
    assert main(["batch", "--merge", str(table.parent / "out")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "missing: one",
        "1 meshes and 0 failures in the catalogue; 1 are missing",
    ]


def test_a_slip_in_a_row_costs_no_mesh(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = meshes(table)
    table.write_text("path,id,resolution\nblob0.png,one,2048\nblob1.png,two,\n")
    assert make(table) == 1
    assert "refused: one: " in capsys.readouterr().err
    assert (meshes(table), statuses(table)) == (before, ["made", "made"])


def test_a_picture_that_is_broken_now_has_no_mesh_any_more(table: Path) -> None:
    (table.parent / "blob0.png").write_bytes(b"no picture")
    assert make(table) == 1
    assert statuses(table) == ["failed", "made"]
    assert len(files_below(table.parent / "out")) == 3


def masked(folder: Path) -> tuple[BatchPlan, Item]:
    """A picture with a painted mask."""
    picture, mask = draw_picture(folder / "blob.png", 0), folder / "mask.png"
    Image.new("L", (96, 96), 255).save(mask)
    (item,) = items_of([picture])
    return quick_plan(folder / "out"), Item(item.id, item.picture, item.told, PhotoSettings(mask_path=str(mask)))


def test_a_mask_that_is_painted_while_its_mesh_is_made_is_seen_by_the_next_run(tmp_path: Path) -> None:
    plan, item = masked(tmp_path)
    prepared = Preparing(plan)(item)
    mask = Image.new("L", (96, 96), 0)
    mask.paste(255, (30, 30, 60, 60))
    mask.save(tmp_path / "mask.png")
    (record,) = Making(plan)([prepared])
    assert record.code == ""
    assert to_do(Listing((item,)), plan, Target(plan.target)).items == (item,)


def test_a_mask_out_of_sight_costs_no_mesh(tmp_path: Path) -> None:
    plan, item = masked(tmp_path)
    Making(plan)([Preparing(plan)(item)])
    before = files_below(plan.target)
    (tmp_path / "mask.png").unlink()
    failed = Preparing(plan)(item)
    assert getattr(failed, "code", "") == "MASK_UNREADABLE"
    assert files_below(plan.target) == before
    assert len(before) == 3
