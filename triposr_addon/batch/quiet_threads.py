# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a process ready for stages in threads beside each other, with the same results in any number of them."""

from __future__ import annotations

import os
import warnings

import torch
from PIL import Image

LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def ask_for_one_thread() -> None:
    """For processes to come, and for libraries of this one that are not loaded yet; what the user has set stays."""
    for name in LIBRARIES:
        os.environ.setdefault(name, "1")


def settle() -> None:
    """One thread for each of torch's operations: sums come out alike whatever else runs, and lanes do not compete."""
    torch.set_num_threads(1)
    # Loading a photo sets this for a moment, which threads would undo for each other (worker/photo.py).
    warnings.simplefilter("error", Image.DecompressionBombWarning)
