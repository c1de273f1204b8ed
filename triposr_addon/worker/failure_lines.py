# SPDX-License-Identifier: GPL-3.0-or-later
"""How the commands without Blender tell a failure."""

from __future__ import annotations

from typing import TextIO

from triposr_addon.protocol import ErrorReport


def tell_failure(stream: TextIO, report: ErrorReport, name: str = "") -> None:
    """Sentence and code, details below. name: of what failed, told where the sentence does not."""
    subject = f"{name}: " if name not in report.sentence else ""
    stream.write(f"error: {subject}{report.sentence} [{report.code}]\n")
    if report.details:
        stream.write("  " + report.details.strip().replace("\n", "\n  ") + "\n")
