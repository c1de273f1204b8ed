# SPDX-License-Identifier: GPL-3.0-or-later
"""Start one worker, talk to it, watch it, end it.

    process = WorkerProcess(command, log)      raises WorkerDidNotStart
    process.send(request)                      -> the request's id; returns at once
    process.poll()                             -> what has happened since the last poll; returns at once
    process.cancel(job)                        asks; the answer comes as an event
    process.stop() or process.kill()           politely or at once; afterwards nothing of it is left

Death, silence, babble, another version, a cut line and a senseless answer end the process and come as the last event,
`Broken`. Whatever the process writes after that is nobody's.
"""

from __future__ import annotations

import atexit
import time
from typing import IO

from .. import protocol, wire
from ..protocol import Heartbeat, Initialize, Progress, Request
from ..wire import JsonObject
from .failures import (
    HostFailure,
    RequestUnsendable,
    WorkerAnsweredGarbage,
    WorkerBabbled,
    WorkerDied,
    WorkerKilledForMemory,
    WorkerLineCut,
    WorkerSilent,
    WorkerVersionDiffers,
)
from .log_file import LogFile
from .memory_kills import memory_kills_or_none
from .patience import Clock, Patience
from .worker_command import WorkerCommand, continue_group, exit_code_or_none, kill_group, start_process, terminate_group
from .worker_events import DEFAULT_LIMITS as DEFAULT_LIMITS
from .worker_events import Answered as Answered
from .worker_events import Broken as Broken
from .worker_events import Limits as Limits
from .worker_events import Refused as Refused
from .worker_events import WorkerEvent as WorkerEvent
from .worker_signs import WorkerSigns
from .worker_streams import EndOfOutput, ErrorReader, InputWriter, LineTooLong, OutputReader, Piece, start_daemon
from .worker_words import in_measure

EVENTS_A_POLL = 200
POLL_SECONDS = 0.02
"""A worker that chatters must not hold Blender up; the rest is for the next poll."""
TORN_PIPE_SECONDS = 1.0
"""A process and its output end together. So long may the one lag behind the other."""
GLANCE_SECONDS = 0.005
LETTING_GO_SECONDS = 0.05
"""For each pipe of a dead worker. One that a child of the worker still holds is left to its daemon thread."""


class WorkerProcess:
    """One worker from start to end. All methods are for one thread, Blender's main thread, and return at once,
    except stop() and kill(), which have limits."""

    def __init__(
        self, command: WorkerCommand, log: LogFile, limits: Limits = DEFAULT_LIMITS, clock: Clock = time.monotonic
    ) -> None:
        self._limits = limits
        self._memory_kills = memory_kills_or_none()
        self._process = start_process(command)
        self._input = InputWriter(_pipe(self._process.stdin))
        self._output = OutputReader(_pipe(self._process.stdout), wire.LONGEST_LINE_BYTES)
        self._errors = ErrorReader(_pipe(self._process.stderr), log)
        self._owed: dict[int, Request] = {}
        self._next_id = 1
        self._silence = Patience(clock)
        self._signs = WorkerSigns(self._process.pid, clock)
        self._torn = Patience(clock)
        self._is_torn = False
        self._unfinished_line = b""
        self._output_ended = False
        self._over = False
        atexit.register(self.kill)

    @property
    def pid(self) -> int:
        """The process' number."""
        return self._process.pid

    @property
    def over(self) -> bool:
        """Whether it broke or was stopped."""
        return self._over

    @property
    def owed(self) -> tuple[Request, ...]:
        """The requests that it has not answered yet."""
        return tuple(self._owed.values())

    def last_words(self) -> str:
        """The last lines of its standard error."""
        return self._errors.last_words()

    def send(self, request: Request) -> int:
        """Ask; the answer comes as an event. Raises RequestUnsendable, and then nothing was asked."""
        line = _encoded(self._next_id, request)
        request_id, self._next_id = self._next_id, self._next_id + 1
        if not self._owed:
            self._silence.start_again()
            self._signs.begin()
        self._owed[request_id] = request
        self._input.write(line)
        return request_id

    def notice(self) -> str:
        """What the artist should know of a worker that owes an answer and gives no sign; mostly empty."""
        return self._signs.notice(self._starting) if self._owed and not self._over else ""

    def cancel(self, job: str) -> None:
        """Ask the worker to answer the job's request with CANCELLED."""
        self._input.write(wire.encode_notification(protocol.Cancel(job)))

    def poll(self) -> list[WorkerEvent]:
        """What has happened since the last poll, in order, a few hundred events at most. `Broken` is the last ever."""
        events: list[WorkerEvent] = []
        until = time.monotonic() + POLL_SECONDS
        try:
            while not self._over and len(events) < EVENTS_A_POLL and time.monotonic() < until:
                piece = self._output.next_or_none()
                if piece is None:
                    self._check_health()
                    break
                if (event := self._event_or_none(piece)) is not None:
                    events.append(event)
        except HostFailure as failure:
            self.kill()
            events.append(Broken(failure))
        return events

    def stop(self) -> None:
        """End the process: ask, then signal, then kill, each with its limit. No effect on one that is over."""
        if self._over:
            return
        self._output.discard()
        continue_group(self._process)  # one that was suspended could not hear us
        self._input.write(self._farewell())
        self._input.close()
        if not self._has_ended_within(self._limits.polite):
            terminate_group(self._process)
            self._has_ended_within(self._limits.terminate)
        self.kill()

    def kill(self) -> None:
        """End the process at once and let go of it. No effect on one that is over."""
        if self._over:
            return
        self._over = True
        self._output.discard()
        kill_group(self._process)
        ended = self._has_ended_within(self._limits.kill)
        self._input.close()
        if ended:
            for stream in (self._input, self._output, self._errors):
                stream.join(LETTING_GO_SECONDS)
        else:
            start_daemon("reaper", self._process.wait)
        self._owed.clear()
        atexit.unregister(self.kill)

    def _event_or_none(self, piece: Piece) -> WorkerEvent | None:
        if isinstance(piece, EndOfOutput):
            self._output_ended, self._unfinished_line = True, piece.rest
            return None
        if isinstance(piece, LineTooLong):
            raise WorkerBabbled("a line without end", piece.start, self.last_words())
        try:
            message = wire.decode_worker_line(piece.text)
        except wire.MalformedMessage as error:
            raise WorkerBabbled(str(error), piece.text, self.last_words()) from error
        if isinstance(message, Heartbeat):
            self._signs.beat(message.cpu_seconds)
            return None
        self._silence.start_again()
        self._signs.moved()
        if isinstance(message, wire.ResultLine):
            return self._answered(message)
        if isinstance(message, wire.ErrorLine):
            report = in_measure(message.error)
            return Refused(self._asked(message.id, report.sentence), report)
        if isinstance(message, Progress) and message.step not in protocol.ALL_STEPS:
            raise self._garbage(f"progress of the unknown step {message.step!r:.60}")
        return in_measure(message)

    def _answered(self, line: wire.ResultLine) -> Answered:
        request = self._asked(line.id, "a result")
        if isinstance(request, Initialize):
            _check_version(line.result)
        try:
            return Answered(request, in_measure(wire.result_from_json(request, line.result)))
        except wire.MalformedMessage as error:
            raise self._garbage(f"answer to {request.METHOD}: {error}") from error

    def _asked(self, request_id: int | None, what: str) -> Request:
        request = None if request_id is None else self._owed.pop(request_id, None)
        if request is None:
            raise self._garbage(f"an answer to the request {request_id}, which is not open: {what}")
        return request

    def _check_health(self) -> None:
        self._check_alive()
        silence = self._silence.seconds()
        limit = self._limits.start if self._starting else self._limits.silence
        if self._owed and silence > limit:
            raise WorkerSilent(f"has not answered for {silence:.0f} s", self.last_words())

    def _check_alive(self) -> None:
        exit_code = exit_code_or_none(self._process)
        if exit_code is None and not self._output_ended and not self._input.refused:
            return
        if not self._is_torn:
            self._is_torn = True
            self._torn.start_again()
        lagging = self._torn.seconds() < TORN_PIPE_SECONDS
        if lagging and not (self._output_ended and exit_code is not None):
            return
        if exit_code is None:
            raise WorkerSilent("closed its output" if self._output_ended else "closed its input", self.last_words())
        # What it wrote last says why; the pipe may still hold it.
        self._errors.join(LETTING_GO_SECONDS)
        raise self._death(exit_code)

    def _death(self, exit_code: int) -> HostFailure:
        before, after = self._memory_kills, memory_kills_or_none()
        if exit_code == -9 and before is not None and after is not None and after > before:
            return WorkerKilledForMemory(exit_code, self.last_words())
        death = WorkerLineCut if self._unfinished_line else WorkerDied
        return death(exit_code, self.last_words())

    @property
    def _starting(self) -> bool:
        return any(isinstance(request, Initialize) for request in self._owed.values())

    def _garbage(self, reason: str) -> WorkerAnsweredGarbage:
        return WorkerAnsweredGarbage(reason, self.last_words())

    def _farewell(self) -> bytes:
        # A busy worker can't come to a request before its work is done.
        if self._owed:
            return wire.encode_notification(protocol.Exit())
        return wire.encode_request(self._next_id, protocol.Shutdown())

    def _has_ended_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while exit_code_or_none(self._process) is None:
            if time.monotonic() > until:
                return False
            time.sleep(GLANCE_SECONDS)
        return True


def _encoded(request_id: int, request: Request) -> bytes:
    try:
        line = wire.encode_request(request_id, request)
    except ValueError as error:  # a number that is none, or infinite
        raise RequestUnsendable(str(error)) from error
    if len(line) > wire.LONGEST_LINE_BYTES:
        raise RequestUnsendable(f"{request.METHOD} would be a line of {len(line)} bytes")
    return line


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "all three were asked for"
    return pipe


def _check_version(initialized: JsonObject) -> None:
    # Before the other fields: another version may have others.
    version = initialized.get("protocol_version")
    if version != protocol.PROTOCOL_VERSION:
        raise WorkerVersionDiffers(version)
