# SPDX-License-Identifier: GPL-3.0-or-later
"""The reckoning of scale: from figures that are easy to reckon with, by hand."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main as benchmarks
from benchmarks.scale import Cluster, dollars, floor_s, hours, limits, main, measured
from benchmarks.scale import card_named as card

CHECKOUT = Path(__file__).parents[2]
CLUSTER = Cluster(
    pictures=3600,
    gpus=10,
    gpu_second=0.5,
    megapixels=1,
    cut_out="flat",
    resolution=128,
    cores_per_gpu=2.0,
    gpus_per_node=5,
    storage_gb_s=1.0,
    metadata_ops_s=130.0,
    nic_gbit_s=8.0,
    tasks_s=100.0,
    batch=4,
    gpu_price=(1.0, 2.0),
)


@pytest.fixture
def document() -> dict[str, Any]:
    """A second for each step but a third of one for writing; two fields whose mean is round."""
    seconds = {
        "load 1 MP JPEG": 1.0,
        "load 1 MP PNG with alpha": 0.5,
        "frame 1 MP": 1.0,
        "forward built-in float32": 9.0,
    }
    seconds |= {f"cut out 1 MP {way}": 1.0 for way in ("flat", "alpha")}
    for name, value in (("a", 0.5), ("b", 1.5)):
        seconds |= {f"extract and colour 128 {name}": value, f"review 128 {name}": value}
        seconds |= {f"write mesh 128 {name}": value / 2, f"write field 128 {name}": value / 2}
    sizes = {"photo 1 MP JPEG": 100_000, "photo 1 MP PNG with alpha": 200_000, "framed 1 MP": 4_000_000}
    sizes |= {"mesh 128 a": 400_000, "mesh 128 b": 600_000, "field a": 300_000, "thumbnail 128 a": 98_000}
    files = {
        "system calls an item": 13, "catalogue bytes a record": 2_000, "write items a second": 1000,
        "look at items a second": 1000, "write records a second": 1000, "read records a second": 1000,
        "memory bytes a record": 7000,
        "list paths a second": 100_000, "listing bytes an item": 345,
    }  # fmt: skip
    machine = {
        "cpu": "Test CPU",
        "cores": 2,
        "threads": 1,
        "torch": "2",
        "python": "3.11",
        "system": "Linux",
        "load": 0.1,
    }
    return {
        "machine": machine,
        "load_before": 0.2,
        "clock": "CPU seconds",
        "seconds": seconds,
        "bytes": sizes,
        "files": files,
    }


def test_what_was_measured_is_picked_by_the_settings(document: dict[str, Any]) -> None:
    figures = measured(document, CLUSTER)
    assert figures.prepare == {"load photo": 1.0, "cut out": 1.0, "frame": 1.0}
    assert (figures.extract_s, figures.finish_s) == (1.0, 2.0)
    assert figures.item_bytes == 500_000 + 300_000 + 98_000 + 2_000
    with_alpha = measured(document, dataclasses.replace(CLUSTER, cut_out="alpha"))
    assert with_alpha.prepare["load photo"] == 0.5
    assert with_alpha.photo_bytes == 200_000


def test_each_part_lets_through_what_it_can_and_the_narrowest_comes_first(document: dict[str, Any]) -> None:
    found = limits(CLUSTER, measured(document, CLUSTER))
    assert [limit.part for limit in found[:3]] == ["processor cores", "storage, names", "graphics cards"]
    rates = {limit.part: limit.pictures_s for limit in found}
    assert rates["processor cores"] == pytest.approx(20 / 5.0)
    assert rates["storage, names"] == pytest.approx(130 / 13)
    assert rates["graphics cards"] == pytest.approx(20.0)
    assert rates["storage, bytes"] == pytest.approx(1e9 / 1_000_000)
    assert rates["driver, three tasks a group"] == pytest.approx(200.0 * 2 / 3)
    between = 512 * 512 * 12 + 256 * 256 * 4 + 500_000 + 300_000
    assert rates["network between stages, all across nodes"] == pytest.approx(2e9 / between)


def test_hours_and_dollars() -> None:
    assert hours(CLUSTER, 2.0) == pytest.approx(0.5)
    assert dollars(CLUSTER, 0.5) == (5.0, 10.0)
    assert 0.0095 < floor_s(card("A100")) < 0.013


def test_the_command_prints_tables_for_ones_own_cluster(
    document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps(document), encoding="utf-8")
    asked = ["--steps", str(steps), "--megapixels", "1", "--cut-out", "flat", "--resolution", "128", "--gpus", "4"]
    assert benchmarks(["scale", *asked, "--gpu-second", "0.25", "--pictures", "14400"]) == 0
    told = capsys.readouterr().out
    assert "| as given | 0.25 | 16 | 0.25 | 1 to 3 | given |" in told
    assert "rembg" not in told


def test_figures_that_lack_something_are_one_sentence(
    document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps(document), encoding="utf-8")
    assert main(["--steps", str(steps)]) == 2
    assert "lack 'load 4 MP JPEG'" in capsys.readouterr().err
    assert main(["--steps", str(tmp_path / "absent.json")]) == 2
    assert "can't be read" in capsys.readouterr().err


def test_the_page_in_the_checkout_is_what_its_figures_give(tmp_path: Path) -> None:
    assert main(["--page", str(tmp_path / "scale.md")]) == 0
    assert (tmp_path / "scale.md").read_text("utf-8") == (CHECKOUT / "docs" / "scale.md").read_text("utf-8")
