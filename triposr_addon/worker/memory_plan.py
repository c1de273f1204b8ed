# SPDX-License-Identifier: GPL-3.0-or-later
"""Which path to take in the memory that is free, and which ones are left when even that was too much.

Paths, from the fastest to the most frugal:

    resident    the network stays on the device, beside whatever is extracted there
    offloaded   the network is on the device while it runs, and leaves it before anything is extracted
    streamed    each of the network's layers is on the device only while it runs

and after those the processor, which has the computer's memory. A plan says what is done; a list of plans is tried
from its first to its last. Several pictures pass through the network together while it is resident, if there is room
for what they all take; else half as many at a time, and so on down to one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import torch

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import CPU_CHUNK_POINTS
from triposr_addon.worker.memory_needs import (
    LARGE_SURFACE_BYTES,
    SMALL_SURFACE_BYTES,
    NetworkNeeds,
    extraction_bytes,
)
from triposr_addon.worker.weight_placement import HOME

PathName = Literal["resident", "offloaded", "streamed"]

HOME_CHUNK_POINTS = CPU_CHUNK_POINTS
SMALLEST_CHUNK_POINTS, LARGEST_CHUNK_POINTS = 1 << 14, 1 << 16
"""Points asked at once on a graphics card: with fewer it idles between launches, with more there is little to gain."""
EXPECTED_SURFACE, EXPECTED_WIDTH = SurfaceSettings(), 64
"""The mesh that will be asked of a field, and its decoder's width, as far as they are known with the photo."""
RESERVED_SHARE, RESERVED_BYTES = 0.1, 128 << 20
"""Kept free beside a need: for what matrix products, sorts and the allocator's rounding take for themselves."""


@dataclass(frozen=True)
class MemoryPlan:
    """How one step runs, and in one sentence why.

    chunk_points: how many points a field is asked at once; the network takes no notice.
    told: whether the sentence is for the artist too, not only for the log. pictures: how many pass through the network
    at once; the extraction takes no notice.
    """

    path: PathName
    device: torch.device
    chunk_points: int
    sentence: str
    told: bool = False
    pictures: int = 1


def plan_reconstruction(
    needs: NetworkNeeds, free: int | None, device: torch.device, pictures: int = 1
) -> list[MemoryPlan]:
    """Plans for the network and so many pictures, best first, out of `free` bytes on `device` (None: not known)."""
    for_one = _plans_for_one(needs, free, device)
    if for_one[0].path != "resident" or (device != HOME and for_one[0].device == HOME):
        return for_one  # weights that don't even fit beside one picture
    together = [
        replace(for_one[0], pictures=group)
        for group in _halved(pictures)
        if _has_room(needs.weights + needs.activations_of(group), free)
    ]
    return [*together, *for_one]


def _halved(pictures: int) -> Iterator[int]:
    """All of them, half as many and so on, as long as there are at least two."""
    while pictures > 1:
        yield pictures
        pictures = -(-pictures // 2)


def _plans_for_one(needs: NetworkNeeds, free: int | None, device: torch.device) -> list[MemoryPlan]:
    if device == HOME:
        return [_at_home(needs.weights + needs.activations, free)]
    expected = extraction_bytes(EXPECTED_SURFACE, LARGEST_CHUNK_POINTS, EXPECTED_WIDTH)
    ways: list[tuple[PathName, int]] = [
        ("resident", needs.weights + max(needs.activations, expected)),
        ("offloaded", needs.weights + needs.activations),
        ("streamed", needs.streamed_weights + needs.activations),
    ]
    plans = [_on_device(path, device, SMALLEST_CHUNK_POINTS, free) for path, need in ways if _has_room(need, free)]
    return [*plans, _moved_home(free)]


def plan_extraction(
    settings: SurfaceSettings, width: int, free: int | None, network_bytes: int, device: torch.device
) -> list[MemoryPlan]:
    """Plans for a mesh from a field whose decoder is `width` wide, best first.

    free: bytes on `device` (None: not known). network_bytes: what would be free too if the network were sent home.
    """

    if device == HOME:
        at_home = _at_home(extraction_bytes(settings, HOME_CHUNK_POINTS, width), free)
        return [*_lower(at_home, network_bytes)]
    ways: list[tuple[PathName, int | None]] = [("resident", free)]
    if network_bytes and free is not None:
        ways.append(("offloaded", free + network_bytes))
    # Rather tried in vain, if the surface is large, than done on the processor although it is small.
    for surface_bytes in (LARGE_SURFACE_BYTES, SMALL_SURFACE_BYTES):
        need = partial(extraction_bytes, settings, width=width, surface_bytes=surface_bytes)
        for path, room in ways:
            if chunk_points := _largest_chunk(need, room):
                plan = _on_device(path, device, chunk_points, free)
                return [*_lower(plan, network_bytes), _moved_home(free)]
    return [_moved_home(free)]


def _lower(plan: MemoryPlan, network_bytes: int) -> Iterator[MemoryPlan]:
    """The plan itself; with half its chunk; and that with the network sent away."""
    yield plan
    half = replace(plan, chunk_points=plan.chunk_points // 2)
    yield half
    if network_bytes and plan.path == "resident":
        yield replace(half, path="offloaded")


def _largest_chunk(need: Callable[[int], int], free: int | None) -> int:
    """The largest chunk, a power of two, whose need has room; 0 where none has."""
    chunk_points = LARGEST_CHUNK_POINTS
    while chunk_points >= SMALLEST_CHUNK_POINTS:
        if _has_room(need(chunk_points), free):
            return chunk_points
        chunk_points //= 2
    return 0


def _has_room(need: int, free: int | None) -> bool:
    return free is None or need * (1.0 + RESERVED_SHARE) + RESERVED_BYTES <= free


def _on_device(path: PathName, device: torch.device, chunk_points: int, free: int | None) -> MemoryPlan:
    if path == "resident":
        return MemoryPlan(path, device, chunk_points, f"Everything stays on {device}: {_size(free)} are free.")
    sentence = f"Low-memory path: {_size(free)} of graphics memory are free."
    return MemoryPlan(path, device, chunk_points, sentence, told=True)


def _moved_home(free: int | None) -> MemoryPlan:
    sentence = f"The processor does this: {_size(free)} of graphics memory are free, which is too little."
    return MemoryPlan("resident", HOME, HOME_CHUNK_POINTS, sentence, told=True)


def _at_home(need: int, free: int | None) -> MemoryPlan:
    if _has_room(need, free):
        sentence = f"The processor has {_size(free)} of free memory for this, and about {_size(need)} are needed."
        return MemoryPlan("resident", HOME, HOME_CHUNK_POINTS, sentence)
    sentence = f"Memory is short: {_size(free)} are free, and this takes about {_size(need)}. Close other programs."
    return MemoryPlan("resident", HOME, HOME_CHUNK_POINTS, sentence, told=True)


def _size(count: int | None) -> str:
    """Bytes in words: "1.4 GB" (decimal, as system monitors show them)."""
    if count is None:
        return "an unknown amount"
    return f"{count / 1e9:.1f} GB" if count >= 50_000_000 else f"{count / 1e6:.0f} MB"
