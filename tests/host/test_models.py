# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders are models, and which are whole."""

from __future__ import annotations

from pathlib import Path

from triposr_addon.host.models import BUILT_IN_MODEL, built_in_model, models_in


def make(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x")


def test_the_built_in_model_is_in_the_extension_and_says_what_it_is() -> None:
    model = built_in_model()
    assert model.built_in
    assert model.name == BUILT_IN_MODEL
    assert model.path == Path(__file__).parents[2] / "triposr_addon" / "worker" / "checkpoints" / "preview"
    assert "small" in model.name


def test_models_by_name_with_whether_they_are_whole(tmp_path: Path) -> None:
    make(tmp_path / "b-torch", "config.yaml", "model.ckpt")
    make(tmp_path / "a-safe", "config.yaml", "model.safetensors")
    make(tmp_path / "c-half", "config.yaml", "model.ckpt.partial")
    make(tmp_path / "d-half", "model.safetensors")
    make(tmp_path / "e-notes", "readme.txt")
    make(tmp_path / ".hidden", "config.yaml", "model.ckpt")
    (tmp_path / "config.yaml").write_text("not a folder")
    found = models_in(tmp_path)
    assert [(model.name, model.complete) for model in found] == [
        ("a-safe", True),
        ("b-torch", True),
        ("c-half", False),
        ("d-half", False),
    ]
    assert all(model.path == tmp_path / model.name and not model.built_in for model in found)


def test_no_folder_no_models(tmp_path: Path) -> None:
    assert models_in(tmp_path / "nothing") == ()
