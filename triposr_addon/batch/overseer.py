# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine tells while it works, and how it hears that it is to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from triposr_addon.batch.spans import Hear, nobody
from triposr_addon.catalogue_file import Record

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""CTRL-C; and what a scheduler sends that needs the machine."""


Handler = Callable[[int, FrameType | None], object] | signal.Handlers

Told = Callable[[Record], None]
"""Hears of each record."""


@dataclass(frozen=True)
class Overseer:
    """told: hears of each record, once it is kept. span: hears when which step was done. tick: is called now and then.

    stop: whether no more is to be begun; what is begun is finished.
    """

    told: Told
    span: Hear = nobody
    tick: Callable[[], None] = lambda: None
    stop: Callable[[], bool] = lambda: False


class Interruption:
    """Whether somebody wants the run to end. The second time that somebody does is a KeyboardInterrupt."""

    def __init__(self) -> None:
        self._is_wanted = self._is_told = False

    def stops(self) -> bool:
        """Whether no more is to be begun."""
        return self._is_wanted

    def is_news(self) -> bool:
        """Whether somebody wants that, the first time that this is asked since."""
        is_news, self._is_told = self._is_wanted and not self._is_told, self._is_wanted
        return is_news

    @contextmanager
    def heard(self) -> Iterator[Interruption]:
        """Take the signals while the block runs."""
        with handled(SIGNALS, self._hear):
            yield self

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_wanted:
            raise KeyboardInterrupt
        self._is_wanted = True


@contextmanager
def handled(numbers: Sequence[signal.Signals], how: Handler) -> Iterator[None]:
    """These signals so handled while the block runs; no effect outside of the main thread, which has none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, how) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
