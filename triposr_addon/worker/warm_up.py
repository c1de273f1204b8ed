# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that jobs need, imported before the first of them comes."""

from __future__ import annotations

import importlib

USED_BY_JOBS = ("image_to_field", "framing", "field", "field_to_mesh", "mesh_file")


def import_for_jobs() -> None:
    """Import what `reconstruct` and `extract` import inside their functions."""
    for name in USED_BY_JOBS:
        importlib.import_module(f"triposr_addon.worker.{name}")
