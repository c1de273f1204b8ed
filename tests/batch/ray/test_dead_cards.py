# SPDX-License-Identifier: GPL-3.0-or-later
"""A process whose card no longer serves it, in a real Ray of this computer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.library import draw_pictures
from tests.long.shaken_cluster import CHECKOUT, VARIABLES

pytestmark = [pytest.mark.torch, pytest.mark.ray]

LIMIT_S = 240.0
PROGRAM = """
import os, sys
from pathlib import Path
from tests.batch.library import items_of, quick_plan
from triposr_addon.batch.ray_actors import PARCEL, Parcel, PreparingActor, packed, unpacked
from triposr_addon.batch.ray_cluster import cluster
from triposr_addon.batch.ray_errand import errand_for
from triposr_addon.worker.failures import DeviceUnavailable

folder, lasting = Path(sys.argv[1]), int(sys.argv[2])

class Dead(PreparingActor):
    def _answer(self, parcel):
        with (folder / "processes").open("a") as file:
            file.write(f"{os.getpid()} ")
        if len((folder / "processes").read_text().split()) <= lasting:
            raise DeviceUnavailable("The card is gone.")
        return parcel

items = items_of([folder / "blob0.png"])
with cluster("local", folder / "log") as ray, errand_for(quick_plan(folder), items[0].picture) as errand:
    actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=10)(Dead).remote(errand)
    told = unpacked(ray.get(actor.__call__.remote({PARCEL: [packed(Parcel(items))]}))[PARCEL][0])
    held = errand.is_any_held()
print(len(told.entries), told.failure, held, file=sys.__stdout__)
"""


def told_of(folder: Path, dead_for: int) -> tuple[str, int]:
    """What came back, and how many processes had it in hand. dead_for: how many of them have a dead card."""
    draw_pictures(folder, 1)
    argv = [sys.executable, "-c", PROGRAM, str(folder), str(dead_for)]
    environment = {**os.environ, **VARIABLES}
    ran = subprocess.run(
        argv, cwd=CHECKOUT, check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip(), len(set((folder / "processes").read_text("ascii").split()))


def test_another_process_does_what_a_dead_card_had_in_hand(tmp_path: Path) -> None:
    assert told_of(tmp_path / "once", 1) == ("1 None False", 2)


def test_a_card_that_serves_no_process_is_told(tmp_path: Path) -> None:
    told, processes = told_of(tmp_path / "ever", 99)
    assert told.startswith("0 On the node ")
    assert told.endswith(": The card is gone. False")
    assert processes == 2
