# SPDX-License-Identifier: GPL-3.0-or-later
"""The second stage: prepared pictures pass through the network, several at once; each becomes a mesh with its files.

It can be had in parts, so that the next group is in the network while the last one's meshes are extracted:
`fields`, `mesh`, and the third stage, `Finishing`.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import torch

from triposr_addon.batch.failures import ModelChanged
from triposr_addon.batch.finishing import Finishing
from triposr_addon.batch.item_records import failed_record, keep_failed, report_of
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.prepared import Meshed, Prepared
from triposr_addon.batch.quiet_threads import settle
from triposr_addon.batch.spans import Hear, StepClock, nobody
from triposr_addon.batch.target import Target
from triposr_addon.batch.to_do import kept_or_none
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.device import choose_device, extraction_device, naming_out_of_memory, still_works
from triposr_addon.worker.failures import DeviceUnavailable, FieldNotFinite, OutOfMemory, WorkerFailure
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh
from triposr_addon.worker.image_to_field import ReconstructedPhoto
from triposr_addon.worker.memory_ladder import Outcome
from triposr_addon.worker.precision import Precision, network_type
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.warm_model import WarmModel
from triposr_addon.worker.workbench import FLOAT16_TOO_NARROW, Workbench

Reconstruction = Outcome[ReconstructedPhoto]


@dataclass(frozen=True, eq=False)
class Reconstructed:
    """A prepared picture's field, at home, and what it took."""

    prepared: Prepared
    field: TriplaneField
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    device: str


class Making:
    """Holds one warm model. Several threads may call it: only one is in the network at a time."""

    def __init__(
        self,
        plan: BatchPlan,
        hear: Hear = nobody,
        target: Target | None = None,
        bench: Workbench | None = None,
        works: Callable[[torch.device], bool] = still_works,
    ) -> None:
        """hear: is told when which step was done. bench: None for one on the plan's device.

        works: tells of a device at which something went wrong whether it can go on.

        Raises ModelFailure, DeviceUnavailable, OutOfMemory.
        """
        settle()
        self._plan = plan
        self._hear = hear
        self._target = target or Target(plan.target)
        self._finishing = Finishing(plan, hear, self._target)
        self._bench = bench or _bench(plan)
        self._works = works
        self._type = self._model().checkpoint.network_type
        self._network = threading.Lock()

    def __call__(self, group: Sequence[Prepared | Record]) -> list[Record]:
        """The record of each, in order; what is a record already is handed through. Raises as `mesh` does."""
        return [one if isinstance(one, Record) else self._finishing(one) for one in self.meshes(group)]

    def meshes(self, group: Sequence[Prepared | Record]) -> list[Meshed | Record]:
        """The meshes of prepared pictures that pass through the network together. Raises as `mesh` does."""
        return [one if isinstance(one, Record) else self.mesh(one) for one in self.fields(group)]

    def fields(self, group: Sequence[Prepared | Record]) -> list[Reconstructed | Record]:
        """The fields of prepared pictures that pass through the network together. Raises as `mesh` does."""
        told: list[Reconstructed | Record | None] = [self._record_or_none(one) for one in group]
        waiting = [place for place, one in enumerate(told) if one is None]
        made = self._reconstructed([cast("Prepared", group[place]) for place in waiting])
        for place, one in zip(waiting, made, strict=True):
            told[place] = one
        return cast("list[Reconstructed | Record]", told)

    def mesh(self, one: Reconstructed) -> Meshed | Record:
        """The mesh of a field. Raises TargetFailure; DeviceUnavailable where nothing more can be made there."""
        item = one.prepared.item
        clock = StepClock([item.id], self._hear)
        try:
            extracted = self._extracted(one, clock.steps)
            field = one.field.as_bytes() if self._plan.keeps_field else b""
        except Exception as error:  # noqa: BLE001  # told in the record: the next may do better
            self._see_to_the_device(error)
            return self._failed(one.prepared, error, {**one.seconds, **clock.seconds})
        return Meshed(
            item,
            one.prepared.state,
            extracted.mesh,
            extracted.closed,
            one.prepared.photo.framed,
            field,
            one.warnings,
            {**one.seconds, **clock.seconds},
            one.device,
        )

    def _record_or_none(self, one: Prepared | Record) -> Record | None:
        return one if isinstance(one, Record) else kept_or_none(self._target, self._plan, one.item, one.state)

    def _reconstructed(self, group: list[Prepared]) -> list[Reconstructed | Record]:
        """Together; one by one where that was too much or something went wrong: no picture pays for another."""
        if not group:
            return []
        clock = StepClock([one.item.id for one in group], self._hear)
        try:
            outcomes = self._through_the_network(group, clock)
        except Exception as error:  # noqa: BLE001  # told in the record
            self._see_to_the_device(error)
            if len(group) == 1:
                return [self._failed(group[0], error, {**group[0].seconds, **clock.seconds})]
            outcomes = None  # tried again behind this block, which holds what the failure holds
        if outcomes is None:
            return [made for one in group for made in self._reconstructed([one])]
        pairs = zip(group, outcomes, strict=True)
        return [self._told(one, outcome, {**one.seconds, **clock.seconds}) for one, outcome in pairs]

    def _through_the_network(self, group: list[Prepared], clock: StepClock) -> list[Reconstruction | FieldNotFinite]:
        with self._network:
            if self._model().checkpoint.network_type != self._type:
                # One picture was too much for it; the next ones are not to come out otherwise for that.
                self._bench.unload()
            return self._bench.reconstruct_prepared([one.photo for one in group], self._model(), clock.steps)

    def _model(self) -> WarmModel:
        """The bench's, which parts from it where memory is short. Raises ModelChanged and as its loading does."""
        model = self._bench.model(self._plan.model)
        if model.checkpoint.sha256 != self._plan.model_sha256:
            raise ModelChanged(
                f"The model in {self._plan.model} is another than at the start of this run. Put that one back, or run "
                "the command again, which makes every picture with the new one.",
                f"SHA-256 {model.checkpoint.sha256}, not {self._plan.model_sha256}",
            )
        return model

    def _told(
        self, one: Prepared, outcome: Reconstruction | FieldNotFinite, seconds: dict[str, float]
    ) -> Reconstructed | Record:
        if isinstance(outcome, FieldNotFinite):
            return self._failed(one, outcome, seconds)
        # What a plan says of the memory of the moment is no property of the result.
        narrow = tuple(sentence for sentence in outcome.warnings if sentence == FLOAT16_TOO_NARROW)
        made = outcome.made
        return Reconstructed(one, made.field, (*made.warnings, *narrow), seconds, str(outcome.plan.device))

    def _extracted(self, one: Reconstructed, steps: Steps) -> ExtractedMesh:
        """On a graphics card beside the network; where memory is short, while the network waits."""
        surface, device = one.prepared.item.surface, extraction_device(self._bench.device)
        if device.type != "cpu":
            try:
                with naming_out_of_memory(device):
                    return field_to_mesh(one.field.to(device), surface, steps)
            except OutOfMemory:
                pass
        with self._network:
            return self._bench.extract(one.field, surface, steps).made

    def _see_to_the_device(self, error: Exception) -> None:
        """Of a device that is broken for good every further picture would fail, although nothing is wrong with it."""
        device = self._bench.device
        if isinstance(error, WorkerFailure) or device.type == "cpu" or self._works(device):
            return
        raise DeviceUnavailable(
            f"The device {device} no longer computes, so nothing more can be made there. What is made is kept: give "
            "the same command again, and restart the computer first if that ends in the same way.",
            "".join(traceback.format_exception(error)),
        ) from error

    def _failed(self, one: Prepared, error: Exception, seconds: dict[str, float]) -> Record:
        return keep_failed(self._target, failed_record(one.item, self._plan, one.state, report_of(error), seconds))


def _bench(plan: BatchPlan) -> Workbench:
    """Raises DeviceUnavailable."""
    precision = cast("Precision", plan.precision)
    return Workbench(choose_device(plan.device), type_for=partial(network_type, precision=precision))
