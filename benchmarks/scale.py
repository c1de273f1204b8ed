# SPDX-License-Identifier: GPL-3.0-or-later
"""What a library of pictures takes on a cluster, reckoned from measured seconds and bytes; and what breaks first.

    python -m benchmarks scale --pictures 1000000 --gpus 100 --cut-out rembg --gpu-second 0.5

Prints the tables of docs/scale.md for these figures; --page writes that page. --steps names the figures of
benchmarks/library_steps.py, by default those that were measured last; measure on your own machine, and put in your own
storage, network and prices. Exit code 2: the figures can't be read, or lack what is asked for.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.command import BAD_INPUT
from benchmarks.floors import CARDS, Card, extraction_floor_s, forward_floor_s

CHECKOUT = Path(__file__).resolve().parents[1]
STEPS = CHECKOUT / "benchmarks" / "results" / "library_steps.json"
RAY = CHECKOUT / "benchmarks" / "results" / "ray_overhead.json"
PAGE = CHECKOUT / "docs" / "scale.md"
PAPER_S = 0.5
"""From picture to mesh on an A100, at most: the abstract of the TripoSR paper, arXiv 2403.02151."""
PICTURE_BYTES = 512 * 512 * 3 * 4 + 256 * 256 * 4
"""From the first stage to the second: the network's picture, float32, and the cut-out for the review, RGBA."""
TASKS_A_GROUP = 3
"""Prepare, network and mesh, finish: as with cards (ray_engine.py)."""
GIGA = 1e9

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Cluster:
    """What is asked for, and what there is. All but the counts of pictures and cards is assumed unless it is given.

    gpu_second: of a graphics card for one picture, network and extraction. cores_per_gpu: hardware threads.
    storage_gb_s, metadata_ops_s: of the whole shared file system. nic_gbit_s: of a node. tasks_s: that the driver hands
    out. batch: pictures in a task. gpu_price: dollars an hour, lowest and highest.
    """

    pictures: int = 1_000_000
    gpus: int = 100
    gpu_second: float = PAPER_S
    megapixels: int = 4
    photo: str = "JPEG"
    cut_out: str = "rembg"
    resolution: int = 256
    cores_per_gpu: float = 12.0
    gpus_per_node: int = 8
    storage_gb_s: float = 10.0
    metadata_ops_s: float = 20_000.0
    nic_gbit_s: float = 25.0
    tasks_s: float = 569.0
    batch: int = 4
    gpu_price: tuple[float, float] = (0.80, 3.00)


@dataclass(frozen=True)
class Measured:
    """The figures of library_steps for one cluster's settings: a picture's seconds of one core, bytes and calls."""

    prepare: Mapping[str, float]
    extract_s: float
    finish: Mapping[str, float]
    written: Mapping[str, float]
    photo_bytes: float
    framed_bytes: float
    files: Figures

    @property
    def prepare_s(self) -> float:
        """Load, cut out, frame."""
        return sum(self.prepare.values())

    @property
    def finish_s(self) -> float:
        """What a processor does after the card, which extracts too: review, drawing, files."""
        return sum(self.finish.values())

    @property
    def item_bytes(self) -> float:
        """That one picture leaves."""
        return sum(self.written.values())

    @property
    def between_bytes(self) -> float:
        """From stage to stage for one picture: to the network, and to who writes its mesh and field.

        Mesh and field take about what their files do: 24 bytes a triangle where a .glb has 28.
        """
        return PICTURE_BYTES + self.written["mesh"] + self.written["field"]


@dataclass(frozen=True)
class Limit:
    """The most pictures a second that one part of the cluster lets through."""

    part: str
    pictures_s: float
    how: str


def measured(document: Mapping[str, Any], cluster: Cluster) -> Measured:
    """Pick out what the cluster's settings ask for. Raises KeyError where that was not measured."""
    seconds, sizes = document["seconds"], document["bytes"]
    size, photo = f"{cluster.megapixels} MP", "PNG with alpha" if cluster.cut_out == "alpha" else cluster.photo
    prepare = {
        "load photo": seconds[f"load {size} {photo}"],
        "cut out": seconds[f"cut out {size} {cluster.cut_out}"],
        "frame": seconds[f"frame {size}"],
    }
    extract_s = _typical(seconds, f"extract and colour {cluster.resolution}")
    finish = {
        "review, thumbnail": _typical(seconds, f"review {cluster.resolution}"),
        "write": _typical(seconds, f"write mesh {cluster.resolution}")
        + _typical(seconds, f"write field {cluster.resolution}"),
    }
    written = {
        "mesh": _typical(sizes, f"mesh {cluster.resolution}"),
        "field": _typical(sizes, "field"),
        "thumbnail": _typical(sizes, f"thumbnail {cluster.resolution}"),
        "record": document["files"]["catalogue bytes a record"],
    }
    photo_bytes = sizes[f"photo {size} {photo}"]
    return Measured(prepare, extract_s, finish, written, photo_bytes, sizes[f"framed {size}"], document["files"])


def _typical(figures: Figures, beginning: str) -> float:
    """The mean over the fitted fields."""
    found = [value for name, value in figures.items() if name.startswith(f"{beginning} ")]
    if not found:
        raise KeyError(beginning)
    return statistics.fmean(found)


def floor_s(card: Card) -> float:
    """Of a picture on a card: the network's matrix products in half precision and a chair's extraction at 256."""
    return forward_floor_s(card, half=True) + extraction_floor_s(card, 491_365, 43_638)


def limits(cluster: Cluster, figures: Measured) -> list[Limit]:
    """What each part lets through, the narrowest first."""
    nodes = max(1, -(-cluster.gpus // cluster.gpus_per_node))
    cores = cluster.gpus * cluster.cores_per_gpu
    calls = figures.files["system calls an item"]
    core_s = figures.prepare_s + figures.finish_s
    traffic = figures.item_bytes + figures.photo_bytes
    found = [
        Limit("graphics cards", cluster.gpus / cluster.gpu_second, f"{cluster.gpus} / {cluster.gpu_second:.3g} s"),
        Limit("processor cores", cores / core_s, f"{cores:.0f} cores / {core_s:.2f} s"),
        Limit(
            "storage, bytes",
            cluster.storage_gb_s * GIGA / traffic,
            f"{cluster.storage_gb_s:g} GB/s / {traffic / 1e6:.2f} MB",
        ),
        Limit(
            "storage, names",
            cluster.metadata_ops_s / calls,
            f"{cluster.metadata_ops_s:,.0f} calls/s / {calls:.0f}",
        ),
        Limit(
            "network between stages, all across nodes",
            nodes * cluster.nic_gbit_s / 8 * GIGA / figures.between_bytes,
            f"{nodes} nodes x {cluster.nic_gbit_s:g} Gbit/s / {figures.between_bytes / 1e6:.1f} MB",
        ),
        Limit(
            "driver, three tasks a group",
            cluster.tasks_s * cluster.batch / TASKS_A_GROUP,
            f"{cluster.tasks_s:g} tasks/s x {cluster.batch} / {TASKS_A_GROUP}",
        ),
    ]
    return sorted(found, key=lambda limit: limit.pictures_s)


def cores_to_feed(cluster: Cluster, core_seconds: float) -> float:
    """Cores for each card, so that it never waits."""
    return core_seconds / cluster.gpu_second


def hours(cluster: Cluster, pictures_s: float) -> float:
    """For all pictures at that rate."""
    return cluster.pictures / pictures_s / 3600.0


def dollars(cluster: Cluster, taken_h: float) -> tuple[float, float]:
    """Of all cards for so many hours, at the lowest and the highest price."""
    low, high = cluster.gpu_price
    return cluster.gpus * taken_h * low, cluster.gpus * taken_h * high


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    from benchmarks.scale_page import page, tables

    options = parser().parse_args(arguments)
    try:
        document = json.loads(options.steps.read_text(encoding="utf-8"))
        ray = json.loads(RAY.read_text(encoding="utf-8")) if RAY.is_file() else {}
        cluster = cluster_of(options)
        text = page(document, cluster, ray) if options.page else tables(document, cluster)
    except (OSError, ValueError) as error:
        print(f"The figures {options.steps} can't be read: {error}. Measure them: --help says how.", file=sys.stderr)
        return BAD_INPUT
    except KeyError as error:
        print(f"The figures {options.steps} lack {error}. Measure them again: --help says how.", file=sys.stderr)
        return BAD_INPUT
    if options.page:
        options.page.write_text(text, encoding="utf-8")
    print(options.page or text)
    return 0


def cluster_of(options: argparse.Namespace) -> Cluster:
    """What the command line asks for."""
    names = {entry.name for entry in dataclasses.fields(Cluster)}
    told = {name: value for name, value in vars(options).items() if name in names}
    return Cluster(**{**told, "gpu_price": tuple(told["gpu_price"])})


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    usual = Cluster()
    command = argparse.ArgumentParser(prog="python -m benchmarks scale", description=__doc__)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    add = command.add_argument
    add("--steps", type=Path, default=STEPS, metavar="FILE", help="figures of benchmarks/library_steps.py")
    add("--page", type=Path, nargs="?", const=PAGE, metavar="FILE", help="write the whole page, docs/scale.md")
    add("--pictures", type=_count, default=usual.pictures, metavar="N")
    add("--gpus", type=_count, default=usual.gpus, metavar="N")
    add("--gpu-second", type=_amount, default=usual.gpu_second, metavar="S", help="of a card for one picture")
    add("--megapixels", type=int, default=usual.megapixels, help="of a photo: 1, 4 or 12")
    add("--photo", default=usual.photo, choices=("JPEG", "PNG with alpha"))
    add("--cut-out", default=usual.cut_out, choices=("alpha", "flat", "rembg"))
    add("--resolution", type=int, default=usual.resolution, help="nodes a side: 128 or 256")
    add("--cores-per-gpu", type=_amount, default=usual.cores_per_gpu, metavar="N")
    add("--gpus-per-node", type=_count, default=usual.gpus_per_node, metavar="N")
    add("--storage-gb-s", type=_amount, default=usual.storage_gb_s, metavar="GB", help="of the whole file system")
    add("--metadata-ops-s", type=_amount, default=usual.metadata_ops_s, metavar="N", help="likewise")
    add("--nic-gbit-s", type=_amount, default=usual.nic_gbit_s, metavar="GBIT", help="of a node")
    add("--tasks-s", type=_amount, default=usual.tasks_s, metavar="N", help="that the driver hands out")
    add("--batch", type=_count, default=usual.batch, metavar="N", help="pictures in a task")
    add("--gpu-price", type=_amount, nargs=2, default=usual.gpu_price, metavar=("LOW", "HIGH"), help="dollars an hour")
    return command


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _amount(text: str) -> float:
    number = float(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return number


def card_named(name: str) -> Card:
    """Of benchmarks/floors.py."""
    return next(card for card in CARDS if card.name == name)


if __name__ == "__main__":
    sys.exit(main())
