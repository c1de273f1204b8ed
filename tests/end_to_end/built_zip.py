# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's zip, made by the builder that comes with Blender; plain Python can run it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path


def build_zip(source: Path, folder: Path) -> Path:
    """Of the extension in `source`, into `folder`. Needs Blender as a module, which is not imported."""
    found = importlib.util.find_spec("bpy")
    assert found is not None
    assert found.submodule_search_locations is not None
    scripts = next(Path(found.submodule_search_locations[0]).glob("[0-9].*/scripts"))
    builder = scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    tags = scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    order = ["build", "--source-dir", str(source), "--output-dir", str(folder), "--valid-tags", str(tags)]
    subprocess.run([sys.executable, str(builder), *order], check=True, timeout=60)
    return max(folder.glob("*.zip"), key=lambda path: path.stat().st_mtime_ns)
