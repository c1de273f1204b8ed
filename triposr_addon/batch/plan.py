# SPDX-License-Identifier: GPL-3.0-or-later
"""What all pictures of a library are made with; frozen, and small enough to go to any process."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from triposr_addon.batch.item import Item
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.shell_options import FIELD_SUFFIX

RESULTS_VERSION = 1
"""Raised when the same picture with the same settings comes out otherwise than before: all are then made again."""

FIELD_NAME = f"field{FIELD_SUFFIX}"
THUMBNAIL_NAME = "thumbnail.png"


@dataclass(frozen=True)
class BatchPlan:
    """The command's wishes, and the model that fulfils them.

    target: the folder of results. model: the checkpoint's folder; model_name, model_sha256: what was found there.
    mesh_format: glb, obj, ply or npz. keeps_field: whether the field is kept beside the mesh. reviews: whether each
    mesh is held against its picture. device, precision: as on the command line; "auto" is for each machine to decide.
    """

    target: Path
    model: Path
    model_name: str
    model_sha256: str
    mesh_format: str = "glb"
    keeps_field: bool = True
    reviews: bool = True
    device: str = "auto"
    precision: str = "auto"
    rembg_home: Path | None = None

    @property
    def mesh_name(self) -> str:
        """Of the mesh's file in an item's folder."""
        return f"mesh.{self.mesh_format}"

    def settings(self, item: Item) -> dict[str, Any]:
        """All that an item's result depends on, beside its picture, the model and the device."""
        return {
            "photo": dataclasses.asdict(item.photo),
            "surface": dataclasses.asdict(item.surface),
            "format": self.mesh_format,
            "field": self.keeps_field,
            "review": self.reviews,
            "precision": self.precision,
        }

    def fingerprint(self, item: Item, mask_sha256: str | None = None) -> str:
        """SHA-256 of settings and model: where it differs, the item is to be made again.

        mask_sha256: of its painted mask, if it has one; None for the mask as it is now.
        """
        if item.photo.mask_path:  # it may change without another name
            return fingerprint(self.settings(item), self.model_sha256, mask_sha256)
        return _fingerprint(self, item.photo, item.surface)


@lru_cache(maxsize=4096)
def _fingerprint(plan: BatchPlan, photo: PhotoSettings, surface: SurfaceSettings) -> str:
    """Nearly all items of a library have the same settings."""
    return fingerprint(plan.settings(Item("", "", "", photo, surface)), plan.model_sha256)


def fingerprint(settings: Mapping[str, Any], model_sha256: str, mask_sha256: str | None = None) -> str:
    """SHA-256 of settings as `BatchPlan.settings` gives them and a model, with a painted mask's content."""
    mask = mask_digest(settings["photo"]["mask_path"]) if mask_sha256 is None else mask_sha256
    if mask:  # wherever it lies: a library that moves, or is mounted elsewhere, stays as it is
        settings = {**settings, "photo": {**settings["photo"], "mask_path": ""}}
    parts = {"version": RESULTS_VERSION, "settings": settings, "model": model_sha256, "mask": mask}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("ascii")).hexdigest()


def mask_digest(mask_path: str) -> str:
    """SHA-256 of the mask; empty where there is none, or none that can be read: making it will tell."""
    if not mask_path:
        return ""
    try:
        return sha256_of(Path(mask_path))
    except OSError:
        return ""


def sha256_of(path: Path) -> str:
    """Of the file's content. Raises OSError, also for a pipe or a device, which may have no end."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is not an ordinary file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
