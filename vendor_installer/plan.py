# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation would do, before it does anything: build, sizes, place, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vendor_installer.builds import ESTIMATES, TORCH, Build, Size
from vendor_installer.choice import Choice, builds_for
from vendor_installer.computer import Computer
from vendor_installer.sentences import Sentence, joined, say, to_json

LONGEST_WINDOWS_PATH = 259
LONGEST_INSIDE = 193
"""The longest path within an environment: 173 letters of torch's wheel with its local version, and where that goes."""

MEMORY_NEEDED = 4 << 30
"""Bytes; a full-size model on the processor takes 1.4 GB (2.8 GB the first time), beside Blender and the system."""


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way; `blocks`: nothing is worth starting before it is gone."""

    code: str
    told: tuple[Sentence, ...]
    blocks: bool = True

    @property
    def sentence(self) -> str:
        """For the shell."""
        return joined(self.told)

    def to_json(self) -> dict[str, Any]:
        """For a program."""
        return {"code": self.code, "sentence": self.sentence, "blocks": self.blocks, "told": to_json(self.told)}


@dataclass(frozen=True)
class Plan:
    """The choice, where it goes, and the bytes that it takes. size is None where nothing can be installed. pinned:
    whether every wheel is known by its SHA-256.
    """

    computer: Computer
    choice: Choice
    folder: Path
    size: Size | None
    obstacles: tuple[Obstacle, ...]
    pinned: bool = False

    @property
    def can_start(self) -> bool:
        """Whether nothing blocks."""
        return not any(obstacle.blocks for obstacle in self.obstacles)

    @property
    def card_number(self) -> int | None:
        """The chosen card's place among the computer's cards; by identity, for two may be of the same kind."""
        places = (place for place, card in enumerate(self.computer.cards) if card is self.choice.card)
        return next(places, None)

    def to_json(self) -> dict[str, Any]:
        """The whole plan with the facts that it was made from."""
        build = self.choice.build
        return {
            "torch": TORCH,
            "build": build.name if build else None,
            "index": build.indexes[self.computer.system, self.computer.architecture] if build else None,
            "card": asdict(self.choice.card) if self.choice.card else None,
            "card_number": self.card_number,
            "reason": str(self.choice.reason),
            "advice": [str(advice) for advice in self.choice.advice],
            "told": to_json((self.choice.reason, *self.choice.advice)),
            "other_builds": other_builds(self),
            "folder": str(self.folder),
            "size": asdict(self.size) if self.size else None,
            "obstacles": [obstacle.to_json() for obstacle in self.obstacles],
            "can_start": self.can_start,
            "computer": self.computer.to_json(),
        }


def other_builds(plan: Plan) -> list[str]:
    """Names of the builds that could be asked for instead."""
    return [build.name for build in builds_for(plan.computer) if build != plan.choice.build]


def make_plan(
    computer: Computer, choice: Choice, folder: Path, locked: Callable[[Build, Computer], Size | None]
) -> Plan:
    """The plan for a choice. `locked`: the exact size from a build's lock file, None where it has none."""
    if choice.build is None:
        refusal = Obstacle(choice.code, (choice.reason, *choice.advice))
        return Plan(computer, choice, folder, None, (refusal,))
    found = locked(choice.build, computer)
    size = found or ESTIMATES[choice.build.name, (computer.system, computer.architecture)]
    obstacles = (_path_too_long(computer, folder), _disk_short(computer, folder, size), _memory_short(computer))
    told = tuple(obstacle for obstacle in obstacles if obstacle)
    return Plan(computer, choice, folder, size, told, pinned=found is not None)


def space_needed(size: Size) -> int:
    """Bytes that must be free: what is fetched lies beside what it is unpacked to, for a while."""
    return (size.download + size.on_disk) * 11 // 10


def _path_too_long(computer: Computer, folder: Path) -> Obstacle | None:
    room = LONGEST_WINDOWS_PATH - LONGEST_INSIDE
    if computer.system != "windows" or len(str(folder)) <= room:
        return None
    return Obstacle("PATH_TOO_LONG", (say("PATH_TOO_LONG", folder=folder, letters=len(str(folder)), allowed=room),))


def _disk_short(computer: Computer, folder: Path, size: Size) -> Obstacle | None:
    if computer.free_disk >= space_needed(size):
        return None
    needed, free = gigabytes(space_needed(size)), gigabytes(computer.free_disk)
    return Obstacle("DISK_SHORT", (say("DISK_SHORT_FOR_PLAN", folder=folder, needed=needed, free=free),))


def _memory_short(computer: Computer) -> Obstacle | None:
    if not computer.memory or computer.memory >= MEMORY_NEEDED:
        return None
    memory, wanted = memory_size(computer.memory), memory_size(MEMORY_NEEDED)
    return Obstacle("MEMORY_SHORT", (say("MEMORY_SHORT", memory=memory, wanted=wanted),), blocks=False)


def memory_size(count: int) -> str:
    """24 << 30 -> `24 GB`: memory is sold by powers of two, disks and downloads are not."""
    return f"{count / (1 << 30):.0f} GB"


def gigabytes(count: int) -> str:
    """2_700_000_000 -> `2.7 GB`; smaller ones in MB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
