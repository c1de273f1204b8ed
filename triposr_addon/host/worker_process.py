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
import subprocess
import time
from dataclasses import dataclass
from typing import IO

from .. import protocol, wire
from ..protocol import ErrorReport, Initialize, Request, Result
from ..wire import JsonObject
from .failures import (
    HostFailure,
    WorkerAnsweredGarbage,
    WorkerBabbled,
    WorkerDied,
    WorkerLineCut,
    WorkerSilent,
    WorkerVersionDiffers,
)
from .log_file import LogFile
from .worker_command import WorkerCommand, kill_group, start_process, terminate_group
from .worker_streams import EndOfOutput, ErrorReader, InputWriter, LineTooLong, OutputReader, Piece


@dataclass(frozen=True)
class Limits:
    """How long, in seconds, a worker may take.

    start: to answer `initialize`; the first start after an installation reads gigabytes, past a virus scanner.
    silence: to say anything while it owes an answer.
    cancel: to answer a cancelled request, before it is killed.
    polite, terminate, kill: to leave after being asked, signalled, killed.
    """

    start: float = 180.0
    silence: float = 300.0
    cancel: float = 0.6
    polite: float = 1.5
    terminate: float = 0.7
    kill: float = 0.8


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Answered:
    """The result of a request."""

    request: Request
    result: Result


@dataclass(frozen=True)
class Refused:
    """The worker lives and could not, or was told not to, do what was asked."""

    request: Request
    error: ErrorReport


@dataclass(frozen=True)
class Broken:
    """The process is of no use any more and was killed; the last event."""

    failure: HostFailure


WorkerEvent = protocol.Progress | protocol.Log | protocol.MemoryHeld | Answered | Refused | Broken

LONGEST_UNWATCHED_SECONDS = 2.0
"""A Blender that was busy, or a machine that slept, did not listen: no more of that counts as the worker's silence."""
EVENTS_A_POLL = 200
"""A worker that chatters must not hold Blender up; the rest is for the next poll."""
TORN_PIPE_SECONDS = 1.0
"""A process and its output end together. So long may the one lag behind the other."""
LETTING_GO_SECONDS = 0.2
"""For each pipe of a dead worker. One that a child of the worker still holds is left to its daemon thread."""


class WorkerProcess:
    """One worker from start to end. All methods are for one thread, Blender's main thread, and return at once,
    except stop() and kill(), which have limits."""

    def __init__(self, command: WorkerCommand, log: LogFile, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._process = start_process(command)
        self._input = InputWriter(_pipe(self._process.stdin))
        self._output = OutputReader(_pipe(self._process.stdout), wire.LONGEST_LINE_BYTES)
        self._errors = ErrorReader(_pipe(self._process.stderr), log)
        self._owed: dict[int, Request] = {}
        self._next_id = 1
        self._silence = _Silence()
        self._torn_since: float | None = None
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
        """Ask; the answer comes as an event."""
        request_id, self._next_id = self._next_id, self._next_id + 1
        if not self._owed:
            self._silence.heard()
        self._owed[request_id] = request
        self._input.write(wire.encode_request(request_id, request))
        return request_id

    def cancel(self, job: str) -> None:
        """Ask the worker to answer the job's request with CANCELLED."""
        self._input.write(wire.encode_notification(protocol.Cancel(job)))

    def poll(self) -> list[WorkerEvent]:
        """What has happened since the last poll, in order, a few hundred events at most. `Broken` is the last ever."""
        events: list[WorkerEvent] = []
        try:
            while not self._over and len(events) < EVENTS_A_POLL:
                piece = self._output.next_or_none()
                if piece is None:
                    self._check_health()
                    break
                self._silence.heard()
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
        self._has_ended_within(self._limits.kill)
        self._input.close()
        for stream in (self._input, self._output, self._errors):
            stream.join(LETTING_GO_SECONDS)
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
        if isinstance(message, wire.ResultLine):
            return self._answered(message)
        if isinstance(message, wire.ErrorLine):
            return Refused(self._asked(message.id, message.error.sentence), message.error)
        if isinstance(message, protocol.Progress) and message.step not in protocol.ALL_STEPS:
            raise self._garbage(f"progress of the unknown step {message.step!r}")
        return message

    def _answered(self, line: wire.ResultLine) -> Answered:
        request = self._asked(line.id, "a result")
        if isinstance(request, Initialize):
            _check_version(line.result)
        try:
            return Answered(request, wire.result_from_json(request, line.result))
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
        starting = any(isinstance(request, Initialize) for request in self.owed)
        limit = self._limits.start if starting else self._limits.silence
        if self._owed and silence > limit:
            raise WorkerSilent(f"has not answered for {silence:.0f} s", self.last_words())

    def _check_alive(self) -> None:
        exit_code = self._process.poll()
        if exit_code is None and not self._output_ended:
            return
        self._torn_since = self._torn_since or time.monotonic()
        lagging = time.monotonic() - self._torn_since < TORN_PIPE_SECONDS
        if lagging and not (self._output_ended and exit_code is not None):
            return
        if exit_code is None:
            raise WorkerSilent("closed its output", self.last_words())
        # What it wrote last says why; the pipe may still hold it.
        self._errors.join(LETTING_GO_SECONDS)
        death = WorkerLineCut if self._unfinished_line else WorkerDied
        raise death(exit_code, self.last_words())

    def _garbage(self, reason: str) -> WorkerAnsweredGarbage:
        return WorkerAnsweredGarbage(reason, self.last_words())

    def _farewell(self) -> bytes:
        # A busy worker can't come to a request before its work is done.
        if self._owed:
            return wire.encode_notification(protocol.Exit())
        return wire.encode_request(self._next_id, protocol.Shutdown())

    def _has_ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class _Silence:
    """Seconds in which something could have been heard and was not."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._listened_at = time.monotonic()

    def heard(self) -> None:
        self._seconds, self._listened_at = 0.0, time.monotonic()

    def seconds(self) -> float:
        now = time.monotonic()
        self._seconds += min(now - self._listened_at, LONGEST_UNWATCHED_SECONDS)
        self._listened_at = now
        return self._seconds


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "all three were asked for"
    return pipe


def _check_version(initialized: JsonObject) -> None:
    # Before the other fields: another version may have others.
    version = initialized.get("protocol_version")
    if version != protocol.PROTOCOL_VERSION:
        raise WorkerVersionDiffers(version)
