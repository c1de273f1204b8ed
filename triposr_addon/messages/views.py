# SPDX-License-Identifier: GPL-3.0-or-later
"""About pictures of a field: a turn around it, sprites, a preview."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class ViewSettings:
    """Pictures from all around, each as far away as the others, without lights: the field's own colours.

    frames: 1..720, spread evenly over `turn` degrees (-360..360, not 0); a whole turn ends one step before its
    beginning. azimuth: of the first, in degrees as PhotoCamera has them: 0 is the front, a positive one goes round to
    +X. elevation: -90..90 degrees. side: of a picture in pixels, 16..2048. fov: 0 for parallel rays, as sprites have
    them; else 1..120 degrees. margin: free share of the side at each edge, 0..0.4. samples: of a ray, 16..1024; the
    released model was trained with 128. symmetry: as in SurfaceSettings.
    """

    frames: int = 8
    side: int = 256
    azimuth: float = 0.0
    turn: float = 360.0
    elevation: float = 0.0
    fov: float = 0.0
    margin: float = 0.05
    samples: int = 128
    symmetry: bool = False


@dataclass(frozen=True)
class RenderViews:
    """Field at `field_path` -> PNG pictures with alpha in `folder_path`, which must be there: frame_0001.png and so on.

    sheet_columns: where it is not 0, also sheet.png, all of them side by side in so many columns, row by row.
    """

    METHOD: ClassVar[str] = "render_views"
    job: str
    field_path: str
    folder_path: str
    settings: ViewSettings = field(default_factory=ViewSettings)
    sheet_columns: int = 0


@dataclass(frozen=True)
class ViewsRendered:
    """The pictures' paths in order, the sheet's or "", and seconds by step. asked: points of the field."""

    pictures: list[str]
    sheet_path: str = ""
    asked: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
