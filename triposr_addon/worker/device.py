# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the network runs: graphics card, Apple GPU or processor. And what happens when its memory is too small."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from triposr_addon.worker.failures import DeviceUnavailable, OutOfMemory

MEMORY_COMPLAINTS = (
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "out of memory",
    "cudaerrormemoryallocation",
    "alloc_failed",
    "paging file is too small",
)
"""Parts of the texts, in lower case, of what has no exception of its own: torch's CPU and MPS allocators, libraries of
graphics cards, and systems that refuse to map a file."""


def choose_device(name: str) -> torch.device:
    """The device for "auto" (CUDA, else MPS, else CPU), "cpu", "cuda", "cuda:N" or "mps".

    Raises DeviceUnavailable: the named device is not there, or can't run this torch build's kernels.
    """
    if name == "auto":
        return next(device for device in _preferred() if _works(device))
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceUnavailable(f"{name!r} is not a device. Choose auto, cpu, cuda or mps.", str(error)) from error
    if name == "cuda":
        device = torch.device("cuda", 0)
    if device.type not in {"cpu", "cuda", "mps"} or not _works(device):
        raise DeviceUnavailable(
            f"The device {name} can't be used with this PyTorch. Choose Automatic or CPU, or install a build for it.",
            f"torch {torch.__version__}",
        )
    return device


def device_name(device: torch.device) -> str:
    """The device's name as its maker gives it, or the processor's kind."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return platform.processor() or platform.machine()


def memory_bytes(device: torch.device) -> int:
    """All of the device's memory; 0 where the system does not tell."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def device_bytes(device: torch.device) -> tuple[int, int]:
    """What this process has of a graphics device's memory: in use, and with what is kept for later; zeros elsewhere."""
    if device.type == "cuda":
        return int(torch.cuda.memory_allocated(device)), int(torch.cuda.memory_reserved(device))
    if device.type == "mps":
        return int(torch.mps.current_allocated_memory()), int(torch.mps.driver_allocated_memory())
    return 0, 0


def extraction_device(device: torch.device) -> torch.device:
    """Where to extract a mesh from a field that is on `device`: there, but on the processor instead of Apple's GPU.

    Its operations were never run on Apple's GPU; the processor beside it is known to do.
    """
    return torch.device("cpu") if device.type == "mps" else device


def release_memory(device: torch.device) -> None:
    """Hand cached, unused memory back to the system."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
    elif platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def naming_out_of_memory(device: torch.device) -> Iterator[None]:
    """Turn every form of "no memory left" into OutOfMemory."""
    try:
        yield
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_out_of_memory(error):
            raise
        raise _out_of_memory(device, error) from error


def is_out_of_memory(error: Exception) -> bool:
    """Whether an exception of any library says that there is no memory left."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(complaint in str(error).lower() for complaint in MEMORY_COMPLAINTS)


def computes(device: torch.device) -> bool:
    """Whether a small computation there gives what it should. Raises RuntimeError or AssertionError where it fails."""
    return bool((torch.ones(2, device=device) * 2).sum().item() == 4.0)


def still_works(device: torch.device, compute: Callable[[torch.device], bool] = computes) -> bool:
    """Whether a small computation there, with its result read back, succeeds or fails for want of memory alone.

    After some faults (a card lost, an uncorrectable error of its memory, an illegal address) everything fails that a
    process asks of a card from then on.
    """
    try:
        return compute(device)
    except (RuntimeError, AssertionError) as error:
        return is_out_of_memory(error)


def _out_of_memory(device: torch.device, error: Exception) -> OutOfMemory:
    where = "The computer's" if device.type == "cpu" else f"The graphics device's ({device})"
    return OutOfMemory(
        f"{where} memory is too small for this. Close other programs, lower the resolution, or choose another device.",
        str(error),
    )


def _preferred() -> list[torch.device]:
    return [torch.device("cuda", 0), torch.device("mps"), torch.device("cpu")]


def _works(device: torch.device) -> bool:
    """Whether a small computation succeeds: `is_available` is also true for cards without kernels in this build."""
    if device.type == "cuda" and not torch.cuda.is_available():
        return False
    if device.type == "mps" and not torch.backends.mps.is_available():
        return False
    try:
        return computes(device)
    except (RuntimeError, AssertionError):
        return False
