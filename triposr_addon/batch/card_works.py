# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the making that is done on a graphics card: one thread keeps the network busy, another one extracts.

While a group is in the network the meshes of the one before are extracted. What comes out is told by a connection that
can be waited for together with others.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pipe

from triposr_addon.batch.making import Making, Reconstructed
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.prepared import Meshed, Prepared
from triposr_addon.batch.spans import Hear
from triposr_addon.catalogue_file import Record

Group = Sequence[Prepared | Record]
Makings = Callable[[BatchPlan, Hear], Making]
LEAVING_SECONDS = 30.0
"""For what a thread has begun when the run ends; they are daemons, so one that hangs in a driver holds up nobody."""


@dataclass(frozen=True)
class Broken:
    """What a thread ended by."""

    error: Exception


class CardWorks:
    """Takes groups of prepared pictures; gives meshes, and records of what could not be made."""

    def __init__(self, plan: BatchPlan, hear: Hear, making: Makings = Making) -> None:
        """Raises ModelFailure, DeviceUnavailable, OutOfMemory."""
        self._making = making(plan, lambda span: hear(replace(span, lane=threading.current_thread().name)))
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._fields: queue.SimpleQueue[Reconstructed | Record | None] = queue.SimpleQueue()
        self._made: queue.SimpleQueue[Meshed | Record | Broken] = queue.SimpleQueue()
        self._is_over = threading.Event()
        self.awake, self._wake = Pipe(duplex=False)
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
            for name, work in (("network", self._reconstruct), ("extraction", self._extract))
        ]
        for thread in self._threads:
            thread.start()

    def give(self, group: Group) -> None:
        """Take a group on."""
        self._groups.put(group)

    def taken(self) -> Iterator[Meshed | Record]:
        """All that is made by now. Raises TargetFailure, DeviceUnavailable, or what nobody foresaw."""
        while self.awake.poll():
            self.awake.recv_bytes()
        while True:
            try:
                made = self._made.get_nowait()
            except queue.Empty:
                return
            if isinstance(made, Broken):
                raise made.error
            yield made

    def end(self) -> None:
        """Let the threads go. What they have not begun stays undone: where all is made, there is nothing such."""
        self._is_over.set()
        self._groups.put(None)
        for thread in self._threads:
            thread.join(LEAVING_SECONDS)
        for connection in (self.awake, self._wake):
            connection.close()

    def _reconstruct(self) -> None:
        while (group := self._groups.get()) is not None and not self._is_over.is_set():
            for one in self._making.fields(group):
                self._fields.put(one)

    def _extract(self) -> None:
        while (one := self._fields.get()) is not None and not self._is_over.is_set():
            self._tell(one if isinstance(one, Record) else self._making.mesh(one))

    def _tell(self, made: Meshed | Record | Broken) -> None:
        self._made.put(made)
        self._wake.send_bytes(b"x")

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # told in the thread that has the last word
            self._tell(Broken(error))
        finally:
            self._fields.put(None)
