# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory a device has left for this process, as far as the system tells."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import torch

VM_STAT = ("/usr/bin/vm_stat",)
VM_STAT_LIMIT_SECONDS = 5.0
VM_STAT_FREE = ("free", "inactive", "speculative", "purgeable")
"""The kinds of macOS pages that a process can have without anything being written to disk first."""
ROOT = Path("/")


def free_bytes_or_none(device: torch.device) -> int | None:
    """What this process can still take of the device's memory; None where the system does not tell.

    On a graphics card the allocator's own unused blocks count as free. Apple's GPU shares the computer's memory, so
    the lower of what Metal recommends and what the computer has counts.
    """
    if device.type == "cuda":
        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + idle
    host = _host_bytes_or_none()
    if device.type != "mps":
        return host
    metal = int(torch.mps.recommended_max_memory()) - int(torch.mps.current_allocated_memory())
    return metal if host is None else min(metal, host)


def _host_bytes_or_none() -> int | None:
    if sys.platform == "win32":
        return _windows_bytes_or_none()
    if sys.platform == "darwin":
        return _macos_bytes_or_none()
    return linux_bytes_or_none()


# --- Linux -----------------------------------------------------------------------------------------------------------


def linux_bytes_or_none(root: Path = ROOT) -> int | None:
    """The kernel's estimate of what can be had without swapping, or less where a control group allows less."""
    estimate = re.search(r"^MemAvailable:\s+(\d+) kB$", _text(root / "proc/meminfo"), re.MULTILINE)
    if not estimate:
        return None
    return max(0, min([1024 * int(estimate[1]), *_control_group_bytes(root)]))


def _control_group_bytes(root: Path) -> list[int]:
    """What the control groups that this process is in, and those around them, have left. None for no limit."""
    left = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _number, controllers, path = line.split(":", 2)
        if controllers == "":  # version 2
            left += _groups_left(root / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):  # version 1
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            left += _groups_left(root / "sys/fs/cgroup/memory", path, *files)
    return left


def _groups_left(mount: Path, path: str, limit: str, usage: str, reclaimable: str) -> list[int]:
    group = mount / path.lstrip("/")
    if not group.is_dir():  # inside a container the path is the host's, and the container's own group is mounted
        group = mount
    folders = [group, *(parent for parent in group.parents if parent.is_relative_to(mount))]
    return [left for folder in folders if (left := _left_or_none(folder, limit, usage, reclaimable)) is not None]


def _left_or_none(folder: Path, limit: str, usage: str, reclaimable: str) -> int | None:
    most, taken = _text(folder / limit).strip(), _text(folder / usage).strip()
    if not most.isdecimal() or not taken.isdecimal():  # "max", or no such file
        return None
    cached = re.search(rf"^{reclaimable} (\d+)$", _text(folder / "memory.stat"), re.MULTILINE)
    return int(most) - int(taken) + (int(cached[1]) if cached else 0)


def _text(path: Path) -> str:
    """A file of the kernel's, or "" where this kernel has no such file or does not let us read it."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


# --- macOS -----------------------------------------------------------------------------------------------------------


def _macos_bytes_or_none() -> int | None:
    try:
        told = subprocess.run(VM_STAT, capture_output=True, text=True, timeout=VM_STAT_LIMIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return free_bytes_of_vm_stat(told.stdout)


def free_bytes_of_vm_stat(text: str) -> int | None:
    """The free bytes in the text that macOS's vm_stat prints; None where it is something else."""
    page = re.search(r"page size of (\d+) bytes", text)
    counts = {name: int(count) for name, count in re.findall(r"^Pages (\w+):\s+(\d+)\.$", text, re.MULTILINE)}
    if not page or "free" not in counts:
        return None
    return int(page[1]) * sum(counts.get(kind, 0) for kind in VM_STAT_FREE)


# --- Windows ---------------------------------------------------------------------------------------------------------


class WindowsMemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX, as the Windows API documents it."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load_percent", ctypes.c_uint32),
        ("total_physical", ctypes.c_uint64),
        ("free_physical", ctypes.c_uint64),
        ("total_commit", ctypes.c_uint64),
        ("free_commit", ctypes.c_uint64),
        ("total_virtual", ctypes.c_uint64),
        ("free_virtual", ctypes.c_uint64),
        ("free_extended", ctypes.c_uint64),
    )


def _windows_bytes_or_none() -> int | None:
    """Free physical memory, or less where less can be committed: Windows refuses what it could not page out."""
    status = WindowsMemoryStatus(length=ctypes.sizeof(WindowsMemoryStatus))
    kernel = ctypes.CDLL("kernel32")
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(min(status.free_physical, status.free_commit))
