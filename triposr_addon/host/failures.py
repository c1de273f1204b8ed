# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure that Blender's side of the process boundary knows, each with a stable code and the artist's next step.

HostFailure
├── WorkerMissing           the worker's environment is not installed
├── WorkerDidNotStart       the system would not run the worker's Python
├── WorkerDied              the process ended by itself or was killed
│   ├── WorkerLineCut         ... in the middle of a message
│   └── WorkerKilledForMemory ... because the computer's memory was full
├── WorkerSilent            it lives, owes an answer and says nothing
├── WorkerBabbled           it wrote something that is no message
├── WorkerVersionDiffers    it speaks another version of the protocol
├── WorkerAnsweredGarbage   it wrote a message that answers nothing, or with the wrong fields
├── WorkerReportedFailure   it lives and told what went wrong; carries the worker's own code
├── RequestUnsendable       a request that no line can hold: a setting that is no number, or gigantic
├── QueueFull               more jobs than the queue takes
├── ResultUnreadable        a result file is missing or can't be read
├── JobTookTooLong          a limit for the whole job is over
├── LogUnwritable           the log of a folder can't be read or written
└── StorageUnwritable       no folder for the job's files could be made
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import ClassVar

from ..protocol import PROTOCOL_VERSION, ErrorReport

TRY_AGAIN = "Press Image to Mesh again: a new process is started."
"""The next step after a failure that only the process had a part in."""

REINSTALL = "Press Check Installation in the extension's preferences, and repair what it finds."
"""The next step where the installed files do not fit the extension."""


class HostFailure(Exception):
    """A known failure: `sentence` for the artist (what happened, what to do), `details` for the log."""

    CODE: ClassVar[str]

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.code = self.CODE
        self.sentence = sentence
        self.details = details


class WorkerMissing(HostFailure):
    """No Python environment for the worker under `environment`."""

    CODE = "WORKER_MISSING"

    def __init__(self, environment: Path) -> None:
        sentence = "TripoSR's Python environment is not installed. Press Install in the TripoSR tab."
        super().__init__(sentence, f"no Python in {environment}")


class WorkerDidNotStart(HostFailure):
    """The system would not run the worker's Python: it is missing, or not a program."""

    CODE = "WORKER_DID_NOT_START"

    def __init__(self, python: Path, error: OSError) -> None:
        sentence = f"TripoSR's Python could not be started ({error.strerror or error}). {REINSTALL}"
        super().__init__(sentence, f"{python}: {error!r}")


class WorkerDied(HostFailure):
    """The process ended while it owed an answer.

    `exit_code` is subprocess's: negative for a signal. `last_words` are the last lines of its standard error.
    """

    CODE = "WORKER_DIED"
    HOW: ClassVar[str] = "TripoSR's process ended unexpectedly"

    def __init__(self, exit_code: int, last_words: str) -> None:
        next_step = self._next_step(exit_code)
        super().__init__(f"{self.HOW} ({describe_exit(exit_code)}). {next_step}", last_words)
        self.exit_code = exit_code

    @staticmethod
    def _next_step(exit_code: int) -> str:
        # SIGKILL from nobody we know is nearly always the system's out-of-memory killer.
        if exit_code == -9:
            return "Perhaps the memory ran out: close other programs or lower the resolution, then try again."
        return TRY_AGAIN


class WorkerLineCut(WorkerDied):
    """The process ended in the middle of a message."""

    CODE = "WORKER_LINE_CUT"
    HOW = "TripoSR's process ended in the middle of a message"


class WorkerKilledForMemory(WorkerDied):
    """The system killed it, and has counted a kill for want of memory since the worker was started."""

    CODE = "WORKER_KILLED_FOR_MEMORY"
    HOW = "The computer's memory was full, so the system ended TripoSR's process"

    @staticmethod
    def _next_step(_exit_code: int) -> str:
        return "Close other programs or lower the resolution, then try again."


class WorkerSilent(HostFailure):
    """The process lives but says nothing: `what` it did instead, such as "has not answered for 300 s"."""

    CODE = "WORKER_SILENT"

    def __init__(self, what: str, last_words: str) -> None:
        super().__init__(f"TripoSR's process {what} and was ended. {TRY_AGAIN}", last_words)


class WorkerBabbled(HostFailure):
    """A line on the worker's standard output is no message of the protocol."""

    CODE = "WORKER_BABBLED"

    def __init__(self, reason: str, line: bytes, last_words: str) -> None:
        sentence = f"TripoSR's process wrote something that is not a message, and was ended. {TRY_AGAIN}"
        super().__init__(sentence, f"{reason}: {line[:200]!r}\n{last_words}")


class WorkerVersionDiffers(HostFailure):
    """The worker speaks another version of the protocol than this side."""

    CODE = "WORKER_VERSION_DIFFERS"

    def __init__(self, version: object) -> None:
        sentence = f"TripoSR's process is from another version of the extension. {REINSTALL}"
        super().__init__(sentence, f"the worker speaks protocol version {version!r:.60}, Blender {PROTOCOL_VERSION}")


class WorkerAnsweredGarbage(HostFailure):
    """A message of the right form that answers no request, or answers one with the wrong fields."""

    CODE = "WORKER_ANSWERED_GARBAGE"

    def __init__(self, reason: str, last_words: str) -> None:
        sentence = f"TripoSR's process gave an answer that makes no sense, and was ended. {TRY_AGAIN}"
        super().__init__(sentence, f"{reason}\n{last_words}")


class WorkerReportedFailure(HostFailure):
    """The worker lives and told what went wrong. `code`, `sentence` and `details` are the worker's own."""

    CODE = "WORKER_REPORTED_FAILURE"

    def __init__(self, report: ErrorReport) -> None:
        super().__init__(report.sentence, report.details)
        self.code = report.code


class RequestUnsendable(HostFailure):
    """A setting that can't be told to the worker: not a number, infinite, or longer than a line may be."""

    CODE = "REQUEST_UNSENDABLE"

    def __init__(self, reason: str) -> None:
        super().__init__("One of the settings is no number, or far too long. Reset the settings and try again.", reason)


class QueueFull(HostFailure):
    """The queue holds as many jobs as it takes."""

    CODE = "QUEUE_FULL"

    def __init__(self, most: int) -> None:
        what = f"The queue is full: it takes {most} pictures, with those that are done."
        super().__init__(f"{what} Press Clear Finished, or wait, then add the rest.")


class ResultUnreadable(HostFailure):
    """A result file is missing or does not hold what was promised."""

    CODE = "RESULT_UNREADABLE"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The result file {path.name} can't be read ({reason}). {TRY_AGAIN}", str(path))


class JobTookTooLong(HostFailure):
    """The limit for a whole job, given by the caller, is over."""

    CODE = "JOB_TOOK_TOO_LONG"

    def __init__(self, seconds: float, step: str) -> None:
        sentence = (
            f"The job was not done after {seconds:.0f} s and was stopped. Allow more time, or lower the resolution."
        )
        super().__init__(sentence, f"it had come to the step {step!r}")


class StorageUnwritable(HostFailure):
    """No folder for a job's files could be made."""

    CODE = "STORAGE_UNWRITABLE"

    def __init__(self, folder: Path, error: OSError) -> None:
        what = f"No file can be written in {folder} ({error.strerror or error})."
        super().__init__(f"{what} Free some space or choose another data folder.", repr(error))


class LogUnwritable(HostFailure):
    """What came of a folder's pictures can't be written down, or read again."""

    CODE = "LOG_UNWRITABLE"

    def __init__(self, log: Path, error: OSError) -> None:
        what = (
            f"The folder's log {log.name} can't be used ({error.strerror or error}), so it will not know what was made."
        )
        super().__init__(f"{what} Free some space or choose another data folder.", f"{log}: {error!r}")


def describe_exit(exit_code: int) -> str:
    """How a process ended, in words: `exit code 3`, `SIGKILL`, or Windows' `exit code 0xC0000005`."""
    if exit_code >= 0:
        return f"exit code 0x{exit_code:X}" if exit_code > 255 else f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
