# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut-outs to look at before a job: one at a time, the newest wish wins, and a photo job goes first.

They share the jobs' worker. It answers them before it has loaded anything else, so the first one is there in a second.
"""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass
from pathlib import Path

from ..protocol import CutOut, CutOutMade, PhotoSettings
from .failures import HostFailure, WorkerReportedFailure
from .storage import Storage
from .warm_worker import WarmWorker
from .worker_process import Answered, Broken, Refused, WorkerEvent

CUT_OUT = "cut-out-"
"""Begins the name under which a cut-out is cancelled; jobs have other names."""


class CutOutState(enum.Enum):
    """A wish waits (perhaps for a photo job), is worked on, and ends one way or the other."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self in (CutOutState.DONE, CutOutState.FAILED)


@dataclass(frozen=True)
class CutOutRequest:
    """A photo to be cut out. to_paint: with the mask, and with the photo that has the mask as its alpha."""

    photo: Path
    settings: PhotoSettings
    to_paint: bool = False


@dataclass(frozen=True)
class CutOutResult:
    """The files lie in a folder of their own and go with the next wish.

    cutout: the framed picture (RGBA PNG); None where no subject was found. mask: grey PNG; paint: RGBA PNG; both of the
    upright photo's size, and None where nobody asked for them. method: one of protocol.BACKGROUND_METHODS but never
    "auto", or "painted". model: the background model's name, or "".
    """

    cutout: Path | None
    mask: Path | None
    paint: Path | None
    method: str
    model: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class CutOutView:
    """The newest wish at one moment."""

    request: CutOutRequest
    state: CutOutState
    result: CutOutResult | None = None
    failure: HostFailure | None = None


class CutOutDesk:
    """Takes the wishes. The Generator hands it the worker's events and tells it when the worker is free."""

    def __init__(self, worker: WarmWorker, storage: Storage) -> None:
        self._worker = worker
        self._storage = storage
        self._view: CutOutView | None = None
        self._job = ""
        self._folder: Path | None = None

    def ask(self, request: CutOutRequest) -> None:
        """Wish for a cut-out; the one before is no longer wanted, and its files go. It begins at a later tick."""
        self.close()
        self._view = CutOutView(request, CutOutState.WAITING)

    def view(self) -> CutOutView | None:
        """The newest wish as it is now; None before the first."""
        return self._view

    def tick(self, free: bool) -> None:
        """Begin with the waiting wish where the worker is free for it."""
        if not free or self._view is None or self._view.state is not CutOutState.WAITING:
            return
        request = self._view.request
        self._job = CUT_OUT + secrets.token_hex(4)
        try:
            self._folder = self._folder or self._storage.new_job_folder()
            self._worker.cut_out(self._message(request, self._folder))
        except HostFailure as failure:
            self._view = CutOutView(request, CutOutState.FAILED, failure=failure)
        else:
            self._view = CutOutView(request, CutOutState.RUNNING)

    def make_way(self) -> None:
        """A photo job begins: leave the worker to it, and wish again later."""
        if self._view is not None and self._view.state is CutOutState.RUNNING:
            self._worker.cancel(self._job)
            self._job = ""
            self._view = CutOutView(self._view.request, CutOutState.WAITING)

    def take(self, event: WorkerEvent) -> None:
        """What the worker said; what is not about the newest wish is left alone."""
        view = self._view
        if view is None or view.state is not CutOutState.RUNNING:
            return
        if isinstance(event, Broken):
            self._view = CutOutView(view.request, CutOutState.FAILED, failure=event.failure)
        elif isinstance(event, Answered | Refused) and self._asked(event):
            self._end(view.request, event)

    def close(self) -> None:
        """Forget the wish and remove its files."""
        self.make_way()
        self._view = None
        if self._folder is not None:
            self._storage.remove_job_folder(self._folder)
            self._folder = None

    def _asked(self, event: Answered | Refused) -> bool:
        return isinstance(event.request, CutOut) and event.request.job == self._job

    def _end(self, request: CutOutRequest, event: Answered | Refused) -> None:
        if isinstance(event, Refused):
            failure = WorkerReportedFailure(event.error)
            self._view = CutOutView(request, CutOutState.FAILED, failure=failure)
        elif isinstance(event.result, CutOutMade) and isinstance(event.request, CutOut):
            self._view = CutOutView(request, CutOutState.DONE, _result(event.request, event.result))

    def _message(self, request: CutOutRequest, folder: Path) -> CutOut:
        return CutOut(
            job=self._job,
            photo_path=str(request.photo.absolute()),
            cutout_path=str(folder / "cutout.png"),
            mask_path=str(folder / "mask.png") if request.to_paint else "",
            paint_path=str(folder / "paint.png") if request.to_paint else "",
            rembg_home=str(self._storage.rembg),
            settings=request.settings,
        )


def _result(asked: CutOut, made: CutOutMade) -> CutOutResult:
    return CutOutResult(
        cutout=Path(made.cutout_path) if made.cutout_path else None,
        mask=Path(made.mask_path) if made.mask_path else None,
        paint=Path(asked.paint_path) if asked.paint_path else None,
        method=made.method,
        model=made.model,
        warnings=tuple(made.warnings),
    )
