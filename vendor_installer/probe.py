# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the facts of the computer that this runs on. Nothing is decided here; every question has a time limit."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.child import ChildCommand, run_child
from vendor_installer.computer import Computer, GraphicsCard, numbers
from vendor_installer.isolation import isolated_environment
from vendor_installer.nvidia import nvidia_cards
from vendor_installer.other_cards import linux_cards, windows_cards

SYSTEMS = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
ASK_LIMIT_S = 10.0


def probe(folder: Path, outside: Mapping[str, str]) -> Computer:
    """This computer, this Python, and the disk that holds `folder` (or will hold it). `outside`: our variables."""
    system = SYSTEMS.get(platform.system(), platform.system().lower())
    libc, libc_version = platform.libc_ver() if system == "linux" else ("", "")
    return Computer(
        system=system,
        system_version=numbers(_system_version(system)),
        architecture=ARCHITECTURES.get(platform.machine().lower(), platform.machine()),
        python=sys.version_info[:2],
        pointer_bits=8 * struct.calcsize("P"),
        libc=libc,
        libc_version=numbers(libc_version),
        translated=system == "macos" and _ask("/usr/sbin/sysctl", "-n", "sysctl.proc_translated") == "1",
        memory=_memory(),
        free_disk=free_disk(folder),
        cards=_cards(system, outside),
    )


def free_disk(folder: Path) -> int:
    """Bytes that are free where `folder` is or will be."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return shutil.disk_usage(there).free


def _system_version(system: str) -> str:
    if system == "macos":
        return platform.mac_ver()[0]
    return platform.version() if system == "windows" else platform.release().partition("-")[0]


def _cards(system: str, outside: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    if system == "macos":
        chip = _ask("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
        return (GraphicsCard("apple", chip, found_by="sysctl"),) if chip.startswith("Apple") else ()
    nvidia = nvidia_cards(outside)
    others = windows_cards() if system == "windows" else linux_cards(Path("/"))
    # A card that NVIDIA's own tools told of is not told a second time, by a name alone.
    return (*nvidia, *(card for card in others if not (nvidia and card.vendor == "nvidia")))


def _ask(*argv: str) -> str:
    """A program's answer; "" where it has none."""
    try:
        result = run_child(ChildCommand(argv, isolated_environment(os.environ), Path.cwd(), ASK_LIMIT_S))
    except FileNotFoundError:
        return ""
    return result.text.strip() if result.exit_code == 0 else ""


if sys.platform == "win32":

    class _MemoryStatus(ctypes.Structure):
        """MEMORYSTATUSEX."""

        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "own", "own_free", "more")),
        )

    def _memory() -> int:
        status = _MemoryStatus()
        status.length = ctypes.sizeof(status)
        return int(status.total) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else 0
else:

    def _memory() -> int:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
