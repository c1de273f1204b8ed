# SPDX-License-Identifier: GPL-3.0-or-later
"""What the installer tells, in an artist's words: by its codes, filled with its values.

Its own texts are the shell's and speak of options; here it is buttons. "" for what only the shell's reader can use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...host.installer_run import InstallerRun
from ...host.installer_words import Told
from ..installation_words import BACKENDS
from ..words import ui

TEXTS = {
    "NO_CARD": "No graphics card that PyTorch can use was found.",
    "NEWEST_BUILD": "The newest build runs on {card}.",
    "LAST_BUILD_WITH_CODE": "For {card}: the newest build no longer has code for this card, this one has.",
    "DRIVER_TOO_OLD_FOR_NEWEST": "For {card}: its driver, {driver}, is too old for the newest build.",
    "DRIVER_SILENT": "The driver of {card} did not say enough to choose a build for it.",
    "CARD_WITHOUT_CODE": "{card} is too old: PyTorch {torch} has no code for it.",
    "DRIVER_TOO_OLD": "The driver of {card}, {driver}, is older than PyTorch needs.",
    "NO_BUILD_FOR_AMD": "{card}: PyTorch has no build for AMD cards on this system.",
    "IN_ROCM_LIST": "{card} is in AMD's list of cards for ROCm 7.2.",
    "NOT_IN_ROCM_LIST": "{card} ({chip}) is not in AMD's list of cards for ROCm 7.2.",
    "AMD_CHIP_UNKNOWN": "AMD's compute driver is not loaded: whether {card} is in the list of ROCm 7.2, nobody knows.",
    "METAL": "{card}: PyTorch for macOS brings Metal along.",
    "INTEL_NOT_OFFERED": "{card}: no build for Intel graphics is offered, because it was never tried.",
    "CHOSEN": "You chose this build.",
    "REPAIR_DRIVER": "Install or repair NVIDIA's driver and look again, or choose a build yourself.",
    "UPDATE_DRIVER": "Update NVIDIA's driver to {driver} or newer, then look again.",
    "CARD_LEFT_OUT": "{card} can't use this build. Choose that card to get one that it can.",
    "NEWER_DRIVER_FITS": "With driver {driver} or newer a better build fits: {build}.",
    "ROCM_RIGHTS": "The amdgpu driver must be there, and you must be in the groups render and video.",
    "ROCM_BY_CHOICE": "Where you know that ROCm runs on it, choose the build for AMD.",
    "NO_CARD_FOR_BUILD": "No card for this build was found, so it will run slowly.",
    "NO_CODE_FOR_CARD": "It has no code for {card}: it can't run there.",
    "TRANSLATED_PYTHON": "This is the Intel version of Blender on an Apple chip; there is no PyTorch for it.",
    "USE_APPLE_BLENDER": "Install the Apple silicon version of Blender.",
    "INTEL_MAC": "PyTorch no longer supports Macs with Intel processors.",
    "USE_ANOTHER_COMPUTER": "Use a Mac with an Apple chip, or a computer with Linux or Windows.",
    "MACOS_TOO_OLD": "PyTorch {torch} needs macOS {wanted}; this is macOS {found}.",
    "UPDATE_MACOS": "Update macOS.",
    "PYTHON_NOT_SUPPORTED": "This Blender runs on Python {found}; PyTorch is offered here for {wanted}.",
    "USE_OTHER_PYTHON": "Use Blender's official build, from blender.org: it has one of these.",
    "PLATFORM_NOT_SUPPORTED": "There is no PyTorch for {system} on {architecture}.",
    "USE_OTHER_PLATFORM": "Use Linux, Windows on an Intel or AMD processor, or macOS on an Apple chip.",
    "GLIBC_TOO_OLD": "This Linux is too old for PyTorch: it needs glibc {wanted}, and has {found}.",
    "USE_NEWER_LINUX": "Use a newer Linux, such as Debian 12 or Ubuntu 22.04.",
    "BACKEND_NOT_HERE": "The chosen build does not exist for this system.",
    "CHOOSE_BUILD": "Choose another one.",
    "PATH_TOO_LONG": "The Data Folder's path has {letters} letters; Windows allows {allowed} here. Choose a shorter "
    r"one, such as C:\TripoSR.",
    "DISK_SHORT_FOR_PLAN": "{needed} must be free for this, {free} are. Free some space or choose another Data Folder.",
    "MEMORY_SHORT": "This computer has {memory} of memory; the full-size model wants {wanted}. Close other programs "
    "while it runs.",
    "FOLDER_UNUSABLE": "{folder} can't be written. Give yourself the right to, or choose another Data Folder.",
    "DISK_SHORT": "Only {free} are free where {folder} is. Free some space.",
    "DISK": "{free} are free where {folder} is.",
    "ENVIRONMENT_MISSING": "Nothing is installed in {folder} yet.",
    "ENVIRONMENT_HALF_MADE": "The installation in {folder} was never finished.",
    "ENVIRONMENT_PYTHON_GONE": "The Python that it was installed with is gone or was replaced, by an update of Blender "
    "for example.",
    "ENVIRONMENT_OTHER": "It was installed by another version of this extension, or of Blender.",
    "WOULD_BE_MADE_ANEW": "Installing again makes it anew.",
    "WOULD_CHANGE": "Installing again makes it anew: {changes}.",
    "WOULD_BE_KEPT": "Installing again keeps all packages and takes seconds.",
    "NOTHING_INSTALLED": "Nothing is installed there yet.",
    "INSTALLED_ALREADY": "TripoSR is installed.",
    "PACKAGES_KEPT": "The installation was kept: this version needs the same packages.",
    "INSTALLED_ANEW": "Installed anew for this version: {changes}.",
    "INSTALLED": "TripoSR is installed. Choose a picture.",
    "ENVIRONMENT_BROKEN": "It does not work: files are gone (a virus scanner?), or the driver has changed.",
    "ENVIRONMENT": "PyTorch works here. Build: {build}.",
    "ANOTHER_BUILD_FITS": "Installed build: {build}. What fits this computer: {planned}.",
    "MODEL_DAMAGED": "{model}: a file has not its right size.",
    "MODEL_NOT_WHOLE": "{model}: {there} of {size} are there.",
    "MODELS": "Models: {models}.",
    "NO_MODELS": "Models: none besides the built-in one.",
}

BUILDS = {"CUDA 13.0": "cu130", "CUDA 12.6": "cu126", "ROCm 7.2": "rocm7.2", "Apple's Metal": "mps"}
"""The installer's titles; it says its own names, too."""


DETAILS = (
    (re.compile(r"clearing the place|making a virtual environment"), "Making room for it"),
    (re.compile(r"found (?P<name>\S+)"), "Looking for {name}"),
    (re.compile(r"downloading (?P<name>[^\s,]+).*"), "Getting {name}"),
    (re.compile(r"unpack(?:ing|ed) .*"), "Unpacking; this takes a while"),
    (re.compile(r"proving .*"), "Trying it with a small mesh"),
    (re.compile(r"looking for a copy on this computer"), "Looking for a copy on this computer"),
    (re.compile(r"checking"), "Checking the file"),
    (re.compile(r"(?P<name>[^\s,]+\.\w+)(?:, .*)?"), "Getting {name}"),
)
"""What the installer is at, and what we call it. The bytes and the time stand above."""


def detail_of(run: InstallerRun) -> str:
    """What it is at now, in a few words."""
    for pattern, template in DETAILS:
        if match := pattern.fullmatch(run.detail):
            return ui(template, **{name: wheel_name(value) for name, value in match.groupdict().items()})
    return run.detail


def wheel_name(file: str) -> str:
    """`torch-2.13.0+cpu-cp311-...whl` -> `torch`; other files by their own names."""
    return file.partition("-")[0] if file.endswith(".whl") else file


def tell(told: Told) -> str:
    """One sentence; the installer's own where it knows more than we do."""
    template = TEXTS.get(told.code)
    if template is None:
        return told.sentence
    return ui(template, **{name: _shown(name, value) for name, value in told.values.items()})


def tell_all(told: Sequence[Told]) -> str:
    """Several of them as one text."""
    return " ".join(tell(sentence) for sentence in told)


def short(folder: str) -> str:
    """Where it lies in the artist's own folder, from there on."""
    home = str(Path.home())
    return f"~{folder[len(home) :]}" if len(home) > 1 and folder.startswith(home) else folder


def build_label(name: str) -> str:
    """As the menu calls it, in the artist's language."""
    return next((ui(label) for build, label, _ in BACKENDS if build == name), name)


def _shown(name: str, value: str) -> str:
    if name == "folder":
        return short(value)
    if name in ("build", "planned"):
        return build_label("cpu" if value == "the processor" else BUILDS.get(value, value))
    return value
