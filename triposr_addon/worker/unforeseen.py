# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a fault that nobody foresaw."""

from __future__ import annotations

import traceback

from triposr_addon.protocol import ErrorReport
from triposr_addon.worker.sound_text import sound_text

INTERNAL = "INTERNAL"
"""The code; the details hold the traceback."""


def unforeseen_report(error: Exception) -> ErrorReport:
    """For whoever catches it: what is at hand goes on."""
    sentence = f"Something unforeseen went wrong ({type(error).__name__}). Try again; if it stays, report its details."
    return ErrorReport(INTERNAL, sentence, sound_text("".join(traceback.format_exception(error))))
