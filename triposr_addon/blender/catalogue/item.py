# SPDX-License-Identifier: GPL-3.0-or-later
"""An item of a library as an object: the same that Image to Mesh gives, of files instead of a worker's answer."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import bpy

from ...array_file import LARGEST_FILE_BYTES
from ...catalogue_file import MADE, Record, file_of
from ...folder_log import LARGEST_NUMBER
from ...host.failures import HostFailure
from ...host.jobs import GenerationRequest, GenerationResult
from ...host.models import built_in_model
from ...protocol import PhotoSettings, SurfaceSettings
from ..decimals import decimal
from ..delivery import MadeObject, make_object
from ..field_carrier import LARGEST_FIELD_BYTES
from ..file_names import display_name
from ..landing import chosen_place
from ..living_record import LONGEST_WORD
from ..living_record import settings_from as surface_settings_from
from ..mesh_arrays import MeshArrays
from ..models import FOLDER, PREVIEW, choices
from ..order import Order, placement_for
from ..paths import shown
from ..properties import settings_of
from ..recipe import IN_A_RECIPE, recipe_of
from .blend_files import read_blend
from .failures import ItemFileChanged, ItemFileMissing, ItemNotMade
from .library import Library
from .mesh_files import read_mesh

MOST_FOLDERS_BESIDE = 256


@dataclasses.dataclass(frozen=True)
class Taken:
    """An item's object. shortcoming: what it came without (its field), and why."""

    record: Record
    made: MadeObject
    order: Order
    shortcoming: HostFailure | None = None


def manner_of(context: bpy.types.Context) -> Order:
    """How the current scene's settings want objects to be; the rest of the order is each item's own."""
    settings, scene = settings_of(context), context.scene
    assert scene is not None, "wherever there are settings there is a scene"
    nobody = GenerationRequest(Path(), Path(), "")
    height, ratio = decimal(settings.height), decimal(settings.decimate_ratio)
    placement = placement_for(settings, scene, chosen_place(context))
    made = Order(nobody, height, placement, ratio, settings.show_colours, scene.session_uid)
    return dataclasses.replace(made, recipe=recipe_of(settings))


def take(library: Library, record: Record, name: str, manner: Order) -> Taken:
    """An object called `name`, in no scene yet. Raises ItemNotMade, ItemFileMissing and the like.

    Without a field it is taken as well: it is a mesh all the same.
    """
    if record.status != MADE or not record.mesh:
        raise ItemNotMade(record.code, record.sentence)
    mesh = file_of(library.folder, record, record.mesh)
    data = check_file(library, record, record.mesh, LARGEST_FILE_BYTES)
    arrays, field, shortcoming = _content(library, record, mesh, data)
    order = _order(library, record, name, manner)
    result = GenerationResult(
        mesh=mesh,
        field=Path(),
        cutout=Path(),
        vertices=record.vertices,
        triangles=record.triangles,
        closed=record.closed,
        model_name=shown(record.model),
        model_sha256=shown(record.model_sha256),
        device=shown(record.device),
        seconds=dict(record.seconds),
        warnings=record.warnings,
    )
    return Taken(record, make_object(order, result, arrays, field), order, shortcoming)


def check_file(library: Library, record: Record, name: str, most: int) -> bytes:
    """The content of one of its files, if it is as the record says. Raises ItemFileMissing, ItemFileChanged."""
    path = file_of(library.folder, record, name)
    try:
        size, wanted = path.stat().st_size, record.sizes.get(name)
        if size > most or (wanted is not None and size != wanted):
            raise ItemFileChanged(path, f"{size} bytes, not {wanted}")
        data = path.read_bytes()
    except OSError as error:
        raise ItemFileMissing(path, error) from error
    except UnicodeError as error:
        raise ItemFileMissing(path, OSError(errno.EILSEQ, "no file can have this name")) from error
    digest, expected = hashlib.sha256(data).hexdigest(), record.hashes.get(name)
    if expected is not None and digest != expected:
        raise ItemFileChanged(path, f"SHA-256 {digest}, not {expected}")
    return data


def picture_of(library: Library, record: Record) -> Path:
    """The photo: where the record says; within the library, beside it, or in a folder beside it, if it is found there.

    The record of a picture of a folder has its path within that folder alone.
    """
    told = Path(record.picture)
    if told.is_absolute():
        return told
    around = library.folder.parent
    try:
        beside = sorted(path for path in islice(around.iterdir(), MOST_FOLDERS_BESIDE) if path.is_dir())
        there = (place / told for place in (library.folder, around, *beside))
        return next((path for path in there if path.is_file() and path.stat().st_size == record.picture_bytes), told)
    except OSError:
        return told


def _content(
    library: Library, record: Record, mesh: Path, data: bytes
) -> tuple[MeshArrays, bytes | None, HostFailure | None]:
    """The arrays, the field's bytes, and why there are none where there should be."""
    if mesh.suffix.lower() == ".blend":
        return *read_blend(mesh), None
    return read_mesh(mesh, data), *_field(library, record)


def _field(library: Library, record: Record) -> tuple[bytes | None, HostFailure | None]:
    if not record.field:
        return None, None
    try:
        return check_file(library, record, record.field, LARGEST_FIELD_BYTES), None
    except HostFailure as failure:
        return None, failure


def _order(library: Library, record: Record, name: str, manner: Order) -> Order:
    photo, surface = settings_in(record)
    request = GenerationRequest(picture_of(library, record), Path(), display_name(name), photo, surface)
    own = {key: value for key, value in dataclasses.asdict(photo).items() if key in IN_A_RECIPE and value != ""}
    own |= {"resolution": surface.resolution, "threshold": surface.threshold}
    model = _model_choice(record.model)
    own |= {"model": model} if model else {}
    return dataclasses.replace(manner, request=request, recipe={**manner.recipe, **own})


def settings_in(record: Record) -> tuple[PhotoSettings, SurfaceSettings]:
    """What it was made with, in groups or not; what a record does not tell, or tells wrongly, is at its default."""
    told = record.settings
    photo, surface = (told.get(name, told) for name in ("photo", "surface"))
    try:
        read = surface_settings_from(surface)
    except (AttributeError, TypeError, ValueError, OverflowError):
        read = SurfaceSettings()
    return _photo_settings(photo), read


def _photo_settings(told: object) -> PhotoSettings:
    known = dataclasses.asdict(PhotoSettings())
    kept: dict[str, Any] = {}
    for name, value in told.items() if isinstance(told, Mapping) else ():
        fits = name in known and name != "mask_path" and _is_like(value, known[name])
        kept |= {name: type(known[name])(value)} if fits else {}
    return PhotoSettings(**kept)


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, str):
        return isinstance(value, str) and len(value) <= LONGEST_WORD and value == shown(value)
    if isinstance(default, bool):
        return isinstance(value, bool)
    # A bound, and not math.isfinite, which fails at a whole number of hundreds of digits.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER


def _model_choice(name: str) -> str:
    """The menu's item for the record's model; empty where this computer does not have it."""
    if name in ("", FOLDER):
        return ""
    if name == built_in_model().path.name:
        return PREVIEW
    return name if name in {choice[0] for choice in choices(None, None)} else ""
