# SPDX-License-Identifier: GPL-3.0-or-later
"""What lasts between requests: the device, the warm model, where background models lie."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from triposr_addon.protocol import (
    PROTOCOL_VERSION,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    Reconstruct,
    Reconstructed,
    Unloaded,
    WarmedUp,
    WarmUp,
)
from triposr_addon.worker.failures import NotInitialized, ProtocolMismatch
from triposr_addon.worker.steps import Steps

if TYPE_CHECKING:
    import torch

    from triposr_addon.worker.checkpoint import LoadedCheckpoint

REPORTED_PACKAGES = ("torch", "transformers", "safetensors", "numpy", "pillow", "rembg", "onnxruntime")

# Imports of torch and of what needs it stand inside the functions: the process then hears its host at once, and
# `initialize` is answered as soon as torch alone is there.


@dataclass(frozen=True)
class WarmModel:
    """A loaded checkpoint and the state of its files when it was read."""

    checkpoint: LoadedCheckpoint
    files: tuple[tuple[str, int, int], ...]


class Session:
    """Answers the requests of one worker's life. Every method raises WorkerFailures."""

    def __init__(self) -> None:
        self._device: torch.device | None = None
        self._rembg_home: Path | None = None
        self._model: WarmModel | None = None

    def initialize(self, request: Initialize) -> Initialized:
        """Choose the device; say what there is."""
        if request.protocol_version != PROTOCOL_VERSION:
            raise ProtocolMismatch(
                "Worker and Blender speak different versions. Restart Blender; if it stays, repair the installation.",
                f"worker {PROTOCOL_VERSION}, host {request.protocol_version}",
            )
        if self._device is not None:
            raise NotInitialized("The worker was started twice. Restart Blender.")
        from triposr_addon.worker.device import choose_device, device_name, memory_bytes

        device = choose_device(request.device)
        self._device, self._rembg_home = device, Path(request.rembg_home) if request.rembg_home else None
        return Initialized(
            PROTOCOL_VERSION, os.getpid(), str(device), device_name(device), memory_bytes(device), _versions()
        )

    def warm_up(self, request: WarmUp, steps: Steps) -> WarmedUp:
        """Import, load and open what the photo will need. What fails here fails again, and is told, in its job."""
        device = self._ready_device()
        with steps.step("load model"):
            from triposr_addon.worker.background import needs_background_model
            from triposr_addon.worker.warm_up import import_for_jobs

            import_for_jobs()
            self._checkpoint(Path(request.model_folder), device)
        if needs_background_model(request.photo_path, request.background, self._rembg_home):
            with steps.step("cut out"):
                from triposr_addon.worker.rembg_model import open_best_model

                open_best_model(self._rembg_home)
        return WarmedUp(steps.seconds)

    def reconstruct(self, request: Reconstruct, steps: Steps) -> Reconstructed:
        """Photo file to field file."""
        device = self._ready_device()
        with steps.step("load model"):
            from triposr_addon.worker.framing import save_cutout
            from triposr_addon.worker.image_to_field import image_to_field

            checkpoint = self._checkpoint(Path(request.model_folder), device)
        made = image_to_field(Path(request.photo_path), checkpoint, request.settings, self._rembg_home, steps)
        field_path = Path(request.field_path)
        made.field.save(field_path)
        if request.cutout_path:
            save_cutout(made.framed, Path(request.cutout_path))
        return Reconstructed(
            str(field_path), checkpoint.name, checkpoint.sha256, str(device), steps.seconds, list(made.warnings)
        )

    def extract(self, request: Extract, steps: Steps) -> Extracted:
        """Field file to mesh file."""
        device = self._ready_device()
        from triposr_addon.worker.field import load_field
        from triposr_addon.worker.field_to_mesh import field_to_mesh
        from triposr_addon.worker.mesh_file import save_mesh

        field = load_field(Path(request.field_path), device)
        made = field_to_mesh(field, request.settings, steps)
        save_mesh(made.mesh, Path(request.mesh_path))
        counts = len(made.mesh.vertices), len(made.mesh.triangles)
        return Extracted(request.mesh_path, *counts, made.closed, steps.seconds)

    def unload(self) -> Unloaded:
        """Drop the models, the background's too, and give their memory back."""
        from triposr_addon.worker.rembg_model import close_models

        close_models()
        had_model, self._model = self._model is not None, None
        if self._device is not None:
            from triposr_addon.worker.device import release_memory

            release_memory(self._device)
        return Unloaded(had_model)

    def _ready_device(self) -> torch.device:
        if self._device is None:
            raise NotInitialized("The worker was asked for work before it was ready. Restart Blender.")
        return self._device

    def _checkpoint(self, folder: Path, device: torch.device) -> LoadedCheckpoint:
        """The checkpoint in `folder`: the warm one, unless it is another or its files have changed."""
        files = _file_states(folder)
        if self._model is None or not files or self._model.files != files:
            from triposr_addon.worker.checkpoint import load_checkpoint
            from triposr_addon.worker.device import naming_out_of_memory

            self._model = None  # first, so that two never share the memory
            with naming_out_of_memory(device):
                self._model = WarmModel(load_checkpoint(folder, device), files)
        return self._model.checkpoint


def _file_states(folder: Path) -> tuple[tuple[str, int, int], ...]:
    if not folder.is_dir():
        return ()
    states = ((path, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in states)


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in REPORTED_PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    return versions
