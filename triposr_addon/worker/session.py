# SPDX-License-Identifier: GPL-3.0-or-later
"""What lasts between requests: the device, the warm model, where background models lie."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from triposr_addon.protocol import (
    PROTOCOL_VERSION,
    BakeTexture,
    ColoursSampled,
    CutOut,
    CutOutMade,
    DrawSheet,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    MemoryHeld,
    Reconstruct,
    Reconstructed,
    RenderViews,
    Review,
    Reviewed,
    SampleColours,
    SheetDrawn,
    TextureBaked,
    Unloaded,
    ViewsRendered,
    WarmedUp,
    WarmUp,
)
from triposr_addon.worker.asked import Asked
from triposr_addon.worker.best_batch import BestBatches
from triposr_addon.worker.failures import NotInitialized, ProtocolMismatch
from triposr_addon.worker.steps import Steps

if TYPE_CHECKING:
    import torch

    from triposr_addon.worker.workbench import Workbench

REPORTED_PACKAGES = ("torch", "safetensors", "numpy", "pillow", "onnxruntime")

# Imports of torch and of what needs it stand inside the functions: the process then hears its host at once, and
# `initialize` is answered as soon as torch alone is there.


class Session:
    """Answers the requests of one worker's life. Every method raises WorkerFailures."""

    def __init__(self) -> None:
        self._device: torch.device | None = None
        self._rembg_home: Path | None = None
        self._batches: BestBatches | None = None
        self._workbench: Workbench | None = None

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
        name, batch_file = device_name(device), Path(request.batch_file) if request.batch_file else None
        self._batches = BestBatches(device.type, name, batch_file, request.best_batch)
        return Initialized(PROTOCOL_VERSION, os.getpid(), str(device), name, memory_bytes(device), _versions())

    def warm_up(self, request: WarmUp, steps: Steps) -> WarmedUp:
        """Import, load and open what the photo will need. What fails here fails again, and is told, in its job."""
        device = self._ready_device()
        with steps.step("load model"):
            from triposr_addon.worker.background import needs_background_model

            self._bench(device).warm_up(Path(request.model_folder))
        if needs_background_model(request.photo_path, request.background, self._rembg_home):
            with steps.step("cut out"):
                from triposr_addon.worker.rembg_model import open_model

                open_model(self._rembg_home, request.rembg_model)
        if device.type != "cpu" and request.photo_path:
            from triposr_addon.worker.rehearsal import rehearse

            rehearse(self._bench(device), Path(request.model_folder), Path(request.photo_path), steps)
        return WarmedUp(steps.seconds)

    def cut_out(self, request: CutOut, steps: Steps) -> CutOutMade:
        """Photo file to framed cut-out; no device and no model needed, so also before `initialize`."""
        from triposr_addon.worker.cut_out_files import make_cut_out

        return make_cut_out(request, Path(request.rembg_home) if request.rembg_home else None, steps)

    def reconstruct(self, request: Reconstruct, steps: Steps) -> Reconstructed:
        """Photo file to field file."""
        answers: list[Reconstructed | Exception] = []
        self.reconstruct_together([Asked(request, steps, answers.append)])
        (answer,) = answers
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reconstruct_together(self, group: Sequence[Asked]) -> None:
        """Photo files to field files; each is answered by itself. Raises NotInitialized, for all of them."""
        device = self._ready_device()
        wanted = next((asked for asked in group if not asked.given_up()), None)
        if wanted is None:
            return
        wanted.steps.tell("load model", 0.0, "")  # the first time the import takes seconds
        began = time.monotonic()
        from triposr_addon.worker.together import Together

        wanted.steps.seconds["load model"] = time.monotonic() - began
        assert self._batches is not None, "they come with the device"
        Together(self._bench(device), self._rembg_home).reconstruct(group, self._batches)

    def extract(self, request: Extract, steps: Steps) -> Extracted:
        """Field file to mesh file."""
        device = self._ready_device()
        from triposr_addon.worker.field import load_field
        from triposr_addon.worker.mesh_file import save_mesh
        from triposr_addon.worker.weight_placement import HOME

        outcome = self._bench(device).extract(load_field(Path(request.field_path), HOME), request.settings, steps)
        made, made_on = outcome.made, str(outcome.plan.device)
        save_mesh(made.mesh, Path(request.mesh_path))
        counts = len(made.mesh.vertices), len(made.mesh.triangles)
        return Extracted(request.mesh_path, *counts, made.closed, steps.seconds, made_on, list(outcome.warnings))

    def sample_colours(self, request: SampleColours, steps: Steps) -> ColoursSampled:
        """Field file and points file to colours file; no model has a part in it."""
        device = self._ready_device()
        from triposr_addon.worker.colour_sampling import load_points, save_colours
        from triposr_addon.worker.field import load_field
        from triposr_addon.worker.weight_placement import HOME

        points, field = load_points(Path(request.points_path)), load_field(Path(request.field_path), HOME)
        colours = self._bench(device).sample_colours(field, points, steps, symmetry=request.symmetry)
        save_colours(colours, Path(request.colours_path))
        return ColoursSampled(request.colours_path, len(points), steps.seconds)

    def review(self, request: Review, steps: Steps) -> Reviewed:
        """Mesh file and cut-out to how they fit; no device and no model has a part in it."""
        self._ready_device()
        from triposr_addon.worker.review import make_review

        return make_review(request, steps)

    def bake_texture(self, request: BakeTexture, steps: Steps) -> TextureBaked:
        """Field file and meshes to a picture; no model has a part in it."""
        device = self._ready_device()
        from triposr_addon.worker.asset.texture import make_texture

        return make_texture(request, self._bench(device), steps)

    def draw_sheet(self, request: DrawSheet, steps: Steps) -> SheetDrawn:
        """Log of a folder to contact sheet."""
        self._ready_device()
        from triposr_addon.worker.sheet import make_sheet

        return make_sheet(request, steps)

    def render_views(self, request: RenderViews, steps: Steps) -> ViewsRendered:
        """Field file to pictures of it; no model has a part in it."""
        device = self._ready_device()
        from triposr_addon.worker.field import load_field
        from triposr_addon.worker.weight_placement import HOME

        return self._bench(device).render_views(load_field(Path(request.field_path), HOME), request, steps)

    def unload(self) -> Unloaded:
        """Drop the models, the background's too, and give their memory back."""
        from triposr_addon.worker.rembg_model import close_models

        close_models()
        return Unloaded(self._workbench is not None and self._workbench.unload())

    def memory_held(self) -> MemoryHeld:
        """What the models take, and the process with them."""
        from triposr_addon.worker.held_memory import resident_bytes

        # The module that has them is imported by the first cut-out that needs it, and too slowly to do so here.
        background = sys.modules.get("triposr_addon.worker.rembg_model")
        held = MemoryHeld(resident=resident_bytes(), background_models=background.open_models() if background else [])
        return self._workbench.memory_held(held) if self._workbench is not None else held

    def _ready_device(self) -> torch.device:
        if self._device is None:
            raise NotInitialized("The worker was asked for work before it was ready. Restart Blender.")
        return self._device

    def _bench(self, device: torch.device) -> Workbench:
        if self._workbench is None:
            from triposr_addon.worker.workbench import Workbench

            self._workbench = Workbench(device)
        return self._workbench


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in REPORTED_PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    return versions
