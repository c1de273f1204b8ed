# SPDX-License-Identifier: GPL-3.0-or-later
"""Which models there are to choose from: the built-in one and the checkpoint folders beside it.

A checkpoint folder holds config.yaml and the weights, model.safetensors or model.ckpt. What is in those files is the
worker's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BUILT_IN_MODEL = "Preview (built in, small, simple objects)"
"""The artist's name for the model that comes with the extension: it is there to try the tool, and says so."""

BUILT_IN_FOLDER = Path(__file__).parents[1] / "worker" / "checkpoints" / "preview"

WEIGHTS = ("model.safetensors", "model.ckpt")


@dataclass(frozen=True)
class ModelFolder:
    """A checkpoint folder; `complete` says that config.yaml and weights are there, not that they are good."""

    name: str
    path: Path
    built_in: bool
    complete: bool


def built_in_model() -> ModelFolder:
    """The model that comes with the extension."""
    return ModelFolder(BUILT_IN_MODEL, BUILT_IN_FOLDER, built_in=True, complete=is_complete(BUILT_IN_FOLDER))


def models_in(folder: Path) -> tuple[ModelFolder, ...]:
    """Every checkpoint folder directly in `folder`, by name; none where there is no such folder.

    A half-downloaded one is listed as not complete; folders that hold neither config.yaml nor weights, and hidden
    ones, are no models.
    """
    if not folder.is_dir():
        return ()
    folders = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return tuple(
        ModelFolder(entry.name, entry, built_in=False, complete=is_complete(entry))
        for entry in folders
        if _has_config(entry) or _has_weights(entry)
    )


def is_complete(folder: Path) -> bool:
    """Whether `folder` holds the files of a checkpoint."""
    return _has_config(folder) and _has_weights(folder)


def _has_config(folder: Path) -> bool:
    return (folder / "config.yaml").is_file()


def _has_weights(folder: Path) -> bool:
    return any((folder / name).is_file() for name in WEIGHTS)
