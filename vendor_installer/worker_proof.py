# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks our own worker, in an environment: for one small mesh on a device, which is the last proof of an installation;
for a model's copy in half precision.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.child import ChildCommand, ChildResult, run_child
from vendor_installer.isolation import isolated_environment

WORKER = Path(__file__).resolve().parents[1] / "triposr_addon" / "worker" / "__main__.py"
LIMIT_S = 600.0
"""A first start compiles, and a virus scanner reads along."""


def prove_by_worker(python: Path, device: str, outside: Mapping[str, str]) -> ChildResult:
    """The worker's own exit code and words; started as Blender starts it. device: cpu, cuda or mps."""
    return _ask(python, ("--prove", device), outside)


def halve_by_worker(python: Path, folder: Path, outside: Mapping[str, str]) -> ChildResult:
    """The same for the model in `folder`: the copy is left beside it, where this computer's device gains from one."""
    return _ask(python, ("--halve", str(folder)), outside)


def _ask(python: Path, words: tuple[str, str], outside: Mapping[str, str]) -> ChildResult:
    argv = [str(python), "-I", "-X", "utf8", str(WORKER), *words]
    try:
        return run_child(ChildCommand(argv, isolated_environment(outside), Path(os.sep), LIMIT_S))
    except OSError as error:
        return ChildResult(127, (str(error),), 0.0)
