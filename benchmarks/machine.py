# SPDX-License-Identifier: GPL-3.0-or-later
"""On what machine, how busy, and with which versions a figure was measured."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

CPU_INFO = Path("/proc/cpuinfo")
INSTRUCTIONS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2")


def machine(device: torch.device | None = None) -> dict[str, object]:
    """What to write beside a figure. `load` is the load average over the last minute, None where there is none."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "instructions": [name for name in INSTRUCTIONS if name in _cpu_flags()],
        "memory_gb": _memory_gb_or_none(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name(device) if device is not None and device.type == "cuda" else None,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": load_or_none(),
    }


def load_or_none() -> float | None:
    """The load average over the last minute; Windows has none."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _cpu_name() -> str:
    return _cpu_entry("model name") or platform.processor() or platform.machine()


def _cpu_flags() -> frozenset[str]:
    return frozenset(_cpu_entry("flags").split())


def _cpu_entry(name: str) -> str:
    if not CPU_INFO.is_file():
        return ""
    lines = CPU_INFO.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _memory_gb_or_none() -> float | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
