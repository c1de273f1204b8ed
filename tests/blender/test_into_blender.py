# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of ways into Blender runs in this Blender and fills its table."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def into_blender(checkout: Path) -> Any:
    path = checkout / "benchmarks" / "into_blender.py"
    specification = importlib.util.spec_from_file_location("into_blender", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_way_and_part_is_timed_and_told(into_blender: Any) -> None:
    told = into_blender.report([into_blender.measured(Path(sys.executable), triangles=800, rounds=1)])
    names = [row[0] for row in told["rows"]]
    assert {into_blender.OURS, into_blender.LISTS, into_blender.WHOLE, "Decimate 0.5"} <= set(names)
    assert all(isinstance(row[1], float) for row in told["rows"])
    assert all(len(row) == len(told["columns"]) for row in told["rows"])
    assert into_blender.WHOLE in into_blender.table(told)
    assert told["found"][0]["triangles"] == 800
