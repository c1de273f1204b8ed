# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the two heavy steps, reconstruct and extract, in the memory that there is.

Before each it reads how much is free and chooses a path; where that was too much after all, it goes on to more frugal
ones (memory_plan.py, memory_ladder.py).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch

from triposr_addon.protocol import MemoryHeld, PhotoSettings, RenderViews, SurfaceSettings, ViewsRendered
from triposr_addon.worker.asset.views import make_views
from triposr_addon.worker.colour_sampling import sample_colours
from triposr_addon.worker.device import device_bytes, extraction_device, release_memory
from triposr_addon.worker.failures import FieldNotFinite
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh
from triposr_addon.worker.forward_pass import FrugalForwardPass
from triposr_addon.worker.free_memory import free_bytes_or_none
from triposr_addon.worker.image_to_field import ReconstructedPhoto, prepared_to_fields
from triposr_addon.worker.memory_ladder import Outcome, first_that_fits
from triposr_addon.worker.memory_plan import MemoryPlan, plan_extraction, plan_reconstruction
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.precision import network_type
from triposr_addon.worker.prepared_photo import PreparedPhoto, prepare_photo
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.warm_model import PlacedNetwork, TypeFor, WarmModel
from triposr_addon.worker.weight_placement import HOME

Made = TypeVar("Made")
FreeBytes = Callable[[torch.device], int | None]

NO_MESH = SurfaceSettings(resolution=16)
"""Stands for a mesh that takes no memory, where points alone are asked."""

FLOAT16_TOO_NARROW = (
    "Half precision was too narrow for this photo, so it was done in full precision, which takes longer."
)


class Workbench:
    """One device, the model that is warm there, and what is done with them."""

    def __init__(
        self,
        device: torch.device,
        free_bytes: FreeBytes = free_bytes_or_none,
        type_for: TypeFor = network_type,
    ) -> None:
        """free_bytes: tells what a device has left. type_for: tells in which type the network computes there."""
        self._device = device
        self._free_bytes = free_bytes
        self._type_for = type_for
        self._model: WarmModel | None = None

    @property
    def device(self) -> torch.device:
        """Where it works."""
        return self._device

    def model(self, folder: Path) -> WarmModel:
        """The model in `folder`: the warm one, unless it is another or its files have changed.

        Raises a ModelFailure or OutOfMemory.
        """
        if self._model is None or not self._model.is_still(folder):
            self.unload()  # first, so that two never share the memory
            self._model = WarmModel(folder, self._device, self._type_for)
        return self._model

    def warm_up(self, folder: Path) -> None:
        """Load the model and, where it is to stay on the device, take it there."""
        network = self.model(folder).network_for(self._device)
        plan = self._reconstruction_plans(network)[0]
        if plan.path == "resident" and plan.device == self._device:
            first_that_fits([plan], lambda plan: _prepare(network, plan.device), self._release_network)

    def reconstruct(
        self, photo_path: Path, model: WarmModel, settings: PhotoSettings, rembg_home: Path | None, steps: Steps
    ) -> Outcome[ReconstructedPhoto]:
        """A photo's field, at home. What float16 can't hold is done once more in float32.

        Raises as `image_to_field` does.
        """
        prepared = self.prepare(photo_path, model, settings, rembg_home, steps)
        (outcome,) = self.reconstruct_prepared([prepared], model, steps)
        if isinstance(outcome, FieldNotFinite):
            raise outcome
        return outcome

    def prepare(
        self, photo_path: Path, model: WarmModel, settings: PhotoSettings, rembg_home: Path | None, steps: Steps
    ) -> PreparedPhoto:
        """A photo as the model's network is to see it. Raises as `prepare_photo` does."""
        return prepare_photo(photo_path, model.checkpoint.config.image_size, settings, rembg_home, steps)

    def reconstruct_prepared(
        self, prepared: Sequence[PreparedPhoto], model: WarmModel, steps: Steps
    ) -> list[Outcome[ReconstructedPhoto] | FieldNotFinite]:
        """The fields of photos, at home, in their order: together as far as memory allows, and each one for itself.

        What float16 can't hold of one photo is done once more in float32, for that one alone. An outcome's plan says
        how many passed through the network together. Raises OutOfMemory, Cancelled: for all of them.
        """
        computed_in = model.network_for(self._device).checkpoint.network_type
        outcomes = self._reconstructed(prepared, model, steps)
        if computed_in == torch.float16:
            for place, outcome in enumerate(outcomes):
                if isinstance(outcome, FieldNotFinite):
                    outcomes[place] = self._in_float32(prepared[place], model, steps)
        return outcomes

    def _in_float32(
        self, photo: PreparedPhoto, model: WarmModel, steps: Steps
    ) -> Outcome[ReconstructedPhoto] | FieldNotFinite:
        if model.network_for(self._device).checkpoint.network_type != torch.float32:
            model.compute_in_float32()
        (outcome,) = self._reconstructed([photo], model, steps)
        if isinstance(outcome, FieldNotFinite):
            return outcome
        return replace(outcome, warnings=(*outcome.warnings, FLOAT16_TOO_NARROW))

    def _reconstructed(
        self, prepared: Sequence[PreparedPhoto], model: WarmModel, steps: Steps
    ) -> list[Outcome[ReconstructedPhoto] | FieldNotFinite]:
        plans = self._reconstruction_plans(model.network_for(self._device), len(prepared))
        forward = FrugalForwardPass(model.network_for, plans, self._release_network)
        made = prepared_to_fields(prepared, model.checkpoint, steps, forward)
        assert forward.outcome
        plan, warnings = forward.outcome.plan, forward.outcome.warnings
        return [
            one if isinstance(one, FieldNotFinite) else Outcome(one, plan, (*one.warnings, *warnings)) for one in made
        ]

    def extract(self, field: TriplaneField, settings: SurfaceSettings, steps: Steps) -> Outcome[ExtractedMesh]:
        """A field's mesh. Raises as `field_to_mesh` does."""
        return self._asked(field, settings, lambda placed: field_to_mesh(placed, settings, steps))

    def sample_colours(self, field: TriplaneField, points: Floats, steps: Steps, *, symmetry: bool) -> Floats:
        """A field's colours at points. Raises as `colour_sampling.sample_colours` does."""
        return self.ask(field, lambda placed: sample_colours(placed, points, steps, symmetry=symmetry)).made

    def ask(self, field: TriplaneField, asking: Callable[[TriplaneField], Made]) -> Outcome[Made]:
        """What comes of asking a field at points, in the memory that there is."""
        return self._asked(field, NO_MESH, asking)

    def render_views(self, field: TriplaneField, request: RenderViews, steps: Steps) -> ViewsRendered:
        """Pictures of a field. Raises as `make_views` does."""
        return self._asked(field, NO_MESH, lambda placed: make_views(request, placed, steps)).made

    def _asked(
        self, field: TriplaneField, settings: SurfaceSettings, ask: Callable[[TriplaneField], Made]
    ) -> Outcome[Made]:
        """What comes of asking the field, on the device and in chunks for which there is memory."""
        device = extraction_device(self._device)

        def attempt(plan: MemoryPlan) -> Made:
            if plan.path == "offloaded":
                self._part_from_model(plan)
            return ask(replace(field.to(plan.device), points_at_once=plan.chunk_points))

        width = field.decoder.width
        free, held = self._free_bytes(device), self._network_bytes(device)
        plans = plan_extraction(settings, width, free, held, device)
        return first_that_fits(plans, attempt, lambda plan: release_all(plan.device))

    def unload(self) -> bool:
        """Drop the model and give its memory back; returns whether there was one."""
        had_model, self._model = self._model is not None, None
        release_all(self._device)
        return had_model

    def memory_held(self, held: MemoryHeld) -> MemoryHeld:
        """The same, with what the model and the device add."""
        used, reserved = device_bytes(self._device)
        held = replace(held, device_used=used, device_reserved=reserved)
        if self._model is None:
            return held
        name, weights = self._model.checkpoint.name, self._model.bytes_at_home
        return replace(held, model=name, model_bytes=weights, on_device=self._model.bytes_on_device)

    def _reconstruction_plans(self, network: PlacedNetwork, pictures: int = 1) -> list[MemoryPlan]:
        free = self._free_bytes(self._device)
        if free is not None:
            free += network.placement.bytes_on_device
        return plan_reconstruction(network.needs, free, self._device, pictures)

    def _network_bytes(self, device: torch.device) -> int:
        """What there is to gain on `device` by parting from the model."""
        if self._model is None:
            return 0
        return self._model.bytes_at_home if device == HOME else self._model.bytes_on_device

    def _part_from_model(self, plan: MemoryPlan) -> None:
        if plan.device == HOME:
            self.unload()
        elif self._model:
            self._model.send_home()
            release_all(plan.device)

    def _release_network(self, plan: MemoryPlan) -> None:
        if self._model:
            self._model.send_home()
        release_all(plan.device)


def _prepare(network: PlacedNetwork, device: torch.device) -> None:
    network.placement.bring(device)
    network.checkpoint.reconstructor.remember()


def release_all(device: torch.device) -> None:
    """Give back everything on `device` that nobody holds."""
    gc.collect()
    release_memory(device)
