# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about a computer that decide what can be installed on it: plain data, all that a decision needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class GraphicsCard:
    """One card. What could not be found out is empty or 0.

    vendor: nvidia, amd, intel or apple. driver: its version, such as (580, 65, 6). cuda: the newest CUDA that the
    driver speaks. capability: NVIDIA's compute capability, such as (8, 9). memory: bytes. target: AMD's name of the
    chip, such as gfx1100. found_by: the way it was found.
    """

    vendor: str
    name: str
    driver: tuple[int, ...] = ()
    cuda: tuple[int, ...] = ()
    capability: tuple[int, ...] = ()
    memory: int = 0
    target: str = ""
    found_by: str = ""

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of dataclasses.asdict, by way of JSON. Raises TypeError or ValueError for anything else."""
        return cls(**_with_tuples(fields, ("driver", "cuda", "capability")))


@dataclass(frozen=True)
class Computer:
    """system: linux, windows or macos (WSL is linux). architecture: x86_64 or arm64, of the Python, not of the chip.

    libc: glibc or "" on Linux. translated: an x86_64 Python on an Apple chip. memory, free_disk: bytes; free_disk is
    that of the folder that was asked about.
    """

    system: str
    system_version: tuple[int, ...]
    architecture: str
    python: tuple[int, ...]
    pointer_bits: int = 64
    libc: str = ""
    libc_version: tuple[int, ...] = ()
    translated: bool = False
    memory: int = 0
    free_disk: int = 0
    cards: tuple[GraphicsCard, ...] = ()

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of to_json, by way of JSON. Raises TypeError or ValueError for anything else."""
        plain = _with_tuples(fields, ("system_version", "python", "libc_version"))
        return cls(**{**plain, "cards": tuple(GraphicsCard.from_json(card) for card in plain.get("cards", ()))})

    def to_json(self) -> dict[str, Any]:
        """All facts, for a report or a test."""
        return dataclasses.asdict(self)


def numbers(text: str) -> tuple[int, ...]:
    """`580.65.06` -> (580, 65, 6): the numbers that a version begins with; () for none."""
    found: list[int] = []
    for part in text.strip().split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)


def dotted(version: tuple[int, ...]) -> str:
    """(12, 0) -> `12.0`."""
    return ".".join(str(number) for number in version)


def _with_tuples(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    versions = {name: tuple(int(number) for number in fields[name]) for name in names if name in fields}
    return {**fields, **versions}
