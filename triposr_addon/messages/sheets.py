# SPDX-License-Identifier: GPL-3.0-or-later
"""About whole folders: the contact sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class DrawSheet:
    """Log of a folder at `log_path` (see folder_log) -> contact sheet at `sheet_path` (PNG), worst pictures first.

    folder_path: of the pictures; what is not there any more is not on the sheet. Further pages: sheet-2.png and so on.
    """

    METHOD: ClassVar[str] = "draw_sheet"
    job: str
    log_path: str
    folder_path: str
    sheet_path: str


@dataclass(frozen=True)
class SheetDrawn:
    """The pages' paths, how many pictures are on them, and seconds by step. An empty log gives an empty page."""

    pages: list[str]
    pictures: int
    seconds: dict[str, float] = field(default_factory=dict)
