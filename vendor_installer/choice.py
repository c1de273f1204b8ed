# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build of PyTorch fits a computer: a decision from facts alone. A card's capability is asked before its driver.

The first build of the table that has code for the card and whose driver is there wins; a driver that is too old for
all of them is told of, never worked around by a build that the card can't run.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendor_installer.builds import BUILDS, GLIBC, MACOS, PYTHONS, TORCH, Build, Platform, build_named
from vendor_installer.computer import Computer, GraphicsCard, dotted
from vendor_installer.sentences import Sentence, say


@dataclass(frozen=True)
class Choice:
    """build: None where PyTorch can't run at all; `code` then says why, in a word. card: what it will run on, None for
    the processor. reason: why this one. advice: what the artist may do for a better one, or should know.
    """

    build: Build | None
    card: GraphicsCard | None
    reason: Sentence
    advice: tuple[Sentence, ...] = ()
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
        return _processor(say("NO_CARD"))
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
        return _none("TRANSLATED_PYTHON", say("TRANSLATED_PYTHON"), say("USE_APPLE_BLENDER"))
    if computer.system == "macos" and computer.architecture == "x86_64":
        return _none("INTEL_MAC", say("INTEL_MAC"), say("USE_ANOTHER_COMPUTER"))
    if computer.system == "macos" and computer.system_version < MACOS:
        wanted, found = dotted(MACOS), dotted(computer.system_version)
        too_old = say("MACOS_TOO_OLD", torch=TORCH, wanted=wanted, found=found)
        return _none("SYSTEM_TOO_OLD", too_old, say("UPDATE_MACOS"))
    return _python_refusal_or_none(computer)


def _python_refusal_or_none(computer: Computer) -> Choice | None:
    if computer.python not in PYTHONS or computer.pointer_bits != 64:
        wanted = " or ".join(dotted(python) for python in PYTHONS)
        found, bits = dotted(computer.python), computer.pointer_bits
        reason = say("PYTHON_NOT_SUPPORTED", found=found, bits=bits, wanted=wanted)
        return _none("PYTHON_NOT_SUPPORTED", reason, say("USE_OTHER_PYTHON"))
    if not builds_for(computer):
        reason = say("PLATFORM_NOT_SUPPORTED", system=computer.system, architecture=computer.architecture)
        return _none("PLATFORM_NOT_SUPPORTED", reason, say("USE_OTHER_PLATFORM"))
    if computer.system == "linux" and (computer.libc != "glibc" or computer.libc_version < GLIBC):
        found = f"{computer.libc} {dotted(computer.libc_version)}".strip() or "another C library"
        reason = say("GLIBC_TOO_OLD", wanted=dotted(GLIBC), found=found)
        return _none("SYSTEM_TOO_OLD", reason, say("USE_NEWER_LINUX"))
    return None


def _none(code: str, reason: Sentence, advice: Sentence) -> Choice:
    return Choice(None, None, reason, (advice,), code)


def _processor(reason: Sentence, *advice: Sentence) -> Choice:
    return Choice(build_named("cpu"), None, reason, advice)


def _for_nvidia(computer: Computer, card: GraphicsCard) -> Choice:
    platform = _platform(computer)
    if not card.capability or not (card.driver or card.cuda):
        return _processor(say("DRIVER_SILENT", card=card.name), say("REPAIR_DRIVER"))
    able = [build for build in builds_for(computer) if build.has_kernels(platform, card.capability)]
    if not able:
        return _processor(
            say("CARD_WITHOUT_CODE", card=card.name, capability=dotted(card.capability), torch=TORCH),
        )
    for build in able:
        if _driver_suffices(computer, card, build):
            return Choice(build, card, _why(computer, card, build), _notes(computer, card, build))
    oldest = able[-1]
    return _processor(
        say("DRIVER_TOO_OLD", card=card.name, capability=dotted(card.capability), driver=_driver(card)),
        say("UPDATE_DRIVER", driver=dotted(oldest.drivers[computer.system])),
    )


def _why(computer: Computer, card: GraphicsCard, build: Build) -> Sentence:
    newest = next(other for other in builds_for(computer) if other.vendor == "nvidia")
    capability, driver = dotted(card.capability), _driver(card)
    if build is newest:
        return say("NEWEST_BUILD", card=card.name, capability=capability, driver=driver)
    outlived = not newest.has_kernels(_platform(computer), card.capability)
    code = "LAST_BUILD_WITH_CODE" if outlived else "DRIVER_TOO_OLD_FOR_NEWEST"
    return say(code, card=card.name, capability=capability, driver=driver, newest=newest.title)


def _notes(computer: Computer, card: GraphicsCard, build: Build) -> tuple[Sentence, ...]:
    platform = _platform(computer)
    left_out = [
        other.name
        for other in computer.cards
        if other.vendor == "nvidia" and other.capability and not build.has_kernels(platform, other.capability)
    ]
    notes = [say("CARD_LEFT_OUT", card=name) for name in left_out]
    newest = next(other for other in builds_for(computer) if other.vendor == "nvidia")
    if build is not newest and newest.has_kernels(platform, card.capability):
        notes.append(say("NEWER_DRIVER_FITS", driver=dotted(newest.drivers[computer.system]), build=newest.title))
    return tuple(notes)


def _driver_suffices(computer: Computer, card: GraphicsCard, build: Build) -> bool:
    """By the driver's version, or where that is unknown, by the CUDA version that it speaks."""
    if card.driver:
        return card.driver >= build.drivers[computer.system]
    return card.cuda >= build.cuda


def _driver(card: GraphicsCard) -> str:
    return dotted(card.driver) if card.driver else f"(CUDA {dotted(card.cuda)})"


def _for_amd(computer: Computer, card: GraphicsCard) -> Choice:
    rocm = build_named("rocm7.2")
    if rocm not in builds_for(computer):
        return _processor(say("NO_BUILD_FOR_AMD", card=card.name, system=computer.system))
    if card.target in rocm.targets:
        return Choice(rocm, card, say("IN_ROCM_LIST", card=card.name, chip=card.target), (say("ROCM_RIGHTS"),))
    if not card.target:
        return _processor(say("AMD_CHIP_UNKNOWN", card=card.name), say("ROCM_BY_CHOICE"))
    return _processor(say("NOT_IN_ROCM_LIST", card=card.name, chip=card.target), say("ROCM_BY_CHOICE"))


def _for_apple(_computer: Computer, card: GraphicsCard) -> Choice:
    return Choice(build_named("mps"), card, say("METAL", card=card.name))


def _for_intel(_computer: Computer, card: GraphicsCard) -> Choice:
    return _processor(say("INTEL_NOT_OFFERED", card=card.name))


def _as_wished(computer: Computer, card: GraphicsCard | None, build: Build) -> Choice:
    if build not in builds_for(computer):
        names = ", ".join(other.name for other in builds_for(computer))
        where = {"system": computer.system, "architecture": computer.architecture}
        return _none(
            "BACKEND_NOT_HERE", say("BACKEND_NOT_HERE", build=build.name, **where), say("CHOOSE_BUILD", builds=names)
        )
    if not build.vendor:
        return Choice(build, None, say("CHOSEN"))
    if card is None or card.vendor != build.vendor:
        return Choice(build, None, say("CHOSEN"), (say("NO_CARD_FOR_BUILD", build=build.title),))
    without_code = bool(build.kernels and card.capability) and not build.has_kernels(
        _platform(computer), card.capability
    )
    warning = say("NO_CODE_FOR_CARD", card=card.name, capability=dotted(card.capability))
    return Choice(build, card, say("CHOSEN"), (warning,) if without_code else ())


def _platform(computer: Computer) -> Platform:
    return computer.system, computer.architecture
