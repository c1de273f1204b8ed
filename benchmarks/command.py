# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks' command lines have in common."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from triposr_addon.worker.failures import OutputUnwritable
from triposr_addon.worker.setting_limits import RESOLUTIONS

BAD_INPUT = 2
"""Exit code where an input can't be used; one sentence on standard error says why."""


def add_field(parser: argparse.ArgumentParser) -> None:
    """--field FILE, once or more."""
    parser.add_argument(
        "--field",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help=".npz or .triplane.safetensors; may be given several times",
    )


def add_resolution(parser: argparse.ArgumentParser, required: bool) -> None:
    """--resolution N, once or more."""
    parser.add_argument(
        "--resolution",
        type=_resolution,
        action="append",
        required=required,
        metavar="N",
        help="lattice nodes a side; may be given several times",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json OUT."""
    parser.add_argument("--json", type=Path, required=True, metavar="OUT", help="where to write the figures")


def write_document(document: Mapping[str, object], path: Path) -> None:
    """Write the figures. Raises OutputUnwritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path} can't be written: {error.strerror or error}.") from error


def _resolution(text: str) -> int:
    resolution = int(text)
    if resolution not in RESOLUTIONS:
        raise argparse.ArgumentTypeError(f"{text} is not between {RESOLUTIONS.start} and {RESOLUTIONS.stop - 1}")
    return resolution
