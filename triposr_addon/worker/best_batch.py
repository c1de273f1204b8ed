# SPDX-License-Identifier: GPL-3.0-or-later
"""How many pictures pass through the network together, where pictures wait.

On a processor one: measured, a group takes as long as its pictures do one by one (docs/decisions/batch_size.md). How
much a graphics card gains differs from card to card, so it is measured where the pictures are: 1, 2, 4, 8 and 16 are
tried in turn while it pays, and what was found out is kept in a file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from triposr_addon.worker.failures import OutputUnwritable
from triposr_addon.worker.result_file import written_aside

LOGGER = logging.getLogger("triposr_addon")

SIZES = (1, 2, 4, 8, 16)
RUNS = 2
"""Of each size; the quicker one counts: a card's first run of a size also loads kernels and gets its memory."""
WORTH = 0.05
"""A larger group must take at least this share of a picture's seconds less, else it only makes the artist wait."""
ON_PROCESSOR = 1

Seconds = Mapping[int, float]
"""Of a picture, by the number of pictures that passed through the network together."""


class BestBatch:
    """Climbs from one picture at once to as many as pay. Knows no clock and no file: seconds are handed in.

    known: what was measured before. fixed: not to be found out but this; 0: to be found out. keep: gets what is known
    whenever that has become more.
    """

    def __init__(
        self, known: Seconds | None = None, fixed: int = 0, keep: Callable[[Seconds], None] = lambda _known: None
    ) -> None:
        self._runs = {size: [seconds] * RUNS for size, seconds in (known or {}).items() if size in SIZES}
        self._fixed = fixed
        self._keep = keep
        self._most = SIZES[-1]

    @property
    def wanted(self) -> int:
        """How many pictures to hand over together next, if so many wait."""
        if self._fixed:
            return min(self._fixed, self._most)
        best = SIZES[0]
        for size in SIZES:
            if size > self._most:
                break
            if len(self._runs.get(size, ())) < RUNS:
                return size
            if size > SIZES[0] and not self._pays(size, best):
                break
            best = size
        return best

    @property
    def known(self) -> dict[int, float]:
        """What was measured, of the sizes that were run often enough."""
        return {size: min(runs) for size, runs in sorted(self._runs.items()) if len(runs) >= RUNS}

    def learn(self, pictures: int, seconds: float) -> None:
        """So many passed together in so many seconds, all of them."""
        if self._fixed or pictures not in SIZES or seconds <= 0.0:
            return
        runs = self._runs.setdefault(pictures, [])
        if len(runs) < RUNS:
            runs.append(seconds / pictures)
            if len(runs) == RUNS:
                self._keep(self.known)

    def too_many(self, pictures: int) -> None:
        """Memory was too small for so many together. It may be larger another day, so this is not kept in a file."""
        self._most = max(SIZES[0], min(self._most, pictures - 1))

    def _pays(self, size: int, best: int) -> bool:
        """Whether `size` is quicker than `best`, and no dearer to who waits than it saves.

        The first object of a group comes later by what the group takes beyond one picture. That must not be more than
        the whole group saves; then its objects come earlier on the mean, too.
        """
        alone, now, before = (min(self._runs[number]) for number in (SIZES[0], size, best))
        later, saved = size * now - alone, size * (alone - now)
        return now <= (1.0 - WORTH) * before and later <= saved


class BestBatches:
    """One for each model and number type of a device, with a file in which what was measured outlasts the process.

    A file that can't be read or written costs no more than to measure again. path: None where nothing is to be kept.
    device_kind: "cpu", "cuda", "mps". fixed: as BestBatch has it.
    """

    def __init__(self, device_kind: str, device_name: str, path: Path | None = None, fixed: int = 0) -> None:
        self._device_name = device_name
        self._path = path
        self._fixed = fixed or (ON_PROCESSOR if device_kind == "cpu" else 0)
        self._batches: dict[str, BestBatch] = {}

    def of(self, model_sha256: str, network_type: str) -> BestBatch:
        """That of a model which computes in that type."""
        key = f"{self._device_name} | {model_sha256} | {network_type}"
        if key not in self._batches:
            self._batches[key] = BestBatch(self._known(key), self._fixed, partial(self._keep, key))
        return self._batches[key]

    def _known(self, key: str) -> dict[int, float]:
        known = self._read().get(key, {})
        if not isinstance(known, dict):
            return {}
        return {int(size): value for size, value in known.items() if size.isdecimal() and _is_time(value)}

    def _keep(self, key: str, known: Seconds) -> None:
        if self._path is None:
            return
        whole = self._read() | {key: {str(size): round(seconds, 6) for size, seconds in known.items()}}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with written_aside(self._path) as aside:
                aside.write_text(json.dumps(whole, indent=1, sort_keys=True), encoding="utf-8")
        except (OSError, OutputUnwritable) as failure:
            LOGGER.warning("The best batch is not remembered: %s", failure)

    def _read(self) -> dict[str, object]:
        try:
            whole = json.loads(self._path.read_text(encoding="utf-8")) if self._path else {}
        except (OSError, ValueError, RecursionError):
            return {}
        return whole if isinstance(whole, dict) else {}


def _is_time(value: object) -> bool:
    return isinstance(value, float) and 0.0 < value < 1e6
