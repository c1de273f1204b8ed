# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question to a field asks the worker for. Its way through the worker is in test_field_desk.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from triposr_addon.host.field_jobs import ColoursRequest, ExtractRequest, FieldJob, FieldRequest
from triposr_addon.host.jobs import JobState
from triposr_addon.host.textures import TextureRequest
from triposr_addon.protocol import BakeTexture, Extract, SampleColours, SurfaceSettings, TextureSettings


def begun(request: FieldRequest, folder: Path) -> FieldJob:
    job = FieldJob("j1", request)
    job.begin(folder)
    return job


def test_a_mesh_is_asked_for_with_every_setting_and_whole_paths(tmp_path: Path) -> None:
    settings = SurfaceSettings(129, 12.0, symmetry=True, density_blur=0.7, smoothing=3)
    asked = begun(ExtractRequest(Path("a.field"), "vase", settings), tmp_path).message()
    assert asked == Extract("j1", str(Path.cwd() / "a.field"), str(tmp_path / "mesh.npz"), settings)


def test_colours_are_asked_for_with_whole_paths(tmp_path: Path) -> None:
    asked = begun(ColoursRequest(Path("a.field"), Path("p.npz"), "vase", symmetry=True), tmp_path).message()
    field, points = str(Path.cwd() / "a.field"), str(Path.cwd() / "p.npz")
    assert asked == SampleColours("j1", field, points, str(tmp_path / "colours.npz"), symmetry=True)


def test_steps_of_others_do_not_move_its_bar(tmp_path: Path) -> None:
    job = begun(ColoursRequest(Path("a.field"), Path("p.npz"), "vase"), tmp_path)
    job.told("load model", 1.0, "a warm-up")
    assert job.view().fraction == 0.0
    job.told("colour", 0.5, "")
    assert 0.0 < job.view().fraction < 1.0
    assert job.view().state is JobState.RUNNING


@pytest.mark.parametrize(
    ("subject", "other", "replaces"), [("vase", "vase", True), ("vase", "mug", False), ("", "", False)]
)
def test_one_replaces_another_of_the_same_subject(subject: str, other: str, replaces: bool) -> None:
    newer, older = (FieldJob("j", ExtractRequest(Path("f"), "n", subject=name)) for name in (subject, other))
    assert newer.replaces(older) is replaces


def test_a_texture_is_asked_for_with_every_mesh_and_whole_paths(tmp_path: Path) -> None:
    settings = TextureSettings(2048, 16, symmetry=True)
    request = TextureRequest(Path("a.field"), (Path("lod0.npz"), Path("lod1.npz")), "vase", settings, normal_map=True)
    meshes = [str(Path.cwd() / name) for name in ("lod0.npz", "lod1.npz")]
    field, normal = str(Path.cwd() / "a.field"), str(tmp_path / "normal.png")
    asked = BakeTexture("j1", field, meshes, str(tmp_path / "colour.png"), settings, normal)
    assert begun(request, tmp_path).message() == asked
