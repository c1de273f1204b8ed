# SPDX-License-Identifier: GPL-3.0-or-later
"""A request to reconstruct a photo, as it stands in a group: with a progress, a cancel and an answer of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from triposr_addon.protocol import Reconstruct, Reconstructed
from triposr_addon.worker.failures import Cancelled, WorkerFailure
from triposr_addon.worker.steps import Steps

Answer = Callable[[Reconstructed | Exception], None]


@dataclass(eq=False)
class Asked:
    """`steps` tell its progress; `answer` is called once, and `done` says that it was."""

    request: Reconstruct
    steps: Steps
    answer: Answer
    done: bool = False

    def end(self, answer: Reconstructed | Exception) -> None:
        """Answer it, unless that was done."""
        if not self.done:
            self.done = True
            self.answer(answer)

    def given_up(self) -> bool:
        """Whether there is nothing more to do for it; one that was cancelled in the meantime is answered here."""
        if not self.done and self.steps.cancelled:
            self.end(Cancelled())
        return self.done


def without_frames(failure: Exception) -> Exception:
    """A known failure without the frames that it came through: they hold what was loaded, which is to go before an
    answer is given. An unforeseen one keeps them, for the log.
    """
    if not isinstance(failure, WorkerFailure):
        return failure
    failure.__cause__ = failure.__context__ = None
    return failure.with_traceback(None)
