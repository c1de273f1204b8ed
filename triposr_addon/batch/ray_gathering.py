# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes in what comes back from a cluster, and ends a run in order."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.ray_actors import PARCEL, Parcel, unpacked
from triposr_addon.batch.ray_errand import Errand
from triposr_addon.batch.ray_failures import ClusterFailed
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.failures import WorkerFailure

LOOK_AGAIN_S = 0.2
PICTURE_LIMIT_S = 600.0
"""For each picture of a group, from its loading to its files. The released model takes half a minute on a processor."""
ARRIVING_S = 10.0
"""For what is no longer in hand to come here, and for a shared folder to show what others wrote. Parcels that nobody
has begun would come, too, in the end, but a large library has many.
"""
SILENCE_LIMIT_S = 3600.0
"""Without a word of any picture: no node has what the stages ask for, or all hang."""


class Gathering:
    """Reads parcels in a thread of its own, so that this one can tell of them, tick, and hear that it is to stop.

    missing: ids without a record yet. failure: what ended the run; None for nothing. is_ending: whether no more is to
    be begun.
    """

    def __init__(
        self,
        errand: Errand,
        missing: set[str],
        overseer: Overseer,
        group_limit_s: float,
        arriving_s: float = ARRIVING_S,
    ) -> None:
        """group_limit_s: for what is in hand when the run is to end; see `group_limit`."""
        self.missing = missing
        self.failure: WorkerFailure | None = None
        self.is_ending = False
        self._errand = errand
        self._overseer = overseer
        self._group_limit, self._arriving = group_limit_s, arriving_s
        self._until = float("inf")
        self._busy_at = self._looked_at = 0.0

    def gather(self, dataset: Any) -> None:
        """All that a dataset of parcels has, or has in hand when the run is to end. Raises ClusterFailed."""
        came: queue.Queue[Parcel | Exception | None] = queue.Queue()
        threading.Thread(target=_read, args=(dataset, came), daemon=True).start()
        heard = time.monotonic()
        while time.monotonic() < self._until:
            self._overseer.tick()
            if self._overseer.stop():
                self._end()
            if self.is_ending and self._hands_are_empty():
                return
            try:
                parcel = came.get(timeout=LOOK_AGAIN_S)
            except queue.Empty:
                silence = max(SILENCE_LIMIT_S, self._group_limit)
                if time.monotonic() - heard > silence:
                    raise ClusterFailed(
                        f"Ray has made nothing for {silence / 60:.0f} minutes. See `ray status` and ray.log in the "
                        "target, then give the same command again."
                    ) from None
                continue
            heard = time.monotonic()
            if parcel is None:
                return
            if isinstance(parcel, Exception):
                raise ClusterFailed(
                    "Ray gave up. What is made is kept: look into ray.log in the target, then give the same command "
                    "again.",
                    str(parcel),
                ) from parcel
            self._take(parcel)
        self.failure = self.failure or ClusterFailed(
            f"What was in hand when the run was to end took longer than {self._group_limit / 60:.0f} minutes, and was "
            "given up. The same command makes it."
        )

    def _take(self, parcel: Parcel) -> None:
        if parcel.failure:
            self.failure = self.failure or parcel.failure
            self._end()
        if parcel.entries:
            self._busy_at = time.monotonic()
        for span in parcel.spans:
            self._overseer.span(span)
        for record in parcel.entries:
            if isinstance(record, Record) and record.id in self.missing:
                self.missing.remove(record.id)
                self._overseer.told(record)

    def _end(self) -> None:
        """Let the actors finish what they have in hand and begin nothing more."""
        if not self.is_ending:
            self.is_ending = True
            self._errand.mark.unlink(missing_ok=True)
            self._busy_at = time.monotonic()
            self._until = self._busy_at + self._group_limit

    def _hands_are_empty(self) -> bool:
        """Whether nothing is in hand any more, and what was has come."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_AGAIN_S:
            return False
        self._looked_at = now
        if self._errand.is_any_held():
            self._busy_at = now
        return now - self._busy_at > self._arriving


def group_limit(together: int) -> float:
    """How many seconds a group of so many pictures may take, whatever it is made on."""
    return PICTURE_LIMIT_S * together


def _read(dataset: Any, came: queue.Queue[Parcel | Exception | None]) -> None:
    try:
        for row in dataset.iter_rows():
            came.put(unpacked(row[PARCEL]))
    except Exception as error:  # noqa: BLE001  # told in the other thread
        came.put(error)
    else:
        came.put(None)
