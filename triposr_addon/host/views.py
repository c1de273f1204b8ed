# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a field from all around: the question, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ..protocol import RenderViews, ViewSettings, ViewsRendered
from .result_files import readable


@dataclass(frozen=True)
class ViewsRequest:
    """A field file to look at from all around. sheet_columns: as in RenderViews. Else as ExtractRequest."""

    field: Path
    name: str
    settings: ViewSettings
    sheet_columns: int = 0
    subject: str = ""


@dataclass(frozen=True)
class ViewsResult:
    """PNG pictures with alpha, in the order of the frames, and the sheet of all; they go with the job."""

    pictures: tuple[Path, ...]
    sheet: Path | None
    seconds: Mapping[str, float]


def views_question(job: str, request: ViewsRequest, folder: Path) -> RenderViews:
    """What to ask the worker; its pictures go into the job's folder."""
    return RenderViews(job, str(request.field.absolute()), str(folder), request.settings, request.sheet_columns)


def views_result(answer: ViewsRendered) -> ViewsResult:
    """Raises ResultUnreadable where a promised picture is not there."""
    sheet = readable(Path(answer.sheet_path)) if answer.sheet_path else None
    pictures = tuple(readable(Path(path)) for path in answer.pictures)
    return ViewsResult(pictures, sheet, MappingProxyType(dict(answer.seconds)))
