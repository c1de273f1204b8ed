# SPDX-License-Identifier: GPL-3.0-or-later
"""Free memory, as each system tells it."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.worker.device import memory_bytes  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.free_memory import (  # noqa: E402
    WindowsMemoryStatus,
    free_bytes_of_vm_stat,
    free_bytes_or_none,
    linux_bytes_or_none,
)

pytestmark = pytest.mark.torch

GIB = 1 << 30
MEMINFO = "MemTotal:       16000000 kB\nMemFree:          100000 kB\nMemAvailable:    8388608 kB\n"
VM_STAT = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            300000.
Pages inactive:                           20000.
Pages speculative:                         3000.
Pages throttled:                              0.
Pages wired down:                        200000.
Pages purgeable:                            400.
"Translation faults":                 123456789.
"""


def system(root: Path, files: dict[str, str]) -> Path:
    """A Linux system's own files, under `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def test_this_computer_has_some_but_not_more_than_it_has() -> None:
    free = free_bytes_or_none(torch.device("cpu"))
    assert free is not None
    assert 0 < free < memory_bytes(torch.device("cpu"))


def test_the_kernels_estimate_counts_where_nothing_else_limits(tmp_path: Path) -> None:
    assert linux_bytes_or_none(system(tmp_path, {"proc/meminfo": MEMINFO})) == 8 * GIB


def test_a_control_group_around_this_ones_limits_it_too(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/user/app\n",
            "sys/fs/cgroup/user/memory.max": f"{3 * GIB}\n",
            "sys/fs/cgroup/user/memory.current": f"{2 * GIB}\n",
            "sys/fs/cgroup/user/memory.stat": f"anon 5\ninactive_file {GIB // 2}\nactive_file 7\n",
            "sys/fs/cgroup/user/app/memory.max": "max\n",
            "sys/fs/cgroup/user/app/memory.current": "1\n",
        },
    )
    assert linux_bytes_or_none(root) == GIB + GIB // 2  # cached files can be dropped


def test_a_control_group_of_version_1_inside_a_container(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "5:cpu,memory:/docker/0123\n2:pids:/docker/0123\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GIB}\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GIB}\n",
        },
    )
    assert linux_bytes_or_none(root) == GIB


def test_a_group_above_its_limit_leaves_nothing(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "1000\n",
            "sys/fs/cgroup/memory.current": "2000\n",
        },
    )
    assert linux_bytes_or_none(root) == 0


def test_a_system_that_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    assert linux_bytes_or_none(tmp_path) is None
    assert free_bytes_of_vm_stat("vm_stat: not permitted") is None


def test_macos_pages_that_can_be_had() -> None:
    assert free_bytes_of_vm_stat(VM_STAT) == 16384 * (10000 + 20000 + 3000 + 400)


def test_windows_structure_is_as_long_as_windows_checks_that_it_is() -> None:
    assert ctypes.sizeof(WindowsMemoryStatus) == 64
    assert WindowsMemoryStatus.free_physical.offset == 16
