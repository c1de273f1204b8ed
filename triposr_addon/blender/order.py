# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist asked for, as it stood when the button was pressed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from ..host.folder_run import FolderRun
from ..host.jobs import GenerationRequest
from ..host.storage import Storage
from ..protocol import SurfaceSettings
from . import models, session
from .candidates import Try
from .cutout_settings import check_numbers, photo_settings_of
from .decimals import decimal
from .failures import PictureMissing, PictureNotChosen
from .file_names import display_name
from .grid import Grid
from .landing import chosen_place
from .mask_image import mask_for_or_none
from .paths import path_or_none
from .placement import Place, Placement, Row, units_per_metre
from .properties import settings_of
from .recipe import Recipe, recipe_of

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings


@dataclass(frozen=True)
class LentPicture:
    """A picture in a job folder of its own, written for one order: an image of the .blend, named `image`."""

    path: Path
    image: str
    storage: Storage

    def give_back(self) -> None:
        """Remove it."""
        self.storage.remove_job_folder(self.path.parent)


@dataclass(frozen=True)
class Order:
    """A request for the host, and what Blender does with its result.

    height: of the object (or its longest side, as the placement says), in metres. placement: the same in Blender
    units, and where. decimate_ratio: 0..1. show_colours: also in solid views. scene_uid: the scene's number in this
    session, which survives undo and renaming. row: where to stand, for those that are ordered together; None: as
    the placement says. folder: the run of a folder that it belongs to. lent: the picture, where it goes with the
    order. recipe: the settings, to be used again. mask: the name of the painted mask's image; empty for none.
    candidate: which of four it is, where the artist will pick one.
    """

    request: GenerationRequest
    height: float
    placement: Placement
    decimate_ratio: float
    show_colours: bool
    scene_uid: int
    row: Row | Grid | None = None
    folder: FolderRun | None = None
    lent: LentPicture | None = None
    recipe: Recipe = field(default_factory=dict)
    mask: str = ""
    candidate: Try | None = None


def order_from_context(context: bpy.types.Context, place: Place | None = None) -> Order:
    """Read the current scene's settings, and keep the painted mask as it is now. `place`: instead of the chosen one.

    Raises PictureNotChosen, PictureMissing, ModelNotChosen, MaskWithoutPixels or StorageUnwritable.
    """
    return order_for_picture(context, chosen_picture(context), place=place)


def chosen_picture(context: bpy.types.Context) -> Path:
    """The current scene's picture. Raises PictureNotChosen."""
    picture = path_or_none(settings_of(context).image_path)
    if picture is None:
        raise PictureNotChosen
    return picture


def placement_for(settings: TRIPOSR_PG_settings, scene: bpy.types.Scene, place: Place) -> Placement:
    """At a place, else as the settings say."""
    size = decimal(settings.height) * units_per_metre(scene)
    return Placement(place, size, settings.size_by, settings.origin_at)


def order_for_picture(
    context: bpy.types.Context,
    picture: Path,
    row: Row | Grid | None = None,
    place: Place | None = None,
    settings: TRIPOSR_PG_settings | None = None,
) -> Order:
    """The same for any picture, and with any settings. Raises PictureMissing or ModelNotChosen."""
    if not picture.exists():
        raise PictureMissing(picture)
    return _order(context, picture, picture.stem, row, place, settings)


def order_for_lent_picture(
    context: bpy.types.Context,
    lent: LentPicture,
    row: Row | None = None,
    settings: TRIPOSR_PG_settings | None = None,
) -> Order:
    """The same for an image of the .blend. Raises ModelNotChosen, and then the picture is gone already."""
    try:
        return dataclasses.replace(_order(context, lent.path, Path(lent.image).stem, row, own=settings), lent=lent)
    except HostFailure:
        lent.give_back()
        raise


def _order(
    context: bpy.types.Context,
    picture: Path,
    name: str,
    row: Row | Grid | None = None,
    place: Place | None = None,
    own: TRIPOSR_PG_settings | None = None,
) -> Order:
    settings, scene = own or settings_of(context), context.scene
    assert scene is not None, "wherever there are settings there is a scene"
    check_numbers(settings, "threshold", "height", "decimate_ratio")
    request = GenerationRequest(
        photo=picture,
        model=models.folder_of(settings),
        name=display_name(name),
        photo_settings=photo_settings_of(settings, picture, session.current().storage()),
        surface_settings=SurfaceSettings(settings.resolution, decimal(settings.threshold)),
    )
    height, ratio = decimal(settings.height), decimal(settings.decimate_ratio)
    placement = placement_for(settings, scene, place or chosen_place(context))
    order = Order(request, height, placement, ratio, settings.show_colours, scene.session_uid, row)
    mask = mask_for_or_none(settings, picture)
    return dataclasses.replace(order, recipe=recipe_of(settings), mask=mask.name if mask is not None else "")
