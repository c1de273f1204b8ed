# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages on the way to a game asset have in common.

A stage is a generator: it yields how far it is, between pieces of work that are short, and gives its result at its end.
So it can be shown, cancelled (closed) and strung together with others by `yield from`. Until its last piece it changes
nothing that the artist sees; a stage that is closed before leaves nothing behind.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

from ...host.failures import HostFailure, JobTookTooLong
from ...host.field_jobs import FieldJobView
from ..session import Session

LONGEST_WAIT_SECONDS = 3600.0
"""For an answer: a large texture on a slow processor, after a photo that is being worked on."""
REST_SECONDS = 0.01
"""Between two looks whether the worker has answered."""

Settings = TypeVar("Settings")
Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a stage does now, in the artist's language, and how far it is, 0..1.

    waits: it has nothing to do but to wait for the worker.
    """

    step: str
    fraction: float
    waits: bool = False


Stage = Generator[Progress, None, Result]


def settings_from(group: Any, kind: type[Settings]) -> Settings:
    """A stage's frozen settings from the property group that has a property for each of its fields."""
    assert dataclasses.is_dataclass(kind)
    made: Any = kind(**{field.name: getattr(group, field.name) for field in dataclasses.fields(kind)})
    return made  # type: ignore[no-any-return]  # a dataclass type is not known as its own


def within(stage: Stage[Result], start: float, end: float) -> Stage[Result]:
    """The same stage as a part of a longer one: its progress goes from `start` to `end`."""
    while True:
        try:
            progress = next(stage)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # typeshed has Any
        try:
            yield dataclasses.replace(progress, fraction=start + (end - start) * progress.fraction)
        except GeneratorExit:
            stage.close()
            raise


def run(stage: Stage[Result]) -> Result:
    """For a script: the stage's result, however long it takes."""
    while True:
        try:
            if next(stage).waits:
                time.sleep(REST_SECONDS)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # as above


def answers(
    running: Session, jobs: Iterable[str], step: str, limit_seconds: float = LONGEST_WAIT_SECONDS
) -> Stage[list[FieldJobView]]:
    """Wait until all these questions to fields are over; whoever asked drops them.

    Raises what the first one failed of, JobTookTooLong.
    """
    waited, deadline = list(jobs), time.monotonic() + limit_seconds
    while True:
        if time.monotonic() > deadline:
            raise JobTookTooLong(limit_seconds, step)
        running.tick()
        views = [view for job in waited if (view := running.field_view(job)) is not None]
        failure: HostFailure | None = next((view.failure for view in views if view.failure is not None), None)
        if failure is not None:
            raise failure
        if all(view.state.over for view in views):
            return views
        yield Progress(step, sum(view.fraction for view in views) / len(views), waits=True)
