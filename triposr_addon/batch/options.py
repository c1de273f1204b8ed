# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of `python -m triposr_addon batch`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from triposr_addon.shards import Shard, read_shard
from triposr_addon.shell_options import FORMATS, add_device_options, add_photo_options, add_surface_options

CATALOGUES = ("jsonl", "parquet")
MOST_LANES = 1024
MOST_AT_ONCE = 256
WHOLE = Shard(1, 1)
"""All of a library."""

EXAMPLES = """\
SOURCE is a folder (and those within), a pattern in quotes, a .txt with a path a line, or a .csv or .parquet
with a column path, and columns id and any of the settings where wished.

examples:
  python -m triposr_addon batch photos/ -o library/
  python -m triposr_addon batch 'photos/**/front*.jpg' -o library/ --resolution 128 --lanes 8
  python -m triposr_addon batch pictures.csv -o library/ --shard 3/8
  python -m triposr_addon batch --merge library/ pictures.csv

The same command again makes only what is missing or has changed.
Exit code 0: every picture's mesh is there; 1: some failed; 2: nothing was begun, because the command makes no sense or
what it names is not there; 3: the target can't be written; 130: interrupted.
"""


def parser() -> argparse.ArgumentParser:
    """For what follows the word `batch`."""
    made = argparse.ArgumentParser(
        prog="python -m triposr_addon batch",
        description="Turn a library of pictures into coloured 3D meshes, with a record of each and a catalogue of all.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("source", nargs="?", metavar="SOURCE", help="folder, pattern, list or manifest of pictures")
    add("-o", "--output", type=Path, metavar="TARGET", help="folder of the results")
    add("--merge", type=Path, metavar="TARGET", help="make nothing; write the catalogue of all that is in TARGET")
    add("--format", choices=FORMATS, default="glb", help="of the meshes (default: glb)")
    add("--no-field", action="store_true", help="don't keep the fields, 1.2 MB each")
    add("--no-review", action="store_true", help="don't hold the meshes against their pictures; quicker")
    add("--retry-failed", action="store_true", help="try again what failed because of its picture, too")
    add("--verify", action="store_true", help="look into the files that are there, too, and make anew what differs")
    add("--catalogue", choices=CATALOGUES, default="jsonl", help="parquet: beside the JSON Lines; needs pyarrow")
    _add_engine_options(made)
    add_photo_options(made)
    add_surface_options(made)
    add_device_options(made)
    return made


def _add_engine_options(to: argparse.ArgumentParser) -> None:
    add = to.add_argument
    add(
        "--lanes",
        type=_count(MOST_LANES),
        metavar="N",
        help="pictures worked on at a time (default: one per core, as far as memory goes)",
    )
    add(
        "--batch",
        type=_count(MOST_AT_ONCE),
        metavar="N",
        help="pictures in the network together (default: by the device)",
    )
    add(
        "--ray",
        metavar="ADDRESS",
        help="on Ray: local (this computer), auto or HOST:PORT (a cluster); a lane is then a thread of a process that "
        "holds a model",
    )
    add("--shard", type=_shard, default=WHOLE, metavar="I/N", help="only share I of N, counted from 1; then --merge")
    add("--timeline", type=Path, metavar="FILE", help="draw when which lane did what (SVG), of the first pictures")


def _count(most: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        number = int(text)
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not within 1 to {most}")
        return number

    return count


def _shard(text: str) -> Shard:
    try:
        return read_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
