# SPDX-License-Identifier: GPL-3.0-or-later
"""Turntable and sprites as a stage: the field is looked at from all around, and files are put in place."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...protocol import ViewSettings
from ..failures import FileNotWritten
from ..session import Session
from ..words import told, ui
from .asset_collection import base_name
from .asset_object import asset_mesh
from .exporting import export_folder
from .field_views import FieldPictures, field_pictures
from .stage import Progress, Stage, within
from .view_files import sprite_list, write_video

SPRITES, FRAMES, VIDEO = "SPRITES", "FRAMES", "VIDEO"
SHEET_COLUMNS = 8
PERSPECTIVE_DEGREES = 40.0


@dataclass(frozen=True)
class Viewing:
    """kind: SPRITES, FRAMES or VIDEO. directions: of sprites. frames: of a turn. side: pixels. elevation: radians.

    perspective: else parallel. margin: free share of the side at each edge. rate: frames a second. background: of a
    video, sRGB 0..1. folder: as Blender writes paths.
    """

    kind: str = SPRITES
    directions: int = 8
    frames: int = 36
    side: int = 256
    elevation: float = math.radians(20.0)
    perspective: bool = False
    margin: float = 0.05
    rate: int = 24
    background: tuple[float, float, float] = (0.5, 0.5, 0.5)
    folder: str = "//views"

    @property
    def count(self) -> int:
        """How many pictures that takes."""
        return self.directions if self.kind == SPRITES else self.frames

    @property
    def columns(self) -> int:
        """Of a sprite sheet; 0 where there is none."""
        return min(self.directions, SHEET_COLUMNS) if self.kind == SPRITES else 0

    def settings(self) -> ViewSettings:
        """As the worker wants them."""
        fov = PERSPECTIVE_DEGREES if self.perspective else 0.0
        elevation = math.degrees(self.elevation)
        return ViewSettings(self.count, self.side, elevation=elevation, fov=fov, margin=self.margin)


@dataclass(frozen=True)
class Viewed:
    """The files, the most important first; how many pictures, and how many seconds the worker took."""

    files: tuple[Path, ...]
    pictures: int
    seconds: float

    @property
    def words(self) -> str:
        """For the artist."""
        return told(
            "{pictures} pictures of the field in {seconds:.1f} s: {file}",
            pictures=self.pictures,
            seconds=self.seconds,
            file=str(self.files[0]),
        )


def view_field(running: Session, thing: bpy.types.Object, wished: Viewing) -> Stage[Viewed]:
    """Look at an object's field from all around.

    Raises ExportFolderMissing, VideoMissing, FileNotWritten, and what `field_pictures` raises.
    """
    folder, name = export_folder(wished.folder), bpy.path.clean_name(base_name(thing))
    mesh = asset_mesh(thing)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".triposr-", dir=folder) as aside:
            pictures = field_pictures(running, mesh, wished.settings(), Path(aside), wished.columns)
            taken = yield from within(pictures, 0.0, 0.9)
            yield Progress(ui("Write files"), 0.95)
            made = _made(taken, name, wished, Path(aside))
            files = tuple(_put(file, folder, name, wished) for file in made)
    except (OSError, RuntimeError) as error:
        raise FileNotWritten(folder / name, error) from error
    return Viewed(files, len(taken.pictures), taken.seconds)


def _made(taken: FieldPictures, name: str, wished: Viewing, aside: Path) -> list[Path]:
    """The files of that kind."""
    if wished.kind == VIDEO:
        video = aside / f"{name}_turntable.mp4"
        write_video(taken.pictures, wished.side, wished.rate, wished.background, video)
        return [video]
    if wished.kind == FRAMES or taken.sheet is None:
        return [picture.rename(picture.with_name(f"{name}_{picture.stem[-4:]}.png")) for picture in taken.pictures]
    sheet = taken.sheet.rename(aside / f"{name}_sprites.png")
    listed = sprite_list(
        name, sheet.name, wished.directions, wished.columns, wished.side, math.degrees(wished.elevation)
    )
    about = sheet.with_suffix(".json")
    about.write_text(listed, encoding="utf-8")
    return [sheet, about]


def _put(file: Path, folder: Path, name: str, wished: Viewing) -> Path:
    """In place; the frames of a turn have a folder of their own."""
    place = folder / f"{name}_turntable" if wished.kind == FRAMES else folder
    place.mkdir(exist_ok=True)
    return file.replace(place / file.name)
