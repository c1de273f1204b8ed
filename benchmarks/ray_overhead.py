# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ray itself takes: parcels that carry what pictures carry, through two stages of actors that do nothing.

usage: python3 -m vendor_installer run --with ray -- python benchmarks/ray_overhead.py [--parcels 600] [--json OUT]

Wall seconds a parcel on all cores of this machine, from the first that comes out on, and the most memory of the driver.
benchmarks/scale.py reckons with it where its figures are there. Exit code 2: Ray is not installed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, write_document
from benchmarks.machine import load_or_none, machine
from benchmarks.scale import PICTURE_BYTES
from triposr_addon.batch.ray_actors import PARCEL
from triposr_addon.batch.ray_cluster import cluster
from triposr_addon.batch.ray_failures import RayFailure

JSON = Path(__file__).resolve().parent / "results" / "ray_overhead.json"
ITEM_BYTES = 600
"""Of a pickled item, about."""


class Carrying:
    """An actor that hands on parcels of another size."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The same number of parcels."""
        batch[PARCEL] = [bytes(self._size) for _ in batch[PARCEL]]
        return batch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = parser().parse_args(arguments)
    before = load_or_none()
    try:
        with tempfile.TemporaryDirectory() as folder, cluster("local", Path(folder, "ray.log")) as ray:
            seconds = {size: seconds_a_parcel(size, options.parcels) for size in (ITEM_BYTES, PICTURE_BYTES)}
            cores = ray.cluster_resources()["CPU"]
    except RayFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    figures = {
        "parcels": options.parcels,
        "cores": cores,
        "empty parcels a second": 1.0 / seconds[ITEM_BYTES],
        "parcels with a picture a second": 1.0 / seconds[PICTURE_BYTES],
        "driver_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }
    print(figures)
    write_document({"benchmark": "ray_overhead", "machine": machine(), "load_before": before, **figures}, options.json)
    return 0


def seconds_a_parcel(size: int, parcels: int) -> float:
    """Wall seconds, from the first parcel that comes out to the last. size: bytes between the two stages."""
    data = importlib.import_module("ray.data")
    context = data.DataContext.get_current()
    context.enable_progress_bars = context.enable_operator_progress_bars = False
    rows = [{PARCEL: bytes(ITEM_BYTES)} for _ in range(parcels)]
    pool = {"batch_size": 1, "num_cpus": 0.5}
    made = data.from_items(rows, override_num_blocks=parcels)
    for carried in (size, ITEM_BYTES):
        made = made.map_batches(
            Carrying, fn_constructor_args=(carried,), compute=data.ActorPoolStrategy(min_size=1, max_size=1), **pool
        )
    came = [time.perf_counter() for _row in made.iter_rows()]
    return (came[-1] - came[0]) / (len(came) - 1)


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--parcels", type=int, default=600, metavar="N")
    command.add_argument("--json", type=Path, default=JSON, metavar="OUT", help="where to write the figures")
    return command


if __name__ == "__main__":
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    sys.exit(main())
