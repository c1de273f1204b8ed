# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the camera of the photo that an object was made of, in steps: the worker is asked, and nothing waits here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import bpy
import numpy as np
from mathutils import Matrix

from ..host.failures import StorageUnwritable
from ..host.field_jobs import FieldRequest, FieldResult, ReviewRequest
from ..host.frames import FrameRequest, FrameResult
from ..host.reviews import ReviewResult
from ..protocol import Frame, PhotoCamera, PhotoSettings
from .failures import ObjectGone, PhotoGone, PhotoWithoutSubject
from .image_editor import lend
from .living_object import living_mesh_or_none
from .living_record import placement_now
from .mask_image import mask_values
from .order import LentPicture
from .photo_lens import arrays_in, even_part
from .png import png_file
from .provenance import PREFIX, mask_of_or_none, picture_of
from .session import Session
from .stored_groups import stored_group
from .words import ui

Waiting = Generator[str, None, FieldResult]


@dataclass(frozen=True)
class PhotoFit:
    """camera: in field units, over the square `frame` of the photo. overlap: of the silhouettes, 0..1.

    image: the name of the image of the .blend that is the photo; else `photo` is its file. upright: a PNG of the photo
    turned upright, where the file's pixels lie otherwise.
    """

    thing: int
    camera: PhotoCamera
    overlap: float
    frame: Frame
    photo: Path
    image: str
    upright: bytes | None


class PhotoFitting:
    """One search. `steps` gives the fit at its end; `close` must be called in any case."""

    def __init__(self, context: bpy.types.Context, running: Session, thing: bpy.types.Object) -> None:
        """Raises PictureMissing, PhotoGone, ImageEmpty, StorageUnwritable."""
        self._running, self._storage = running, running.storage()
        self._thing, self._name = thing.session_uid, thing.name
        self._jobs: list[str] = []
        self._lent: LentPicture | None = None
        picture, scene = picture_of(thing), context.scene
        assert scene is not None, "wherever operators run there is a scene"
        if isinstance(picture, bpy.types.Image):
            self._lent = lend(picture, scene, self._storage)
        elif not picture.is_file():
            raise PhotoGone(thing.name, picture)
        self._photo = self._lent.path if self._lent is not None else cast("Path", picture)
        self._settings = self._settings_of(thing)
        self._folder = self._storage.new_job_folder()

    def steps(self) -> Generator[str, None, PhotoFit]:
        """Yields what is going on. Raises HostFailure."""
        framed = yield from self._framed(upright=False)
        mesh = self._write_mesh()
        assert framed.cutout is not None, "_framed sees to it"
        review = yield from self._asked(ReviewRequest(mesh, framed.cutout, self._name))
        facts = cast("ReviewResult", review).facts
        upright = None
        if self._lent is None and (framed.turned or lies_otherwise(self._photo, framed.frame)):
            turned = yield from self._framed(upright=True)
            upright = turned.upright.read_bytes() if turned.upright is not None else None
        image = self._lent.image if self._lent is not None else ""
        return PhotoFit(self._thing, facts.camera, facts.overlap, framed.frame, self._photo, image, upright)

    def close(self) -> None:
        """Remove all files, and stop what is still under way."""
        for job in self._jobs:
            self._running.drop_field_job(job)
        self._storage.remove_job_folder(self._folder)
        if self._lent is not None:
            self._lent.give_back()

    def _framed(self, upright: bool) -> Generator[str, None, FrameResult]:
        request = FrameRequest(self._photo, self._settings, self._storage.rembg, self._name, upright)
        framed = cast("FrameResult", (yield from self._asked(request)))
        if framed.cutout is None:
            raise PhotoWithoutSubject(self._photo.name, "; ".join(framed.warnings))
        return framed

    def _asked(self, request: FieldRequest) -> Waiting:
        job = self._running.fitting_generator().fields.submit(request)
        self._jobs.append(job)
        while (view := self._running.field_view(job)) is not None and not view.state.over:
            yield f"{ui(view.step.capitalize() or 'Waiting')}  {view.fraction:.0%}"
        if view is None or view.result is None:
            raise (view.failure if view is not None else None) or ObjectGone(self._name)
        return view.result

    def _write_mesh(self) -> Path:
        thing = object_by_number(self._thing)
        mesh = living_mesh_or_none(thing)
        space = field_space(thing) if thing is not None else None
        if thing is None or mesh is None or space is None:
            raise ObjectGone(self._name)
        vertices, triangles = arrays_in(space, thing, mesh)
        path = self._folder / "mesh.npz"
        try:
            np.savez(path, vertices=vertices, triangles=triangles, colours=np.zeros_like(vertices))
        except OSError as error:
            raise StorageUnwritable(self._folder, error) from error
        return path

    def _settings_of(self, thing: bpy.types.Object) -> PhotoSettings:
        """How the photo was cut out for this object, with its painted mask as it is now."""
        stored = stored_group(thing, PREFIX + "settings")
        settings, mask = photo_settings_from(stored), mask_of_or_none(thing)
        if settings.mask_path and mask is not None:
            return dataclasses.replace(settings, mask_path=str(self._storage.keep_mask(png_file(mask_values(mask)))))
        return settings if Path(settings.mask_path).is_file() else dataclasses.replace(settings, mask_path="")


def photo_settings_from(stored: Mapping[str, Any]) -> PhotoSettings:
    """What an object remembers; what somebody has broken, or another version did not know, is at its default."""
    known = dataclasses.asdict(PhotoSettings())
    kept = {name: value for name, value in stored.items() if name in known and _is_like(known[name], value)}
    return PhotoSettings(**{name: type(known[name])(value) for name, value in kept.items()})


def _is_like(default: Any, value: Any) -> bool:
    """A .blend keeps a switch as a number, and says what it likes."""
    if isinstance(default, str):
        return isinstance(value, str)
    return isinstance(value, bool | int | float) and math.isfinite(value)


def object_by_number(number: int) -> bpy.types.Object | None:
    """The object that has this number in this session; None where it is gone."""
    return next((thing for thing in bpy.data.objects if thing.session_uid == number), None)


def field_space(thing: bpy.types.Object) -> Matrix | None:
    """From the field's units to the world, as far as a camera can follow; None for an object without a size."""
    mesh = living_mesh_or_none(thing)
    placement = Matrix(placement_now(mesh).tolist()) if mesh is not None else Matrix.Identity(4)
    return even_part(thing.matrix_world @ placement)


def lies_otherwise(photo: Path, frame: Frame) -> bool:
    """Whether Blender sees the photo in another size than the worker, or does not know its kind."""
    before = set(bpy.data.images)
    image = bpy.data.images.load(str(photo), check_existing=True)
    width, height = image.size
    if image not in before:
        bpy.data.images.remove(image)
    return (width, height) != (frame.photo_width, frame.photo_height)
