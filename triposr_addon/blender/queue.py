# SPDX-License-Identifier: GPL-3.0-or-later
"""The orders of this Blender session: the generator's jobs, and what Blender has to do with each of them.

Nothing here is Blender data, and nothing is stored in a .blend: opening a file, undo and redo leave it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..host.failures import HostFailure
from ..host.generation import Generator
from ..host.jobs import JobState, JobView
from .cutout_preview import CutOutPreview
from .ghost_picture import SubjectPicture
from .thumbnail import Thumbnail

if TYPE_CHECKING:
    from .order import Order


@dataclass
class Ticket:
    """What belongs to a job on Blender's side.

    settled: what came of the job was taken in: an object, a failure that was told, or nothing after Cancel.
    notice: a line about the object. failure: why there is none; also what went wrong when the object was to be made.
    subject: the picture in its ghost, where it was looked for and found.
    kept: its files are still there, for a candidate to be picked; drawing: how that one looks.
    """

    order: Order
    settled: bool = False
    notice: str = ""
    failure: HostFailure | None = None
    thumbnail: Thumbnail = field(default_factory=Thumbnail)
    subject: SubjectPicture | None = None
    looked_for_subject: bool = False
    kept: bool = False
    drawing: CutOutPreview | None = None

    def become(self, order: Order) -> None:
        """No candidate any more: it was picked."""
        self.order, self.kept = order, False
        self.forget_drawing()

    def close(self) -> None:
        """Give back what was lent for it, and tell its folder if nothing will come of it."""
        if self.order.folder is not None and not self.settled:
            self.order.folder.give_up(self.order.request.photo)
        self.thumbnail.close()
        self.forget_drawing()
        if self.order.lent is not None:
            self.order.lent.give_back()

    def forget_drawing(self) -> None:
        """Blender warns about previews that are left over."""
        if self.drawing is not None:
            self.drawing.close()
        self.drawing = None


class Queue:
    """Jobs by their ids, in the order in which they are done; those that are over stay until they are cleared."""

    def __init__(self) -> None:
        self._generator: Generator | None = None
        self._tickets: dict[str, Ticket] = {}

    def use(self, generator: Generator) -> None:
        """Hand jobs to this generator from now on; the one before is stopped, the list of what is over stays.

        Candidates go: their files are the former's.
        """
        if self._generator is not None and self._generator is not generator:
            self._forget_what_was_kept()
        former, self._generator = self._generator, generator
        if former is not None and former is not generator:
            generator.adopt(former)
            former.stop()
            self._forget_what_the_generator_does_not_know()

    def add(self, order: Order, subject: SubjectPicture | None = None) -> str:
        """Put an order at the end; gives its job's id. There must be a generator. subject: for its ghost, if known."""
        job = self._working().submit(order.request)
        self._tickets[job] = Ticket(order, subject=subject)
        return job

    def busy(self) -> bool:
        """Whether a job waits, runs, or has an object that is not in the scene yet."""
        return any(not ticket.settled for ticket in self._tickets.values())

    def views(self) -> tuple[JobView, ...]:
        """How each job stands."""
        return self._generator.views() if self._generator is not None else ()

    def view(self, job: str) -> JobView:
        """How a job stands. Raises KeyError."""
        return self._working().view(job)

    def ticket(self, job: str) -> Ticket:
        """What belongs to a job. Raises KeyError."""
        return self._tickets[job]

    def times_left(self) -> dict[str, float]:
        """Seconds until each job is done, where that is known."""
        return self._generator.times_left() if self._generator is not None else {}

    def current_or_none(self) -> JobView | None:
        """The job under way, or the first that waits."""
        unfinished = [view for view in self.views() if not view.state.over]
        return min(unfinished, key=lambda view: view.state is not JobState.RUNNING, default=None)

    def looks(self) -> tuple[tuple[str, int], ...]:
        """Of the jobs whose objects are still to come: which they are, and how far, in tenths."""
        coming = (view for view in self.views() if not self._tickets[view.id].settled)
        return tuple((view.id, int(view.fraction * 10)) for view in coming)

    def ripe(self) -> tuple[JobView, ...]:
        """Jobs that are over and not settled yet."""
        return tuple(view for view in self.views() if view.state.over and not self._tickets[view.id].settled)

    def is_ripe(self, job: str) -> bool:
        """Whether it is over, known, and not settled yet."""
        return any(view.id == job for view in self.ripe())

    def settled(self) -> tuple[JobView, ...]:
        """Jobs that nothing will happen to any more, unless they are tried again."""
        done = ((view, self._tickets[view.id]) for view in self.views())
        return tuple(view for view, ticket in done if ticket.settled and not ticket.kept)

    def keep(self, job: str, notice: str, drawing: CutOutPreview | None) -> None:
        """A candidate is there: it waits with its files to be picked."""
        ticket = self._tickets[job]
        ticket.settled, ticket.kept, ticket.notice, ticket.drawing = True, True, notice, drawing

    def settle(self, job: str, notice: str, failure: HostFailure | None) -> None:
        """What came of a job was taken in: its files go, its line stays."""
        ticket = self._tickets[job]
        ticket.settled, ticket.notice, ticket.failure = True, notice, failure
        self._working().release(job)

    def cancel(self, job: str) -> None:
        """Stop a job; it is over within a second of ticks. Raises KeyError."""
        self._working().cancel(job)

    def cancel_all(self) -> None:
        """Stop all of them."""
        if self._generator is not None:
            self._generator.cancel_all()

    def can_move(self, job: str, by: int) -> bool:
        """Whether a waiting job has another one before (by < 0) or after it. Raises KeyError."""
        return self._working().can_move(job, by)

    def move(self, job: str, by: int) -> None:
        """Let a waiting job change places with that one. Raises KeyError."""
        self._working().move(job, by)

    def retry(self, job: str) -> str:
        """Make the same again, in the same place; gives the new id. Raises KeyError."""
        again = self._working().retry(job)
        former = self._tickets.pop(job)
        former.forget_drawing()
        self._tickets[again] = Ticket(former.order, thumbnail=former.thumbnail, subject=former.subject)
        return again

    def clear(self, job: str) -> None:
        """Forget a job. Raises KeyError."""
        self._working().drop(job)
        self._forget_what_the_generator_does_not_know()

    def close(self) -> None:
        """Stop the generator and forget every job."""
        if self._generator is not None:
            self._generator.stop()
            self._generator = None
        self._forget_what_the_generator_does_not_know()

    def _forget_what_was_kept(self) -> None:
        for job in [job for job, ticket in self._tickets.items() if ticket.kept]:
            self.clear(job)

    def _forget_what_the_generator_does_not_know(self) -> None:
        known = {view.id for view in self.views()}
        for job in [job for job in self._tickets if job not in known]:
            self._tickets.pop(job).close()

    def _working(self) -> Generator:
        if self._generator is None:
            raise RuntimeError("no job was ordered yet")
        return self._generator
