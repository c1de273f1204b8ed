# SPDX-License-Identifier: GPL-3.0-or-later
"""The one worker: started when a job needs it, kept for the next job, replaced when it broke."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from .. import protocol
from ..protocol import (
    CANCELLED,
    CutOut,
    Extract,
    Initialize,
    Initialized,
    MemoryHeld,
    Reconstruct,
    Request,
    Review,
    WarmedUp,
    WarmUp,
)
from .failures import HostFailure, WorkerMissing, WorkerReportedFailure
from .log_file import LogFile
from .patience import Clock
from .storage import Storage
from .worker_command import WorkerCommand
from .worker_process import Answered, Broken, Limits, Refused, WorkerEvent, WorkerProcess

WARM_UP = "warm-up-"
"""Begins the name under which a warm-up is cancelled and tells its progress; jobs have other names."""


class WarmWorker:
    """At most one WorkerProcess, and what it said of itself.

    device: "auto", "cpu", "cuda", "cuda:N" or "mps".
    command: how to start it, where it is not the storage's Python with the extension's own worker.
    best_batch: so many photos pass through the network together; 0: the worker finds out.
    """

    def __init__(
        self,
        storage: Storage,
        device: str,
        command: WorkerCommand | None,
        limits: Limits,
        clock: Clock = time.monotonic,
        best_batch: int = 0,
    ) -> None:
        self._storage = storage
        self._best_batch = best_batch
        self._device = device
        self._command = command
        self._limits = limits
        self._clock = clock
        self._process: WorkerProcess | None = None
        self.initialized: Initialized | None = None
        self.held: MemoryHeld | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process, be it still starting."""
        return self._process is not None

    @property
    def idle(self) -> bool:
        """Whether it has started and owes no answer."""
        return self._process is not None and self.initialized is not None and not self._process.owed

    def start_or_keep(self, first: CutOut | None = None) -> None:
        """Have a worker: a new one where there is none, which does `first` before it is initialized.

        Raises WorkerMissing, WorkerDidNotStart, and RequestUnsendable for `first`: then there is a worker all the same.
        """
        if self._process is not None:
            return
        self._process = WorkerProcess(self._command or self._installed(), self._log, self._limits, self._clock)
        self._log.note(f"started worker {self._process.pid} for the device {self._device!r}")
        try:
            if first is not None:
                self.send(first)
        finally:
            self.send(self._initialize())

    def _initialize(self) -> Initialize:
        folders = str(self._storage.rembg), self._device, str(self._storage.batch_file)
        return Initialize(protocol.PROTOCOL_VERSION, *folders, self._best_batch)

    def send(self, request: Request) -> None:
        """Ask the running worker; the answer is among its events. Raises RequestUnsendable."""
        assert self._process is not None, "only a started worker is asked"
        self._process.send(request)

    def cut_out(self, request: CutOut) -> None:
        """Have a worker and ask it for a cut-out: a new one at once, without waiting for what it imports otherwise.

        Raises WorkerMissing, WorkerDidNotStart.
        """
        if self._process is None:
            self.start_or_keep(request)
        else:
            self.send(request)

    def warm_up(self, model_folder: str, photo_path: str, background: str, rembg_model: str) -> None:
        """Have a worker and let it get ready when it is free (see WarmUp); one with other wishes is cancelled.

        What comes of it goes to the log alone: whatever fails here fails again in the job. Nobody need poll meanwhile.
        Raises WorkerMissing, WorkerDidNotStart.
        """
        request = WarmUp(WARM_UP + secrets.token_hex(4), model_folder, photo_path, background, rembg_model)
        if self._warms_up(request):
            return
        self.cancel_warm_up()
        self.start_or_keep()
        self.send(request)

    def cancel_warm_up(self, but_for: Path | None = None) -> None:
        """Stop getting ready, unless it is for the model in the folder `but_for`."""
        for request in self._owed:
            if isinstance(request, WarmUp) and request.model_folder != str(but_for):
                self.cancel(request.job)

    def notice(self) -> str:
        """What the artist should know of one that owes an answer and gives no sign; mostly empty."""
        return self._process.notice() if self._process is not None else ""

    def works_on(self, job: str) -> bool:
        """Whether it owes an answer that this job asked for."""
        return any(isinstance(request, Reconstruct | Extract | Review) and request.job == job for request in self._owed)

    def cancel(self, job: str) -> None:
        """Ask it to stop working on the job."""
        if self._process is not None:
            self._process.cancel(job)

    def events(self) -> list[WorkerEvent]:
        """What has happened since the last call. `Broken` is the last; another worker can then be started.

        Log lines go to the log; the answer to `initialize` is kept as `initialized`.
        """
        raw = self._process.poll() if self._process else []
        return [event for event in map(self._seen, raw) if event is not None]

    def stop(self) -> None:
        """End it politely; takes as long as the limits say at most."""
        if self._process is not None:
            self._process.stop()
            self._let_go()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._let_go()

    @property
    def _owed(self) -> tuple[Request, ...]:
        return self._process.owed if self._process else ()

    def _warms_up(self, wanted: WarmUp) -> bool:
        """Whether the last warm-up that it owes is for just this."""
        last = next((request for request in reversed(self._owed) if isinstance(request, WarmUp)), None)
        return last is not None and _needs(last) == _needs(wanted)

    @property
    def _log(self) -> LogFile:
        return self._storage.worker_log

    def _installed(self) -> WorkerCommand:
        python = self._storage.worker_python_or_none()
        if python is None:
            raise WorkerMissing(self._storage.environment)
        return WorkerCommand(python, variables=self._storage.card_variables())

    def _seen(self, event: WorkerEvent) -> WorkerEvent | None:
        if isinstance(event, protocol.Log):
            self._log.note(f"worker's {event.level}: {event.message}")
            return None
        if isinstance(event, MemoryHeld):
            self.held = event
            return None
        if isinstance(event, Answered) and isinstance(event.result, Initialized):
            self.initialized = event.result
            return None
        if isinstance(event, Answered) and isinstance(event.result, WarmedUp):
            self._log.note(f"warmed up, seconds: {event.result.seconds}")
            return None
        if isinstance(event, Refused) and isinstance(event.request, WarmUp):
            self._note_failed_warm_up(event)
            return None
        if isinstance(event, Refused) and isinstance(event.request, Initialize):
            return self._broken(WorkerReportedFailure(event.error))
        return self._broken(event.failure) if isinstance(event, Broken) else event

    def _note_failed_warm_up(self, event: Refused) -> None:
        if event.error.code != CANCELLED:
            self._log.note(f"not warmed up: {event.error.code}: {event.error.sentence} {event.error.details}")

    def _broken(self, failure: HostFailure) -> Broken:
        self._log.note(f"{failure.code}: {failure.sentence} {failure.details}")
        self.kill()
        return Broken(failure)

    def _let_go(self) -> None:
        self._process = None
        self.initialized = self.held = None


def _needs(request: WarmUp) -> tuple[str, str, str]:
    return request.model_folder, request.background, request.rembg_model
