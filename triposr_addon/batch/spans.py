# SPDX-License-Identifier: GPL-3.0-or-later
"""When which step was done for which item: seconds for the record, spans for the timeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from triposr_addon.worker.steps import Steps


@dataclass(frozen=True)
class Span:
    """One step of one item, or of several together: from when to when, in seconds since 1970, and in which lane."""

    step: str
    items: tuple[str, ...]
    began: float
    ended: float
    lane: str = ""


Hear = Callable[[Span], None]


def nobody(_span: Span) -> None:
    """Hears no span."""


class StepClock:
    """Times the steps of one item, or of a group that goes through them together.

    `steps` is for the worker's code. `seconds`: by step, an item's share of what its group took.
    """

    def __init__(self, items: Sequence[str], hear: Hear = nobody) -> None:
        self._items = tuple(items)
        self._hear = hear
        self._began: dict[str, float] = {}
        self._taken: dict[str, float] = {}
        self.steps = Steps(self._told, lambda: False)

    @property
    def seconds(self) -> dict[str, float]:
        """By step, in the order in which they ended."""
        return {name: round(taken / len(self._items), 4) for name, taken in self._taken.items()}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step that the worker does not know."""
        self._told(name, 0.0, "")
        yield
        self._told(name, 1.0, "")

    def _told(self, step: str, fraction: float, _detail: str) -> None:
        if fraction == 0.0:
            self._began.setdefault(step, time.time())
        elif fraction == 1.0 and step in self._began:
            began, ended = self._began.pop(step), time.time()
            self._taken[step] = self._taken.get(step, 0.0) + ended - began
            self._hear(Span(step, self._items, began, ended))
