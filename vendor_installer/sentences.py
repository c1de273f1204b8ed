# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told to people, each with a stable code and what it is filled with: a program may say it in its own words.

The texts here are the shell's, which speak of its options. No code is ever used for something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TEXTS = {
    # Why this build.
    "NO_CARD": "No graphics card that PyTorch can use was found.",
    "NEWEST_BUILD": "{card}, compute capability {capability}, driver {driver}: the newest build runs on it.",
    "LAST_BUILD_WITH_CODE": "{card}, compute capability {capability}, driver {driver}: the {newest} build no longer "
    "has code for this card, this one has.",
    "DRIVER_TOO_OLD_FOR_NEWEST": "{card}, compute capability {capability}, driver {driver}: the driver is too old "
    "for the {newest} build.",
    "DRIVER_SILENT": "{card}: its driver did not say enough to choose a build for it.",
    "CARD_WITHOUT_CODE": "{card} has compute capability {capability}, for which PyTorch {torch} has no code on this "
    "system.",
    "DRIVER_TOO_OLD": "{card} has compute capability {capability}, and its driver {driver} is older than PyTorch "
    "needs.",
    "NO_BUILD_FOR_AMD": "{card}: PyTorch has no build for AMD cards on {system}.",
    "IN_ROCM_LIST": "{card} ({chip}) is in the list of ROCm 7.2.",
    "NOT_IN_ROCM_LIST": "{card} is {chip}, which is not in the list of ROCm 7.2.",
    "AMD_CHIP_UNKNOWN": "{card} is of an unknown chip: AMD's compute driver is not loaded, so nobody knows whether "
    "it is in the list of ROCm 7.2.",
    "METAL": "{card}: PyTorch for macOS brings Metal along.",
    "INTEL_NOT_OFFERED": "{card}: PyTorch's build for Intel graphics is not offered, because it was never tried here.",
    "CHOSEN": "You chose it.",
    # What would be better, or should be known.
    "REPAIR_DRIVER": "Install or repair NVIDIA's driver, then run this again; or choose a build with --backend.",
    "UPDATE_DRIVER": "Update NVIDIA's driver to {driver} or newer, then run this again.",
    "CARD_LEFT_OUT": "{card} can't use this build; choose that card with --gpu for one that it can.",
    "NEWER_DRIVER_FITS": "With driver {driver} or newer the {build} build fits.",
    "ROCM_RIGHTS": "The amdgpu driver must be there, and you must be in the groups render and video.",
    "ROCM_BY_CHOICE": "Where you know that ROCm runs on it, choose --backend rocm7.2.",
    "NO_CARD_FOR_BUILD": "No card for {build} was found, so it will run slowly.",
    "NO_CODE_FOR_CARD": "It has no code for {card} (compute capability {capability}): it can't run there.",
    # Why there is no build.
    "TRANSLATED_PYTHON": "This Python runs translated (Rosetta) on an Apple chip, for which there is no PyTorch.",
    "USE_APPLE_BLENDER": "Install the Apple silicon version of Blender or Python.",
    "INTEL_MAC": "PyTorch ended its support of Macs with Intel processors with version 2.2.",
    "USE_ANOTHER_COMPUTER": "Use a Mac with an Apple chip, or a computer with Linux or Windows.",
    "MACOS_TOO_OLD": "PyTorch {torch} needs macOS {wanted}; this is macOS {found}.",
    "UPDATE_MACOS": "Update macOS.",
    "PYTHON_NOT_SUPPORTED": "This is Python {found} with {bits} bits; it takes {wanted} with 64.",
    "USE_OTHER_PYTHON": "Use the Python of Blender 4.2 or newer, or install one of these.",
    "PLATFORM_NOT_SUPPORTED": "There is no PyTorch for {system} on {architecture}.",
    "USE_OTHER_PLATFORM": "Use Linux, Windows on x86_64, or macOS on an Apple chip.",
    "GLIBC_TOO_OLD": "PyTorch needs glibc {wanted} or newer; this Linux has {found}.",
    "USE_NEWER_LINUX": "Use a newer Linux, such as Debian 12 or Ubuntu 22.04.",
    "BACKEND_NOT_HERE": "The build {build} does not exist for {system} on {architecture}.",
    "CHOOSE_BUILD": "Choose one of: {builds}.",
    # What stands in the way.
    "PATH_TOO_LONG": "{folder} has {letters} letters; Windows allows {allowed} here. Choose a shorter place with "
    r"--folder, such as C:\TripoSR.",
    "DISK_SHORT_FOR_PLAN": "{needed} must be free where {folder} will be; {free} are. Free some space or choose "
    "another place with --folder.",
    "MEMORY_SHORT": "This computer has {memory} of memory; the full-size model wants {wanted}. Close other programs "
    "while it runs.",
    # What the doctor found.
    "FOLDER_UNUSABLE": "{folder} can't be written. Give yourself the right to, or choose another data folder.",
    "DISK_SHORT": "Only {free} are free where {folder} is. Free some space.",
    "DISK": "{free} are free where {folder} is.",
    "ENVIRONMENT_MISSING": "There is no environment in {folder} yet.",
    "ENVIRONMENT_HALF_MADE": "{folder} was never finished, or is not ours.",
    "ENVIRONMENT_PYTHON_GONE": "The Python in {folder} does not start: {base} (Python {python}), which it was made "
    "with, is gone or was replaced.",
    "ENVIRONMENT_OTHER": "The environment is of another version of this extension, or not of Python {python}.",
    "WOULD_BE_MADE_ANEW": "It would be made anew.",
    "WOULD_CHANGE": "It would be made anew: {changes}.",
    "WOULD_BE_KEPT": "Its packages would be kept.",
    "NOTHING_INSTALLED": "Nothing is installed there yet.",
    "INSTALLED_ALREADY": "It is installed already.",
    "PACKAGES_KEPT": "The packages were kept, which are those of this version, too.",
    "INSTALLED_ANEW": "It was made anew: {changes}.",
    "INSTALLED": "It is installed.",
    "ENVIRONMENT_BROKEN": "The environment does not work: files are gone (a virus scanner?), or the driver has "
    "changed.",
    "ENVIRONMENT": "PyTorch for {build} computes on the device {device}.",
    "ANOTHER_BUILD_FITS": "The build {build} is installed; the plan for this computer is {planned}.",
    "MODEL_DAMAGED": "{model}: a file has not its right size.",
    "MODEL_NOT_WHOLE": "{model}: {there} of {size} are there.",
    "MODELS": "Models: {models}.",
    "NO_MODELS": "Models: none besides the built-in one.",
}


@dataclass(frozen=True)
class Sentence:
    """One of them, filled. values: texts, in numbers and names that need no translation."""

    code: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        """For the shell."""
        return TEXTS[self.code].format_map(self.values)

    def to_json(self) -> dict[str, Any]:
        """For a program."""
        return {"code": self.code, "sentence": str(self), "values": dict(self.values)}


def say(code: str, **values: object) -> Sentence:
    """A sentence. Raises KeyError for an unknown code or a missing value, here and not when it is told."""
    sentence = Sentence(code, {name: str(value) for name, value in values.items()})
    str(sentence)
    return sentence


def joined(told: Sequence[Sentence]) -> str:
    """All of them, for the shell."""
    return " ".join(map(str, told))


def to_json(told: Sequence[Sentence]) -> list[dict[str, Any]]:
    """All of them, for a program."""
    return [sentence.to_json() for sentence in told]
