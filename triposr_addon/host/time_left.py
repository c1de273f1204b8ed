# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the queue will still take, told from jobs that are done. Rough on purpose; silent where it can't know."""

from __future__ import annotations

from collections.abc import Iterable

from .jobs import GenerationRequest, GenerationResult, JobState, JobView

SMALLEST_FRACTION = 0.2
"""Below it the bar is no measure yet: what it shows is mostly the start of the worker."""

ONCE_FOR_ALL = ("load model",)
"""Steps that a warm worker does not take again."""

Kind = tuple[object, ...]


class Pace:
    """Seconds of work by kind of job: the model, the background method and the fineness of the mesh decide them."""

    def __init__(self) -> None:
        self._seconds: dict[Kind, float] = {}

    def learn(self, request: GenerationRequest, result: GenerationResult) -> None:
        """Keep how long this job took; the latest of a kind counts."""
        steps = (seconds for step, seconds in result.seconds.items() if step not in ONCE_FOR_ALL)
        self._seconds[_kind(request)] = sum(steps)

    def times_left(self, views: Iterable[JobView]) -> dict[str, float]:
        """Seconds until each job of the queue is done, by id.

        views: in the order in which they will be done. A job is absent where its time, or that of one before it, is
        not known, and where it is over.
        """
        lasting, pace, left = 0.0, dict(self._seconds), dict[str, float]()
        unfinished = sorted((view for view in views if not view.state.over), key=_runs_first)
        together = sum(view.state is JobState.RUNNING for view in unfinished) > 1
        for view in unfinished:
            kind = _kind(view.request)
            own = _left_together(view, pace.get(kind)) if together else _left_of(view, pace.get(kind))
            if own is None:
                break
            pace.setdefault(kind, view.seconds + own)
            lasting += own
            left[view.id] = lasting
        return left


def _left_of(view: JobView, usual: float | None) -> float | None:
    if view.state is JobState.WAITING:
        return usual
    if usual is not None and usual > view.seconds:
        return usual - view.seconds
    if view.fraction < SMALLEST_FRACTION:
        return None
    return view.seconds * (1.0 - view.fraction) / view.fraction


def _left_together(view: JobView, usual: float | None) -> float | None:
    """Of one of several that run: their seconds since the start are those of them all, so the bar is the measure."""
    return usual * (1.0 - view.fraction) if usual is not None else None


def _runs_first(view: JobView) -> bool:
    return view.state is not JobState.RUNNING


def _kind(request: GenerationRequest) -> Kind:
    surface = request.surface_settings
    return (request.model, request.photo_settings.background, surface.resolution, surface.exact)
