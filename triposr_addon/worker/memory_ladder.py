# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries plans from the first to the last until the memory is enough."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.failures import OutOfMemory
from triposr_addon.worker.memory_plan import MemoryPlan
from triposr_addon.worker.weight_placement import HOME

LOGGER = logging.getLogger("triposr_addon")

Made = TypeVar("Made")


@dataclass(frozen=True)
class Outcome(Generic[Made]):
    """What was made, by which plan, and what the artist should know of that."""

    made: Made
    plan: MemoryPlan
    warnings: tuple[str, ...]


def first_that_fits(
    plans: Sequence[MemoryPlan], attempt: Callable[[MemoryPlan], Made], release: Callable[[MemoryPlan], None]
) -> Outcome[Made]:
    """What `attempt` makes by the first plan that does not run out of memory.

    After an attempt that did, `release` gives back what it took, before the next begins. Raises OutOfMemory when the
    last plan was too much as well.
    """
    LOGGER.info(plans[0].sentence)
    for number, plan in enumerate(plans):
        try:
            with naming_out_of_memory(plan.device):
                return Outcome(attempt(plan), plan, _warnings(plans[0], plan))
        except OutOfMemory as failure:
            sentence, details = failure.sentence, failure.details
        # Only here, past the exception, nothing holds the frames in which the attempt's tensors are.
        release(plan)
        LOGGER.warning(_told(plan, plans[number + 1 :], details))
    raise OutOfMemory(sentence, details)


def _told(plan: MemoryPlan, left: Sequence[MemoryPlan], details: str) -> str:
    following = f"Next: {_words(left[0])}." if left else "Nothing is left to try."
    return f"Out of memory on {plan.device} ({_words(plan)}). {following} {details}"


def _words(plan: MemoryPlan) -> str:
    together = f", {plan.pictures} pictures together" if plan.pictures > 1 else ""
    return f"{plan.path} on {plan.device}, {plan.chunk_points} points at once{together}"


def _warnings(first: MemoryPlan, taken: MemoryPlan) -> tuple[str, ...]:
    if taken is first:
        return (taken.sentence,) if taken.told else ()
    if replace(taken, pictures=first.pictures) == first:
        return ()  # as quick as without a group, and no news to an artist
    if taken.device == first.device:
        return (
            "Memory ran out on the way, so this was done in smaller steps. Close other programs to make it faster.",
        )
    if taken.device == HOME:
        return ("The graphics memory ran out, so the processor did this, which takes longer. Close other programs.",)
    return ()
