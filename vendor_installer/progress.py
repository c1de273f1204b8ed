# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of an installation, and one bar over all of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

Report = Callable[[float, str], None]
"""How far a step is, 0..1, and what it is at, in a few words."""

BAR_CELLS = 24
LINE_CELLS = 110
PLAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Step:
    """One step. `weight`: its share of the bar, about the seconds that it takes on a plain machine.

    `is_current` says that an earlier run did it already; `work` does it and says what it wrote. `size`: bytes that it
    brings, of which all are there at the fraction `brought_at` of the step; `after_s`: about the seconds that it takes
    from there on.
    """

    title: str
    weight: float
    is_current: Callable[[], bool]
    work: Callable[[Report], str]
    size: int = 0
    brought_at: float = 1.0
    after_s: float = 0.0

    def amount(self, fraction: float) -> Amount:
        """How far it is at `fraction`."""
        after = (1.0 - fraction) / (1.0 - self.brought_at) if fraction > self.brought_at else 1.0
        return Amount(round(self.size * min(fraction / self.brought_at, 1.0)), self.size, self.after_s * after)


@dataclass(frozen=True)
class Amount:
    """Bytes that are there, of all; and the seconds that are needed beyond bringing the others."""

    done: int
    total: int
    more_s: float = 0.0


class Display(Protocol):
    """Where progress is shown."""

    def progress(self, fraction: float, title: str, detail: str, amount: Amount) -> None:
        """The whole is at `fraction`; `title` is the step at work, `amount` is of all steps."""

    def done(self, fraction: float, line: str) -> None:
        """A step ended; `line` says how."""


def run_steps(steps: Sequence[Step], display: Display) -> None:
    """Run each step that is not current, in order. What a step raises goes through: later steps build on it."""
    total = sum(step.weight for step in steps)
    before = 0.0
    for number, step in enumerate(steps):
        line = _run_step(steps, number, display, before / total, step.weight / total)
        before += step.weight
        display.done(before / total, line)


def _run_step(steps: Sequence[Step], number: int, display: Display, start: float, share: float) -> str:
    step = steps[number]
    display.progress(start, step.title, "", _amount(steps, number, 0.0))
    if step.is_current():
        return f"{step.title}: already done"
    clock = time.monotonic()

    def report(fraction: float, detail: str) -> None:
        inside = min(max(fraction, 0.0), 1.0)
        display.progress(start + share * inside, step.title, detail, _amount(steps, number, inside))

    outcome = step.work(report)
    return f"{step.title}: {outcome} ({time.monotonic() - clock:.1f} s)"


def _amount(steps: Sequence[Step], number: int, fraction: float) -> Amount:
    """Over all steps, with step `number` at `fraction`: those before it are done, those after it still to do."""
    amounts = [step.amount(float(place < number)) for place, step in enumerate(steps)]
    amounts[number] = steps[number].amount(fraction)
    return Amount(
        sum(amount.done for amount in amounts),
        sum(amount.total for amount in amounts),
        sum(amount.more_s for amount in amounts),
    )


class TerminalDisplay:
    """A bar that is drawn over itself in a terminal; elsewhere (a log) a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._overwrite = self._stream.isatty()
        self._last_plain = time.monotonic()
        self._last_title = ""
        self._dirty = False

    def progress(self, fraction: float, title: str, detail: str, amount: Amount) -> None:
        """Draw the bar, or in a log: a line at a new step, and then each PLAIN_SECONDS."""
        line = f"{_bar(fraction)} {title}{': ' + detail if detail else ''}"
        if self._overwrite:
            self._stream.write("\r" + line[:LINE_CELLS].ljust(LINE_CELLS))
            self._stream.flush()
            self._dirty = True
        elif title != self._last_title or time.monotonic() - self._last_plain > PLAIN_SECONDS:
            self._last_title, self._last_plain = title, time.monotonic()
            print(line, file=self._stream, flush=True)

    def done(self, fraction: float, line: str) -> None:
        """A lasting line."""
        if self._dirty:
            self._stream.write("\r" + " " * LINE_CELLS + "\r")
            self._dirty = False
        print(f"{_bar(fraction)} {line}", file=self._stream, flush=True)


def _bar(fraction: float) -> str:
    full = round(BAR_CELLS * fraction)
    return f"[{'#' * full}{'.' * (BAR_CELLS - full)}] {100 * fraction:3.0f} %"
