# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny wheels, made here, for a real pip in real environments, with no network."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vendor_installer.environment import EnvironmentPlan

WheelMaker = Callable[..., Path]


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], requires: tuple[str, ...] = ()) -> Path:
    """A wheel of pure Python with `files` (place -> text), as its format asks for: METADATA, WHEEL, RECORD."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {required}\n" for required in requires)
    contents = {
        **files,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{place},{_record_hash(text)},{len(text.encode())}\n" for place, text in contents.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, text in {**contents, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(place, text)
    return path


def _record_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


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
def plan(tmp_path: Path) -> EnvironmentPlan:
    """tree with leaf pinned to 1.0 by the constraints; the pip that Python brings."""
    texts = {
        "wanted.txt": "tree==1.0\n",
        "constraints.txt": "# pins\nleaf==1.0\ntree==1.0\n",
        "proof.txt": "import leaf, tree\nassert leaf.VERSION == '1.0'\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return EnvironmentPlan(
        name="small",
        title="Install the small ones",
        requirements=(tmp_path / "wanted.txt",),
        constraints=tmp_path / "constraints.txt",
        pip=None,
        proof=tmp_path / "proof.txt",
        weight=1.0,
    )
