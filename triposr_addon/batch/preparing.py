# SPDX-License-Identifier: GPL-3.0-or-later
"""The first stage: a picture is loaded, cut out and framed. Needs no model's weights and no graphics card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from triposr_addon.batch.item import Item
from triposr_addon.batch.item_records import failed_record, keep_failed, report_of
from triposr_addon.batch.picture_state import state_for
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.prepared import Prepared
from triposr_addon.batch.quiet_threads import settle
from triposr_addon.batch.spans import Hear, StepClock, nobody
from triposr_addon.batch.target import Target
from triposr_addon.batch.to_do import kept_or_none
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.checkpoint import CONFIG_NAME, read_config
from triposr_addon.worker.prepared_photo import PreparedPhoto, prepare_photo
from triposr_addon.worker.review import small_cutout


class Preparing:
    """Prepares pictures, one after the other; several may be at work in other threads, processes or machines."""

    def __init__(self, plan: BatchPlan, hear: Hear = nobody, target: Target | None = None) -> None:
        """hear: is told when which step was done. Raises ModelFailure."""
        settle()
        self._plan = plan
        self._hear = hear
        self._target = target or Target(plan.target)
        self._image_size = read_config(plan.model / CONFIG_NAME).image_size

    def __call__(self, item: Item) -> Prepared | Record:
        """What is to be made a mesh of; or the item's record, where it is made already or can't be made.

        Raises TargetFailure.
        """
        state, clock = state_for(item), StepClock([item.id], self._hear)
        if kept := kept_or_none(self._target, self._plan, item, state):
            return kept
        try:
            photo = prepare_photo(Path(item.picture), self._image_size, item.photo, self._plan.rembg_home, clock.steps)
        except Exception as error:  # noqa: BLE001  # told in the record: the next picture may do better
            return keep_failed(self._target, failed_record(item, self._plan, state, report_of(error), clock.seconds))
        return Prepared(item, state, _small(photo), clock.seconds)


def _small(photo: PreparedPhoto) -> PreparedPhoto:
    """With a cut-out no larger than a review wants it: 64 megapixels would hold up a quarter of a gigabyte."""
    return replace(photo, framed=np.asarray(small_cutout(Image.fromarray(photo.framed))))
