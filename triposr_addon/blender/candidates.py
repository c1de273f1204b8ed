# SPDX-License-Identifier: GPL-3.0-or-later
"""Four tries at one picture. They are jobs of the queue whose objects wait for the artist to pick one.

They are in the session alone: a file, an undo and another file know nothing of them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..host.jobs import JobState, JobView
from .decimals import decimal
from .words import ui

if TYPE_CHECKING:
    from .order import Order
    from .queue import Queue, Ticket

OTHER_RATIO = 0.1
"""The second foreground ratio is so far below the chosen one; above it, where that leaves the known range."""
LEAST_RATIO, MOST_RATIO = 0.65, 1.0


@dataclass(frozen=True)
class Try:
    """One of the four, numbered from 1."""

    number: int
    foreground_ratio: float
    mirror: bool

    @property
    def text(self) -> str:
        """For the artist."""
        return (
            ui("{ratio:.2f}, mirrored", ratio=self.foreground_ratio) if self.mirror else f"{self.foreground_ratio:.2f}"
        )


def tries(ratio: float, mirror: bool) -> tuple[Try, ...]:
    """The four, the one as chosen first."""
    lower = ratio - OTHER_RATIO
    other = lower if lower >= LEAST_RATIO else min(ratio + OTHER_RATIO, MOST_RATIO)
    pairs = [(each, mirror != turned) for each in (ratio, other) for turned in (False, True)]
    return tuple(Try(number, decimal(each), turned) for number, (each, turned) in enumerate(pairs, 1))


def candidate_orders(order: Order) -> tuple[Order, ...]:
    """An order as four, which are also held against their cut-out."""
    chosen = order.request.photo_settings
    return tuple(_candidate(order, each) for each in tries(chosen.foreground_ratio, chosen.mirror))


def candidates(queue: Queue) -> tuple[tuple[JobView, Ticket], ...]:
    """Those that are there, in the order of their numbers; also on their way, failed or cancelled."""
    found = [(view, queue.ticket(view.id)) for view in queue.views() if queue.ticket(view.id).order.candidate]
    return tuple(sorted(found, key=lambda pair: pair[1].order.candidate.number if pair[1].order.candidate else 0))


def candidate_or_none(queue: Queue, number: int) -> tuple[JobView, Ticket] | None:
    """The one with that number, if it can be picked."""
    for view, ticket in candidates(queue):
        if ticket.order.candidate is not None and ticket.order.candidate.number == number:
            return (view, ticket) if view.state is JobState.DONE and ticket.kept else None
    return None


def forget_candidates(queue: Queue, but: str = "") -> None:
    """All of them go with their files, but for the job with that id."""
    for view, _ticket in candidates(queue):
        if view.id != but:
            queue.clear(view.id)


def _candidate(order: Order, each: Try) -> Order:
    photo = dataclasses.replace(
        order.request.photo_settings, foreground_ratio=each.foreground_ratio, mirror=each.mirror
    )
    request = dataclasses.replace(order.request, photo_settings=photo, review=True)
    recipe = {**order.recipe, "foreground_ratio": each.foreground_ratio, "mirror": each.mirror}
    return dataclasses.replace(order, request=request, recipe=recipe, candidate=each)
