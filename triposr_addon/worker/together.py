# SPDX-License-Identifier: GPL-3.0-or-later
"""Several requests to reconstruct, done together, each answered by itself: with its own result or its own failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from triposr_addon.protocol import Reconstructed
from triposr_addon.worker.asked import Asked, without_frames
from triposr_addon.worker.best_batch import BestBatch, BestBatches
from triposr_addon.worker.failures import FieldNotFinite
from triposr_addon.worker.framing import save_cutout
from triposr_addon.worker.image_to_field import ReconstructedPhoto
from triposr_addon.worker.memory_ladder import Outcome
from triposr_addon.worker.prepared_photo import PreparedPhoto
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.warm_model import WarmModel
from triposr_addon.worker.workbench import FLOAT16_TOO_NARROW, Workbench

Clock = Callable[[], float]
Outcomes = Sequence[Outcome[ReconstructedPhoto] | FieldNotFinite]


@dataclass(frozen=True, eq=False)
class Ready:
    """A request whose photo is prepared."""

    asked: Asked
    photo: PreparedPhoto


class Together:
    """Prepares one photo after the other, runs the network for all of them, and writes their files.

    Whatever is cancelled on the way is answered at once, and the others go on.
    """

    def __init__(self, bench: Workbench, rembg_home: Path | None, clock: Clock = time.monotonic) -> None:
        self._bench = bench
        self._rembg_home = rembg_home
        self._clock = clock

    def reconstruct(self, group: Sequence[Asked], batches: BestBatches) -> None:
        """Answer them all; they are for one model, whose best batch learns from them."""
        prepared = [self._prepared_or_none(asked) for asked in group]
        ready = [one for one in prepared if one is not None and not one.asked.given_up()]
        if not ready:
            return
        try:
            self._finish(ready, batches)
            return
        except Exception as error:  # noqa: BLE001  # it is all of theirs; the desk tells known failures from others
            failure = without_frames(error)
        for one in ready:
            one.asked.end(failure)

    def _prepared_or_none(self, asked: Asked) -> Ready | None:
        if asked.given_up():
            return None
        request = asked.request
        try:
            with asked.steps.step("load model"):
                model = self._bench.model(Path(request.model_folder))
            photo = Path(request.photo_path)
            return Ready(asked, self._bench.prepare(photo, model, request.settings, self._rembg_home, asked.steps))
        except Exception as error:  # noqa: BLE001  # its own, and no other's
            failure = without_frames(error)
        asked.end(failure)
        return None

    def _finish(self, ready: Sequence[Ready], batches: BestBatches) -> None:
        model = self._bench.model(Path(ready[0].asked.request.model_folder))
        best = batches.of(model.checkpoint.sha256, str(model.checkpoint.network_type))
        steps, began = _steps_of_all(ready), self._clock()
        outcomes = self._bench.reconstruct_prepared([one.photo for one in ready], model, steps)
        _learn(best, outcomes, self._clock() - began)
        share = round(steps.seconds["reconstruct"] / len(ready), 4)
        for one, outcome in zip(ready, outcomes, strict=True):
            one.asked.steps.seconds["reconstruct"] = share
            _answer(one.asked, outcome, model, best.wanted)


def _steps_of_all(ready: Sequence[Ready]) -> Steps:
    """What the network tells, told to each that is still wanted; cancelled when none is."""

    def tell(step: str, fraction: float, detail: str) -> None:
        for one in ready:
            if not one.asked.done:
                one.asked.steps.tell(step, fraction, detail)

    def cancelled() -> bool:
        done = [one.asked.given_up() for one in ready]  # of each: who is cancelled is answered by being looked at
        return all(done)

    return Steps(tell, cancelled)


def _answer(
    asked: Asked, outcome: Outcome[ReconstructedPhoto] | FieldNotFinite, model: WarmModel, best_batch: int
) -> None:
    if asked.given_up():
        return
    answer: Reconstructed | Exception
    try:
        if isinstance(outcome, FieldNotFinite):
            answer = outcome
        else:
            answer = replace(_saved(asked, outcome, model), best_batch=best_batch)
    except Exception as error:  # noqa: BLE001  # a file that can't be written costs only whose it is
        answer = without_frames(error)
    asked.end(answer)


def _saved(asked: Asked, outcome: Outcome[ReconstructedPhoto], model: WarmModel) -> Reconstructed:
    request, made = asked.request, outcome.made
    made.field.save(Path(request.field_path))
    if request.cutout_path:
        save_cutout(made.framed, Path(request.cutout_path))
    made_by = model.checkpoint.name, model.checkpoint.sha256, str(outcome.plan.device)
    return Reconstructed(request.field_path, *made_by, asked.steps.seconds, list(outcome.warnings), made.frame)


def _learn(best: BestBatch, outcomes: Outcomes, seconds: float) -> None:
    """Only from a group that went as it was meant to: whole, and through the resident network."""
    made = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    if len(made) < len(outcomes) or any(FLOAT16_TOO_NARROW in outcome.warnings for outcome in made):
        return  # what was done once more, alone, says nothing of groups
    plan = made[0].plan
    if len(outcomes) > 1 and (plan.pictures < len(outcomes) or plan.path != "resident"):
        best.too_many(len(outcomes))
    elif plan.path == "resident":
        best.learn(len(outcomes), seconds)
