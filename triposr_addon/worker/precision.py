# SPDX-License-Identifier: GPL-3.0-or-later
"""In which number type the network computes: half precision where the device gains from it, float32 elsewhere."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["auto", "full", "half"]
"""auto: half where the device gains from it. full: float32, for comparisons. half: half even where it is slower."""

FIRST_BFLOAT16_CARD = (8, 0)
"""CUDA compute capability from which matrix units take bfloat16."""


def network_type(device: torch.device, precision: Precision = "auto") -> torch.dtype:
    """The type in which the network computes on `device`."""
    if precision == "full":
        return torch.float32
    half = half_type_or_none(device)
    if precision == "half":
        return half or torch.bfloat16
    return half or torch.float32


def half_type_or_none(device: torch.device) -> torch.dtype | None:
    """The half type that is quicker than float32 on `device`.

    bfloat16 has float32's range, so it comes first. float16 goes to cards without it and to Apple's GPU. A processor
    gains only from its own bfloat16 instructions; without them torch computes in float32 and converts all along.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= FIRST_BFLOAT16_CARD else torch.float16
    if device.type == "mps":
        return torch.float16
    return torch.bfloat16 if _processor_takes_bfloat16() else None


def _processor_takes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 (AVX512-BF16 or AMX) and torch's kernels may use it."""
    if torch.backends.cpu.get_cpu_capability() != "AVX512" or not torch.backends.mkldnn.is_available():
        return False
    abilities = torch.cpu.get_capabilities()
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))
