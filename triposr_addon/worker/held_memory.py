# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the computer's memory this process takes, as each system tells it. How much is free: free_memory.py."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

STATM = Path("/proc/self/statm")
RUSAGE_INFO_V0 = 0


def resident_bytes() -> int:
    """What is in memory now, mapped files as far as they were read included; 0 where the system does not tell."""
    try:
        if sys.platform == "win32":
            return _windows_bytes()
        if sys.platform == "darwin":
            return _macos_bytes()
    except (OSError, AttributeError):  # no such library, or no such function in it
        return 0
    return linux_bytes(STATM)


def linux_bytes(statm: Path) -> int:
    """The second number in the kernel's file, which counts pages; 0 without such a file."""
    try:
        return int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class MacUsage(ctypes.Structure):
    """rusage_info_v0, as macOS's libproc documents it; sizes in bytes."""

    _fields_ = (
        ("uuid", ctypes.c_uint8 * 16),
        ("user_time", ctypes.c_uint64),
        ("system_time", ctypes.c_uint64),
        ("idle_wakeups", ctypes.c_uint64),
        ("interrupt_wakeups", ctypes.c_uint64),
        ("page_ins", ctypes.c_uint64),
        ("wired_size", ctypes.c_uint64),
        ("resident_size", ctypes.c_uint64),
        ("footprint", ctypes.c_uint64),
        ("start_time", ctypes.c_uint64),
        ("exit_time", ctypes.c_uint64),
    )


def _macos_bytes() -> int:
    usage = MacUsage()
    failed = ctypes.CDLL("libproc.dylib").proc_pid_rusage(os.getpid(), RUSAGE_INFO_V0, ctypes.byref(usage))
    return 0 if failed else int(usage.resident_size)


class WindowsCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS, as the Windows API documents it; sizes in bytes."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("quotas", ctypes.c_size_t * 4),
        ("pagefile_usage", ctypes.c_size_t),
        ("peak_pagefile_usage", ctypes.c_size_t),
    )


def _windows_bytes() -> int:
    counters = WindowsCounters(length=ctypes.sizeof(WindowsCounters))
    kernel = ctypes.CDLL("kernel32")
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.length):
        return 0
    return int(counters.working_set)
