# SPDX-License-Identifier: GPL-3.0-or-later
"""A real cluster of two nodes, of which one is killed without a word: the short part of tests/long/ray_cluster.py."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.long.cluster_pictures import draw_library
from tests.long.cluster_verdict import judge
from tests.long.shaken_cluster import CHECKOUT, KILL, Event, shake

pytestmark = [pytest.mark.torch, pytest.mark.ray]

PICTURES = 24
LIMIT_S = 300.0


def test_a_lost_node_costs_no_picture_and_no_bit(tmp_path: Path) -> None:
    pictures, one, many = (tmp_path / name for name in ("pictures", "one", "many"))
    draw_library(pictures, PICTURES - 1, seed=1)
    (pictures / "bad.png").write_bytes(b"no picture")
    command = [str(pictures), "--resolution", "32", "--no-review", "--device", "cpu"]
    argv = [sys.executable, "-m", "triposr_addon", "batch", *command, "--lanes", "1", "-o", str(one)]
    alone = subprocess.run(argv, cwd=CHECKOUT, check=False, capture_output=True, timeout=LIMIT_S)
    assert alone.returncode == 1, alone.stderr
    events, dice = [Event(PICTURES // 4, KILL)], random.Random(1)  # which node, no secret
    shaken = shake([*command, "-o", str(many)], many, events, nodes=2, dice=dice, is_quick=True)
    assert (shaken.exit_code, len(shaken.happened)) == (1, 1), shaken.told
    ids = {path.relative_to(pictures).with_suffix("").as_posix() for path in pictures.rglob("*.png")}
    verdict = judge(ids, one, many)
    assert (verdict.made, verdict.failed) == (PICTURES - 1, 1)
    assert verdict.is_good, verdict
    assert "pictures/s" in shaken.told
    assert "1 failed" in shaken.told.splitlines()[-1], "no word of Ray's among ours"
