# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest, the changelog and what goes into the extension's zip agree, as far as Blender is not needed to see it.

Blender's own builder accepts some mistakes without a word: a wrong licence, a wrong platform, a build table whose
patterns replace its defaults. Those are looked for here.
"""

from __future__ import annotations

import ast
import fnmatch
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
MANIFEST: dict[str, Any] = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
SHIPPED = {"__init__.py", "blender_manifest.toml", "LICENSE", "triposr_addon", "vendor_installer"}
"""All that a user gets, at the top of the zip."""
LARGEST_FILE_BYTES = 20_000_000
"""The built-in model is the largest file; anything above this is there by mistake."""
BLENDER_PYTHON = os.environ.get(
    "TRIPOSR_TEST_BLENDER_PYTHON", sys.executable if importlib.util.find_spec("bpy") else ""
)


# --- the manifest ----------------------------------------------------------------------------------------------------


def test_the_manifest_says_who_we_are() -> None:
    assert MANIFEST["schema_version"] == "1.0.0"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", MANIFEST["id"])
    assert MANIFEST["type"] == "add-on"
    assert MANIFEST["license"] == ["SPDX:GPL-3.0-or-later"]
    assert set(MANIFEST["tags"]) == {"Import-Export", "Mesh"}
    assert MANIFEST["name"]
    assert MANIFEST["maintainer"]


def test_the_licence_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text


def test_versions_have_three_numbers() -> None:
    for key in ("version", "blender_version_min"):
        assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST[key]), key


def test_one_line_texts_are_short_and_without_a_full_stop() -> None:
    for text in (MANIFEST["tagline"], *MANIFEST["permissions"].values()):
        assert 0 < len(text) <= 64
        assert text[-1].isalnum()


def test_permissions_are_ones_that_blender_knows() -> None:
    assert set(MANIFEST["permissions"]) <= {"files", "network", "clipboard", "camera", "microphone"}


def test_the_extension_is_for_every_platform() -> None:
    """The code is plain Python and the environment is made on the spot, so nothing may narrow it."""
    assert not MANIFEST.keys() & {"platforms", "wheels", "blender_version_max"}


def test_the_door_imports_nothing_before_blender_asks() -> None:
    statements = ast.parse((ROOT / "__init__.py").read_text("utf-8")).body
    assert [type(statement) for statement in statements] == [ast.Expr, ast.FunctionDef, ast.FunctionDef]
    assert [s.name for s in statements if isinstance(s, ast.FunctionDef)] == ["register", "unregister"]


# --- the changelog ---------------------------------------------------------------------------------------------------


def test_the_newest_release_is_the_manifests_version() -> None:
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert headings[0] == "Unreleased"
    releases = [numbers(heading) for heading in headings[1:]]
    assert releases == sorted(releases, reverse=True)
    assert all(release <= numbers(MANIFEST["version"]) for release in releases)


def test_every_change_is_told_once_in_one_line() -> None:
    changes = [line for line in CHANGELOG.splitlines() if line and not line.startswith("#")][1:]
    assert changes
    assert all(change.startswith("- ") for change in changes)
    assert len(changes) == len(set(changes))


def numbers(version: str) -> tuple[int, ...]:
    """`0.12.3 (2026-01-31)` -> (0, 12, 3)"""
    return tuple(int(number) for number in version.split()[0].split("."))


# --- the zip ---------------------------------------------------------------------------------------------------------


def test_the_patterns_let_through_what_a_user_needs_and_nothing_else() -> None:
    packed = packed_files()
    assert {path.parts[0] for path in packed} == SHIPPED
    for needed in ("triposr_addon/protocol.py", "triposr_addon/worker/__main__.py", "vendor_installer/__main__.py"):
        assert PurePosixPath(needed) in packed
    for path in packed:
        assert path.suffix not in (".pyc", ".zip", ".partial", ".ckpt"), path
        assert not any(part.startswith(".") or part == "__pycache__" for part in path.parts), path


def test_no_packed_file_is_too_large() -> None:
    sizes = {path: (ROOT / path).stat().st_size for path in packed_files()}
    assert {path: size for path, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}


@pytest.mark.parametrize(
    "stray",
    [
        "dist/triposr-0.1.0.zip",
        "tests/host/test_jobs.py",
        "docs/images/demo_photo.png",
        "demo/mesh.glb",
        "benchmarks/parity.py",
        "training/train.py",
        "triposr_addon/host/ruff.toml",
        "triposr_addon/host/__pycache__/jobs.cpython-311.pyc",
        ".git/config",
        ".ci/run",
        "README.md",
        "pyproject.toml",
    ],
)
def test_a_stray_file_stays_out(stray: str) -> None:
    assert is_excluded(PurePosixPath(stray))


@pytest.mark.skipif(not BLENDER_PYTHON, reason="needs a Python with bpy: this one, or TRIPOSR_TEST_BLENDER_PYTHON")
def test_blenders_builder_packs_the_same_files(tmp_path: Path) -> None:
    find = "import importlib.util as u; print(u.find_spec('bpy').submodule_search_locations[0])"
    bpy = subprocess.run([BLENDER_PYTHON, "-I", "-c", find], capture_output=True, text=True, check=True, timeout=60)
    (builder,) = Path(bpy.stdout.strip()).glob("[0-9]*/scripts/addons_core/bl_pkg/cli/blender_ext.py")
    target = tmp_path / "extension.zip"
    build = ["build", "--source-dir", str(ROOT), "--output-filepath", str(target)]
    subprocess.run([BLENDER_PYTHON, "-I", str(builder), *build], check=True, timeout=120)
    with zipfile.ZipFile(target) as archive:
        names = {PurePosixPath(name) for name in archive.namelist() if not name.endswith("/")}
    assert names == packed_files()


def packed_files() -> set[PurePosixPath]:
    """What the builder would pack, by the manifest's patterns; folders that are out are not walked."""
    packed: set[PurePosixPath] = set()
    for folder, folders, files in os.walk(ROOT):
        here = PurePosixPath(Path(folder).relative_to(ROOT).as_posix())
        folders[:] = [name for name in folders if not is_excluded(here / name, is_folder=True)]
        packed |= {here / name for name in files if not is_excluded(here / name)}
    return packed


def is_excluded(path: PurePosixPath, is_folder: bool = False) -> bool:
    """Whether a pattern of the manifest, read as in .gitignore, hits `path` or a folder that it is in."""
    patterns = MANIFEST["build"]["paths_exclude_pattern"]
    folders = [parent for parent in path.parents if parent.name]
    return any(
        _hits(pattern, candidate, candidate is not path or is_folder)
        for pattern in patterns
        for candidate in (path, *folders)
    )


def _hits(pattern: str, path: PurePosixPath, is_folder: bool) -> bool:
    if pattern.endswith("/") and not is_folder:
        return False
    bare = pattern.rstrip("/")
    if bare.startswith("/"):
        return len(path.parts) == 1 and fnmatch.fnmatchcase(path.name, bare[1:])
    return fnmatch.fnmatchcase(path.name, bare)
