# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in plain words, as lines for the shell or a panel."""

from __future__ import annotations

from collections.abc import Iterator

from vendor_installer.builds import TORCH
from vendor_installer.computer import Computer, GraphicsCard, dotted
from vendor_installer.plan import Plan, gigabytes, memory_size, other_builds

SYSTEMS = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}


def describe(plan: Plan) -> list[str]:
    """The computer, the decision with its reason, sizes and place, and what to do first."""
    return [*_computer_lines(plan.computer), "", *_choice_lines(plan), *_obstacle_lines(plan)]


def _computer_lines(computer: Computer) -> Iterator[str]:
    system = f"{SYSTEMS.get(computer.system, computer.system)} {dotted(computer.system_version)}"
    yield f"Computer    {system}, {computer.architecture}, Python {dotted(computer.python)}"
    yield f"Memory      {memory_size(computer.memory)}; {gigabytes(computer.free_disk)} of disk are free"
    if not computer.cards:
        yield "Graphics    no card of NVIDIA, AMD, Apple or Intel found"
    for number, card in enumerate(computer.cards):
        yield f"Graphics {number}  {_card(card)}"


def _card(card: GraphicsCard) -> str:
    parts = [card.name]
    if card.memory:
        parts.append(memory_size(card.memory))
    if card.capability:
        parts.append(f"compute capability {dotted(card.capability)}")
    if card.target:
        parts.append(card.target)
    if card.driver:
        parts.append(f"driver {dotted(card.driver)}")
    if card.cuda:
        parts.append(f"speaks CUDA up to {dotted(card.cuda)}")
    return ", ".join(parts)


def _choice_lines(plan: Plan) -> Iterator[str]:
    build = plan.choice.build
    if build is None or plan.size is None:
        return
    about = "" if plan.size.known else "about "
    yield f"Install     PyTorch {TORCH} for {build.title}  (--backend {build.name})"
    yield f"Why         {plan.choice.reason}"
    for line in plan.choice.advice:
        yield f"            {line}"
    yield f"Download    {about}{gigabytes(plan.size.download)}; {about}{gigabytes(plan.size.on_disk)} on the disk"
    yield f"From        {build.indexes[plan.computer.system, plan.computer.architecture]}"
    if not plan.pinned:
        yield "Pinned      by version, not yet by hash: `install` wants --without-hashes for this build"
    yield f"Where       {plan.folder}"
    if others := other_builds(plan):
        yield f"Or instead  {', '.join(f'--backend {name}' for name in others)}"


def _obstacle_lines(plan: Plan) -> Iterator[str]:
    for obstacle in plan.obstacles:
        yield ""
        yield f"{obstacle.code}: {obstacle.sentence}"
