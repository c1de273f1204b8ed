# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker's life: its first and last words, what it tells on the way, and how a failure is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Initialize:
    """First request. Folders are absolute paths; `device` is "auto", "cpu", "cuda", "cuda:N" or "mps".

    batch_file: where the worker keeps what it found out about the best batch (best_batch.py); empty: nowhere.
    best_batch: so many photos pass through the network together where so many wait; 0: the worker finds out.
    """

    METHOD: ClassVar[str] = "initialize"
    protocol_version: int
    rembg_home: str = ""
    device: str = "auto"
    batch_file: str = ""
    best_batch: int = 0


@dataclass(frozen=True)
class Initialized:
    """What the worker is: its device ("cpu", "cuda:0", "mps"), that device's memory, its packages' versions."""

    protocol_version: int
    pid: int
    device: str
    device_name: str
    memory_bytes: int
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unload:
    """Drop the model and free its memory."""

    METHOD: ClassVar[str] = "unload"


@dataclass(frozen=True)
class Unloaded:
    """Whether there was a model to drop."""

    had_model: bool


@dataclass(frozen=True)
class Shutdown:
    """Answer, then leave."""

    METHOD: ClassVar[str] = "shutdown"


@dataclass(frozen=True)
class ShutDown:
    """The last message of a worker's life."""


@dataclass(frozen=True)
class Cancel:
    """Host to worker: stop this job's request."""

    METHOD: ClassVar[str] = "cancel"
    job: str


@dataclass(frozen=True)
class Exit:
    """Host to worker: leave at once."""

    METHOD: ClassVar[str] = "exit"


@dataclass(frozen=True)
class Progress:
    """Worker to host: `step` is one of ALL_STEPS; `fraction` of it in 0..1; `detail` is for the artist, or empty."""

    METHOD: ClassVar[str] = "progress"
    job: str
    step: str
    fraction: float
    detail: str = ""


@dataclass(frozen=True)
class MemoryHeld:
    """Worker to host, just before each answer: what the worker holds now. Everything in bytes.

    model: the loaded model's folder name, empty for none; model_bytes: its weights, in whichever memory they are;
    on_device: those of them that are on the graphics device. device_used, device_reserved: what the process has of the
    graphics device's memory in use, and with what it keeps for later; 0 on the processor. resident: what the process
    takes of the computer's memory, mapped files as far as they were read included; 0 where the system does not tell.
    background_models: names of the open ones.
    """

    METHOD: ClassVar[str] = "memory_held"
    model: str = ""
    model_bytes: int = 0
    on_device: int = 0
    device_used: int = 0
    device_reserved: int = 0
    resident: int = 0
    background_models: list[str] = field(default_factory=list)

    @property
    def can_be_unloaded(self) -> bool:
        """Whether `unload` would give something back."""
        return bool(self.model or self.background_models)


@dataclass(frozen=True)
class Heartbeat:
    """Worker to host, about once a second while it works on a request: the process runs.

    cpu_seconds: processor time that it took since its start, of all its threads. One that waits takes none.
    """

    METHOD: ClassVar[str] = "heartbeat"
    cpu_seconds: float


@dataclass(frozen=True)
class Log:
    """Worker to host: a line for the log; level is "debug", "info", "warning" or "error"."""

    METHOD: ClassVar[str] = "log"
    level: str
    message: str


@dataclass(frozen=True)
class ErrorReport:
    """A failure as told across the wire: stable code, sentence for the artist, details for the log."""

    code: str
    sentence: str
    details: str = ""
