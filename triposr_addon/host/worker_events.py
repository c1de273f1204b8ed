# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be heard of a worker process, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

from .. import protocol
from ..protocol import ErrorReport, Request, Result
from .failures import HostFailure


@dataclass(frozen=True)
class Limits:
    """How long, in seconds, a worker may take.

    start: to answer `initialize`; the first start after an installation reads gigabytes, past a virus scanner.
    silence: to say anything while it owes an answer.
    cancel: to answer a cancelled request, before it is killed.
    polite, terminate: to leave after being asked, signalled.
    kill: to be gone after being killed. Who takes longer is waited for by a thread: nothing of it runs any more, but
    the system may be busy for a while with taking its memory apart.
    """

    start: float = 180.0
    silence: float = 300.0
    cancel: float = 0.6
    polite: float = 1.5
    terminate: float = 0.7
    kill: float = 0.1


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
