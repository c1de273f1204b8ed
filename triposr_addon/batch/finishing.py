# SPDX-License-Identifier: GPL-3.0-or-later
"""The third stage: a mesh is held against its picture and drawn, and its files and its record are written."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from triposr_addon.batch.item_records import bare_record, failed_record, keep_failed, report_of
from triposr_addon.batch.plan import FIELD_NAME, THUMBNAIL_NAME, BatchPlan
from triposr_addon.batch.prepared import Meshed
from triposr_addon.batch.spans import Hear, StepClock, nobody
from triposr_addon.batch.target import Target
from triposr_addon.batch.target_failures import TargetFailure
from triposr_addon.catalogue_file import MADE, Record
from triposr_addon.protocol import PhotoCamera
from triposr_addon.worker.mesh_file import mesh_bytes
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.review import SIDE, judged, parts_of
from triposr_addon.worker.review_drawing import draw
from triposr_addon.worker.review_failures import ReviewFailure
from triposr_addon.worker.review_fit import USUAL_DISTANCE
from triposr_addon.worker.shell_record import told

UNREVIEWED = PhotoCamera(USUAL_DISTANCE, elevation=15.0, azimuth=30.0)
"""From where a mesh is drawn that was held against nothing."""


@dataclass(frozen=True)
class _Look:
    """A drawing of the mesh [SIDE, SIDE, 4], what the record says of the mesh, and warnings."""

    drawing: RgbaPicture
    facts: dict[str, Any]
    warnings: tuple[str, ...] = field(default=())


class Finishing:
    """Finishes meshes, one after the other. Needs the processor alone."""

    def __init__(self, plan: BatchPlan, hear: Hear = nobody, target: Target | None = None) -> None:
        """hear: is told when which step was done."""
        self._plan = plan
        self._hear = hear
        self._target = target or Target(plan.target)

    def __call__(self, made: Meshed) -> Record:
        """The record, its files in place. Raises TargetFailure."""
        clock = StepClock([made.item.id], self._hear)
        try:
            look = self._look(made, clock)
            with clock.step("write"):
                files = self._files(made, look.drawing)
        except TargetFailure:
            raise
        except Exception as error:  # noqa: BLE001  # told in the record: the next may do better
            seconds = {**made.seconds, **clock.seconds}
            failed = failed_record(made.item, self._plan, made.state, report_of(error), seconds)
            return keep_failed(self._target, failed)
        record = replace(
            bare_record(made.item, self._plan, made.state, MADE),
            mesh=self._plan.mesh_name,
            field=FIELD_NAME if made.field else "",
            thumbnail=THUMBNAIL_NAME,
            vertices=len(made.mesh.vertices),
            seconds={**made.seconds, **clock.seconds},
            device=made.device,
            warnings=(*made.warnings, *look.warnings),
            **look.facts,
        )
        return self._target.keep(record, files)

    def _look(self, made: Meshed, clock: StepClock) -> _Look:
        if not self._plan.reviews:
            return _plain_look(made, clock)
        try:
            with clock.steps.step("review") as advance:
                judgement = judged(made.mesh, Image.fromarray(made.cutout), advance)
        except ReviewFailure as failure:
            return replace(_plain_look(made, clock), warnings=(failure.sentence,))
        return _Look(judgement.drawing, told(judgement.numbers))

    def _files(self, made: Meshed, drawing: RgbaPicture) -> dict[str, bytes]:
        files = {self._plan.mesh_name: mesh_bytes(made.mesh, f".{self._plan.mesh_format}")}
        if made.field:
            files[FIELD_NAME] = made.field
        return {**files, THUMBNAIL_NAME: _png(drawing)}


def _plain_look(made: Meshed, clock: StepClock) -> _Look:
    with clock.step("draw"):
        drawing = draw(made.mesh, UNREVIEWED, SIDE)
    facts = {"triangles": len(made.mesh.triangles), "parts": parts_of(made.mesh)[0], "closed": made.closed}
    return _Look(drawing, facts)


def _png(picture: RgbaPicture) -> bytes:
    held = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(held, format="PNG", compress_level=6)
    return held.getvalue()
