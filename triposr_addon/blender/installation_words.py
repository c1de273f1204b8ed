# SPDX-License-Identifier: GPL-3.0-or-later
"""The installer's failures in the words of Blender's buttons: it speaks of options of the shell."""

from __future__ import annotations

BACKENDS = (
    ("auto", "Best for This Computer", "What fits the graphics card and its driver; without one the processor"),
    ("cu130", "NVIDIA, CUDA 13.0", "NVIDIA RTX 20 and newer, with driver 580 or newer. About 2.8 GB to download"),
    ("cu126", "NVIDIA, CUDA 12.6", "NVIDIA GTX 900 to RTX 40, with driver 525 or newer. About 3 GB to download"),
    ("rocm7.2", "AMD, ROCm 7.2", "AMD cards in ROCm's list, on Linux. About 5 GB to download, 16 GB on the disk"),
    ("mps", "Apple Graphics", "Metal on Apple chips. About 155 MB to download"),
    ("cpu", "Processor", "Works everywhere, and is several times slower. About 250 MB to download"),
)


LOST = "The connection was lost again and again. Check the network, then start again: it goes on where it was."
BETWEEN = "Something between you and the server answers in its place. Sign in to the network, then start again."
GONE = "The server has not the file that was expected. Look for a newer version of this extension."
FULL = "The disk has too little room. Free some space or choose another Data Folder, then start again."

AGAIN = "The installer was ended before it was done. Press the button again: it goes on where it was."
ELSEWHERE = "PyTorch can't run on this system. What is needed instead, the extension's preferences say."

SENTENCES = {
    "INSTALLER_FAILED": AGAIN,
    "CANCELLED": AGAIN,
    "ENVIRONMENT_NOT_MADE": "It was installed but does not work here. Copy the details and send them to us.",
    "PYTHON_NOT_SUPPORTED": "Blender runs on a Python that PyTorch is not offered for. Use the build from blender.org.",
    "TRANSLATED_PYTHON": ELSEWHERE,
    "INTEL_MAC": ELSEWHERE,
    "SYSTEM_TOO_OLD": ELSEWHERE,
    "PLATFORM_NOT_SUPPORTED": ELSEWHERE,
    "BACKEND_NOT_HERE": "The chosen build does not exist for this system. Choose another one.",
    "CARD_UNKNOWN": "The chosen graphics card is gone. Choose another one.",
    "MODEL_UNKNOWN": "There is no model of this name. Look at the list of models.",
    "CONNECTION_LOST": LOST,
    "DOWNLOAD_STALLED": LOST,
    "SERVER_FAILED": LOST,
    "DOWNLOAD_REFUSED": BETWEEN,
    "DOWNLOAD_REPLACED": BETWEEN,
    "CERTIFICATE_REFUSED": BETWEEN,
    "DOWNLOAD_MISSING": GONE,
    "DOWNLOAD_WRONG_LENGTH": GONE,
    "DISK_FULL": FULL,
    "DISK_SHORT": FULL,
    "FILE_NOT_AS_PINNED": "A file came with another content than it must have, and was set aside. Start again.",
    "PATH_TOO_LONG": r"The Data Folder's path is too long for Windows. Choose a shorter one, such as C:\TripoSR.",
    "FOLDER_UNUSABLE": "The Data Folder can't be written, or holds other files. Choose another one, then start again.",
    "ALREADY_RUNNING": "Another Blender or command installs into this folder. Wait for its end, then start again.",
    "BUILD_NOT_LOCKED": "This build is known by version, not by hash. Tick Install Without Hashes, or choose another.",
    "NOT_IN_PACK": "A file is missing in the pack. Make the pack again, for this system, Python and build.",
    "PACK_UNREADABLE": "The pack can't be used: it is damaged or for something else. Copy or make it anew.",
    "WHEEL_NOT_OFFERED": "Your own index or folder lacks a package. Add a place that has it, or take the setting away.",
    "NOT_FOR_THIS_COMPUTER": ELSEWHERE,
    "PIP_FAILED": "The packages could not be installed. Start again; if that fails too, copy the details.",
    "PYTHON_NOT_STARTED": "Blender's own Python can't be started. Install Blender anew, from its makers' page.",
    "INSTALLER_UNREADABLE": "The installer's answer can't be read. Install the extension anew, or copy the details.",
    "LICENCE_NOT_ACCEPTED": "This model's licence forbids commercial work. Tick that you accept it first.",
    "NOT_A_KNOWN_MODEL": "This file is none of the models in the list. Choose another file.",
}
"""By the installer's codes: what happened, then what to do."""


def sentence_of(code: str, told: str) -> str:
    """One sentence what happened, one what to do. told: the installer's own, where we have no better one."""
    return SENTENCES.get(code, told)
