# SPDX-License-Identifier: GPL-3.0-or-later
"""`__main__.py --halve FOLDER`: a model's copy in half precision now, and not at its first use.

The installer asks for it when a model has come. Prints a line of JSON: the type that this computer's device computes
in, and whether a copy is there; or a failure's code and sentence.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import torch

from triposr_addon.worker.checkpoint import load_on_host
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.half_weights import HALF_WEIGHTS_NAME, RECORD_ENDING
from triposr_addon.worker.precision import network_type


def print_half_copy(folder: str, stream: BinaryIO) -> int:
    """Make it and say so; the process's exit code, 1 for a failure that we know."""
    try:
        told = json.dumps(make_half_copy(Path(folder), network_type(choose_device("auto"))))
        code = 0
    except WorkerFailure as failure:
        told, code = f"{failure.code}: {failure.sentence} {failure.details}", 1
    stream.write(told.encode() + b"\n")
    return code


def make_half_copy(folder: Path, inner_type: torch.dtype) -> dict[str, object]:
    """Load the model in `folder` as for its use in `inner_type`, which leaves the copy where that is a half type.

    Raises a ModelFailure.
    """
    if inner_type == torch.float32:
        return {"type": "float32", "there": False}
    load_on_host(folder, inner_type)
    there = (folder / f"{HALF_WEIGHTS_NAME}{RECORD_ENDING}").is_file()
    return {"type": str(inner_type).removeprefix("torch."), "there": there}
