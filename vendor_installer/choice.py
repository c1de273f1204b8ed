# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build of PyTorch fits a computer: a decision from facts alone. A card's capability is asked before its driver.

The first build of the table that has code for the card and whose driver is there wins; a driver that is too old for
all of them is told of, never worked around by a build that the card can't run.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendor_installer.builds import BUILDS, GLIBC, MACOS, PYTHONS, TORCH, Build, Platform, build_named
from vendor_installer.computer import Computer, GraphicsCard, dotted


@dataclass(frozen=True)
class Choice:
    """build: None where PyTorch can't run at all; `code` then says why, in a word. card: what it will run on, None for
    the processor. reason: why this one. advice: what the artist may do for a better one, or should know.
    """

    build: Build | None
    card: GraphicsCard | None
    reason: str
    advice: tuple[str, ...] = ()
    code: str = ""


def choose(computer: Computer, gpu: int | None = None, backend: str = "") -> Choice:
    """The build for this computer.

    gpu: the place of the wished card in computer.cards, from 0; IndexError where there is none. backend: a build's
    name, to overrule the decision; KeyError for an unknown name.
    """
    card = computer.cards[gpu] if gpu is not None else best_card_or_none(computer)
    if refusal := _refusal_or_none(computer):
        return refusal
    if backend:
        return _as_wished(computer, card, build_named(backend))
    if card is None:
        return _processor("No graphics card that PyTorch can use was found.")
    choice = {"nvidia": _for_nvidia, "amd": _for_amd, "apple": _for_apple, "intel": _for_intel}[card.vendor]
    return choice(computer, card)


def best_card_or_none(computer: Computer) -> GraphicsCard | None:
    """The card to use where none was named: NVIDIA before Apple, AMD and Intel, then the one with the most memory."""
    vendors = ("nvidia", "apple", "amd", "intel")
    ranked = sorted(computer.cards, key=lambda card: (vendors.index(card.vendor), -card.memory))
    return ranked[0] if ranked else None


def builds_for(computer: Computer) -> tuple[Build, ...]:
    """All builds that exist for this system, whatever its cards."""
    return tuple(build for build in BUILDS if _platform(computer) in build.indexes)


def _refusal_or_none(computer: Computer) -> Choice | None:
    if computer.translated:
        return _none(
            "TRANSLATED_PYTHON",
            "This Python runs translated (Rosetta) on an Apple chip, for which there is no PyTorch.",
            "Install the Apple silicon version of Blender or Python.",
        )
    if computer.system == "macos" and computer.architecture == "x86_64":
        return _none(
            "INTEL_MAC",
            "PyTorch ended its support of Macs with Intel processors with version 2.2.",
            "Use a Mac with an Apple chip, or a computer with Linux or Windows.",
        )
    if computer.system == "macos" and computer.system_version < MACOS:
        return _none(
            "SYSTEM_TOO_OLD",
            f"PyTorch {TORCH} needs macOS {dotted(MACOS)}; this is macOS {dotted(computer.system_version)}.",
            "Update macOS.",
        )
    return _python_refusal_or_none(computer)


def _python_refusal_or_none(computer: Computer) -> Choice | None:
    if computer.python not in PYTHONS or computer.pointer_bits != 64:
        wanted = " or ".join(dotted(python) for python in PYTHONS)
        return _none(
            "PYTHON_NOT_SUPPORTED",
            f"This is Python {dotted(computer.python)} with {computer.pointer_bits} bits; it takes {wanted} with 64.",
            "Use the Python of Blender 4.2 or newer, or install one of these.",
        )
    if not builds_for(computer):
        return _none(
            "PLATFORM_NOT_SUPPORTED",
            f"There is no PyTorch for {computer.system} on {computer.architecture}.",
            "Use Linux, Windows on x86_64, or macOS on an Apple chip.",
        )
    if computer.system == "linux" and (computer.libc != "glibc" or computer.libc_version < GLIBC):
        found = f"{computer.libc} {dotted(computer.libc_version)}".strip() or "another C library"
        return _none(
            "SYSTEM_TOO_OLD",
            f"PyTorch needs glibc {dotted(GLIBC)} or newer; this Linux has {found}.",
            "Use a newer Linux, such as Debian 12 or Ubuntu 22.04.",
        )
    return None


def _none(code: str, reason: str, advice: str) -> Choice:
    return Choice(None, None, reason, (advice,), code)


def _processor(reason: str, *advice: str) -> Choice:
    return Choice(build_named("cpu"), None, reason, advice)


def _for_nvidia(computer: Computer, card: GraphicsCard) -> Choice:
    platform = _platform(computer)
    if not card.capability or not (card.driver or card.cuda):
        return _processor(
            f"{card.name}: its driver did not say enough to choose a build for it.",
            "Install or repair NVIDIA's driver, then run this again; or choose a build with --backend.",
        )
    able = [build for build in builds_for(computer) if build.has_kernels(platform, card.capability)]
    capability = f"{card.name} has compute capability {dotted(card.capability)}"
    if not able:
        return _processor(f"{capability}, for which PyTorch {TORCH} has no code on this system.")
    for build in able:
        if _driver_suffices(computer, card, build):
            return Choice(build, card, _why(computer, card, build), _notes(computer, card, build))
    oldest = able[-1]
    return _processor(
        f"{capability}, and its driver {_driver(card)} is older than PyTorch needs.",
        f"Update NVIDIA's driver to {dotted(oldest.drivers[computer.system])} or newer, then run this again.",
    )


def _why(computer: Computer, card: GraphicsCard, build: Build) -> str:
    newest = next(other for other in builds_for(computer) if other.vendor == "nvidia")
    facts = f"{card.name}, compute capability {dotted(card.capability)}, driver {_driver(card)}"
    if build is newest:
        return f"{facts}: the newest build runs on it."
    if not newest.has_kernels(_platform(computer), card.capability):
        return f"{facts}: the {newest.title} build no longer has code for this card, this one has."
    return f"{facts}: the driver is too old for the {newest.title} build."


def _notes(computer: Computer, card: GraphicsCard, build: Build) -> tuple[str, ...]:
    platform = _platform(computer)
    left_out = [
        other.name
        for other in computer.cards
        if other.vendor == "nvidia" and other.capability and not build.has_kernels(platform, other.capability)
    ]
    notes = [f"{name} can't use this build; choose that card with --gpu for one that it can." for name in left_out]
    newest = next(other for other in builds_for(computer) if other.vendor == "nvidia")
    if build is not newest and newest.has_kernels(platform, card.capability):
        notes.append(f"With driver {dotted(newest.drivers[computer.system])} or newer the {newest.title} build fits.")
    return tuple(notes)


def _driver_suffices(computer: Computer, card: GraphicsCard, build: Build) -> bool:
    """By the driver's version, or where that is unknown, by the CUDA version that it speaks."""
    if card.driver:
        return card.driver >= build.drivers[computer.system]
    return card.cuda >= build.cuda


def _driver(card: GraphicsCard) -> str:
    return dotted(card.driver) if card.driver else f"for CUDA {dotted(card.cuda)}"


def _for_amd(computer: Computer, card: GraphicsCard) -> Choice:
    rocm = build_named("rocm7.2")
    if rocm not in builds_for(computer):
        return _processor(f"{card.name}: PyTorch has no build for AMD cards on {computer.system}.")
    if card.target in rocm.targets:
        note = "The amdgpu driver must be there, and you must be in the groups render and video."
        return Choice(rocm, card, f"{card.name} ({card.target}) is in the list of ROCm 7.2.", (note,))
    chip = card.target or "of an unknown chip: AMD's compute driver is not loaded"
    return _processor(
        f"{card.name} is {chip}, which is not in the list of ROCm 7.2.",
        "Where you know that ROCm runs on it, choose --backend rocm7.2.",
    )


def _for_apple(_computer: Computer, card: GraphicsCard) -> Choice:
    return Choice(build_named("mps"), card, f"{card.name}: PyTorch for macOS brings Metal along.")


def _for_intel(_computer: Computer, card: GraphicsCard) -> Choice:
    return _processor(
        f"{card.name}: PyTorch's build for Intel graphics is not offered, because it was never tried here."
    )


def _as_wished(computer: Computer, card: GraphicsCard | None, build: Build) -> Choice:
    if build not in builds_for(computer):
        names = ", ".join(other.name for other in builds_for(computer))
        return _none(
            "BACKEND_NOT_HERE",
            f"The build {build.name} does not exist for {computer.system} on {computer.architecture}.",
            f"Choose one of: {names}.",
        )
    if not build.vendor:
        return Choice(build, None, "You chose it.")
    if card is None or card.vendor != build.vendor:
        return Choice(build, None, "You chose it.", (f"No card for {build.title} was found, so it will run slowly.",))
    without_code = bool(build.kernels and card.capability) and not build.has_kernels(
        _platform(computer), card.capability
    )
    warning = f"It has no code for {card.name} (compute capability {dotted(card.capability)}): it can't run there."
    return Choice(build, card, "You chose it.", (warning,) if without_code else ())


def _platform(computer: Computer) -> Platform:
    return computer.system, computer.architecture
