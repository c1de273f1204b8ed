# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's cards: nvidia-smi says it, and where that is missing or fails, the driver's own library does."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vendor_installer.child import ChildCommand, run_child
from vendor_installer.computer import GraphicsCard, numbers
from vendor_installer.isolation import isolated_environment

ASK_LIMIT_S = 10.0
MEBIBYTE = 1 << 20
FIELDS = "name,driver_version,memory.total"
LIBRARY_SCRIPT = Path(__file__).resolve().with_name("nvidia_library.py")

WSL = Path("/usr/lib/wsl/lib/nvidia-smi")
"""Windows' subsystem for Linux keeps it off the path."""


def nvidia_cards(outside: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    """All NVIDIA cards, in nvidia-smi's order; none where there is no driver."""
    for program in smi_programs(outside):
        if cards := ask_smi(program, outside):
            return cards
    return ask_library([sys.executable, "-I", str(LIBRARY_SCRIPT)], outside)


def smi_programs(outside: Mapping[str, str]) -> list[Path]:
    """Where nvidia-smi is on this computer: on the path, else where its driver puts it."""
    on_path = shutil.which("nvidia-smi", path=outside.get("PATH", ""))
    windows = Path(outside.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvidia-smi.exe"
    older = Path(outside.get("PROGRAMFILES", r"C:\Program Files")) / "NVIDIA Corporation" / "NVSMI" / "nvidia-smi.exe"
    elsewhere = (windows, older) if sys.platform == "win32" else (WSL,)
    found = [*([Path(on_path)] if on_path else []), *elsewhere]
    return [path for path in dict.fromkeys(found) if path.is_file()]


def ask_smi(program: Path, outside: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    """What `program` says; () where it fails or hangs. Old drivers don't know the question for the capability."""
    for fields in (f"{FIELDS},compute_cap", FIELDS):
        lines = _lines([str(program), f"--query-gpu={fields}", "--format=csv,noheader,nounits"], outside)
        if cards := tuple(_card(line) for line in lines if line.count(",") == fields.count(",")):
            return cards
    return ()


def ask_library(argv: Sequence[str], outside: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    """What the driver's library says, by way of the program `argv`; () where there is none."""
    for line in _lines(argv, outside):
        if line.startswith("["):
            return tuple(_library_card(fields) for fields in json.loads(line))
    return ()


def _card(line: str) -> GraphicsCard:
    name, driver, memory, *capability = (field.strip() for field in line.split(","))
    return GraphicsCard(
        vendor="nvidia",
        name=name,
        driver=numbers(driver),
        capability=numbers(capability[0]) if capability else (),
        memory=int(memory) * MEBIBYTE if memory.isdecimal() else 0,
        found_by="nvidia-smi",
    )


def _library_card(fields: Mapping[str, object]) -> GraphicsCard:
    return GraphicsCard.from_json({**fields, "vendor": "nvidia", "driver": numbers(str(fields["driver"]))})


def _lines(argv: Sequence[str], outside: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    # PCI order is nvidia-smi's: without it the CUDA library counts the fastest card first.
    environment = {**isolated_environment(outside), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    try:
        result = run_child(ChildCommand(argv, environment, Path(os.sep), ASK_LIMIT_S), lines.append)
    except OSError:
        return []
    return lines if result.exit_code == 0 else []
