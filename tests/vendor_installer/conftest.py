# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny wheels, made here, for a real pip in real environments, with no network."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.small_installer import locked
from tests.fakes.small_pip import small_pip
from tests.fakes.small_plan import plan_in
from tests.fakes.small_wheels import make_wheel
from vendor_installer.environment import EnvironmentPlan

WheelMaker = Callable[..., Path]


@pytest.fixture(scope="session")
def wheel_maker() -> WheelMaker:
    """make_wheel, for other test files."""
    return make_wheel


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with `leaf` 1.0 and 2.0, and `tree` 1.0 that requires leaf."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "2.0"):
        make_wheel(folder, "leaf", version, {"leaf.py": f"VERSION = {version!r}\n"})
    make_wheel(folder, "tree", "1.0", {"tree.py": "import leaf\n"}, requires=("leaf",))
    return folder


@pytest.fixture
def outside(wheels: Path) -> dict[str, str]:
    """The variables of somebody whose pip is set up with that folder and nothing else."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**own, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}


@pytest.fixture
def plan(tmp_path: Path, wheels: Path) -> EnvironmentPlan:
    """tree with leaf 1.0, locked, to be brought from that folder; and a small pip."""
    files = [wheels / f"{name}-1.0-py3-none-any.whl" for name in ("leaf", "tree")]
    pip = small_pip(wheels)
    texts = {
        "wanted.txt": locked(*files),
        "pip.txt": locked(pip),
        "proof.txt": "import leaf, tree\nassert leaf.VERSION == '1.0'\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return plan_in(tmp_path)


@pytest.fixture
def pip_plan(tmp_path: Path, plan: EnvironmentPlan) -> EnvironmentPlan:
    """The same by pip itself, the one that Python brings: tree, with leaf pinned to 1.0 by the constraints."""
    (tmp_path / "wanted.txt").write_text("tree==1.0\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("# pins\nleaf==1.0\ntree==1.0\n", encoding="utf-8")
    return replace(plan, constraints=tmp_path / "constraints.txt", pip=None, options=(), wheels=None)
