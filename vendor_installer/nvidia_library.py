# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks NVIDIA's driver libraries about the cards, and prints what they say as one line of JSON.

Started by path in a process of its own (so it imports nothing of ours): a broken driver may hang or crash it.
NVML's and the CUDA driver API's own names and numbers: docs.nvidia.com/deploy/nvml-api and cuda-driver-api.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from typing import Any

WINDOWS = sys.platform == "win32"
NVML = ("nvml.dll",) if WINDOWS else ("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")
CUDA = ("nvcuda.dll",) if WINDOWS else ("libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1")
CAPABILITY_MAJOR, CAPABILITY_MINOR = 75, 76
NAME_BYTES = 96


class Refused(Exception):
    """A call returned something else than success."""


class MemoryInfo(ctypes.Structure):
    """nvmlMemory_t."""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def cards(load: Callable[[str], Any]) -> list[dict[str, Any]]:
    """What the first library that answers says. `load` opens a library by name, or raises OSError."""
    for names, ask in ((NVML, _ask_nvml), (CUDA, _ask_cuda)):
        for name in names:
            try:
                return ask(load(name))
            except (OSError, AttributeError, Refused):
                continue
    return []


def _ask_nvml(nvml: Any) -> list[dict[str, Any]]:
    _call(nvml.nvmlInit_v2)
    driver = ctypes.create_string_buffer(NAME_BYTES)
    _call(nvml.nvmlSystemGetDriverVersion, driver, ctypes.c_uint(NAME_BYTES))
    cuda = _integer(nvml.nvmlSystemGetCudaDriverVersion_v2)
    count = _integer(nvml.nvmlDeviceGetCount_v2)
    shared = {"driver": driver.value.decode(), "cuda": _cuda_version(cuda), "found_by": "NVML"}
    return [{**_nvml_card(nvml, index), **shared} for index in range(count)]


def _nvml_card(nvml: Any, index: int) -> dict[str, Any]:
    handle = ctypes.c_void_p()
    _call(nvml.nvmlDeviceGetHandleByIndex_v2, ctypes.c_uint(index), ctypes.byref(handle))
    name = ctypes.create_string_buffer(NAME_BYTES)
    _call(nvml.nvmlDeviceGetName, handle, name, ctypes.c_uint(NAME_BYTES))
    major, minor = ctypes.c_int(), ctypes.c_int()
    _call(nvml.nvmlDeviceGetCudaComputeCapability, handle, ctypes.byref(major), ctypes.byref(minor))
    memory = MemoryInfo()
    _call(nvml.nvmlDeviceGetMemoryInfo, handle, ctypes.byref(memory))
    return {"name": name.value.decode(), "capability": [major.value, minor.value], "memory": memory.total}


def _ask_cuda(cuda: Any) -> list[dict[str, Any]]:
    """Without NVML the driver's own version stays unknown; the CUDA version that it speaks says as much."""
    _call(cuda.cuInit, ctypes.c_uint(0))
    version = _integer(cuda.cuDriverGetVersion)
    shared = {"driver": "", "cuda": _cuda_version(version), "found_by": "the CUDA driver library"}
    return [{**_cuda_card(cuda, index), **shared} for index in range(_integer(cuda.cuDeviceGetCount))]


def _cuda_card(cuda: Any, index: int) -> dict[str, Any]:
    device = ctypes.c_int()
    _call(cuda.cuDeviceGet, ctypes.byref(device), ctypes.c_int(index))
    name = ctypes.create_string_buffer(NAME_BYTES)
    _call(cuda.cuDeviceGetName, name, ctypes.c_int(NAME_BYTES), device)
    capability = [_attribute(cuda, device, which) for which in (CAPABILITY_MAJOR, CAPABILITY_MINOR)]
    memory = ctypes.c_size_t()
    _call(cuda.cuDeviceTotalMem_v2, ctypes.byref(memory), device)
    return {"name": name.value.decode(), "capability": capability, "memory": memory.value}


def _attribute(cuda: Any, device: ctypes.c_int, which: int) -> int:
    value = ctypes.c_int()
    _call(cuda.cuDeviceGetAttribute, ctypes.byref(value), ctypes.c_int(which), device)
    return value.value


def _integer(function: Any) -> int:
    value = ctypes.c_int()
    _call(function, ctypes.byref(value))
    return value.value


def _call(function: Any, *arguments: Any) -> None:
    code = function(*arguments)
    if code != 0:
        raise Refused(f"{code}")


def _cuda_version(number: int) -> list[int]:
    """13010 -> [13, 1]."""
    return [number // 1000, number % 1000 // 10]


if __name__ == "__main__":
    print(json.dumps(cards(ctypes.CDLL)))
