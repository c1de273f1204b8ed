# SPDX-License-Identifier: GPL-3.0-or-later
"""The photo that an object was made of, with the camera that sees the field's surface as it does."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import cast

import bpy
import numpy as np

from ...host.failures import StorageUnwritable
from ...host.field_jobs import ReviewRequest
from ...host.reviews import ReviewResult
from ...host.textures import TexturePhoto
from ..colour_targets import Target
from ..failures import ObjectGone
from ..photo_fit import PhotoFitting
from ..provenance import made_by_us
from ..session import Session
from .stage import Progress, Stage
from .texture_files import triangles_of


class PhotoOfField(PhotoFitting):
    """One search, in the field's own units: whatever an artist did with the object since, the field is the photo's.

    `close` must be called in any case; until then the photo's file is there.
    """

    def __init__(self, context: bpy.types.Context, running: Session, targets: Sequence[Target]) -> None:
        """Of the first target that knows its picture.

        Raises PictureMissing, PhotoGone, ImageEmpty, StorageUnwritable.
        """
        known = [target for target in targets if made_by_us([target.thing])]
        self._target = (known or list(targets))[0]
        super().__init__(context, running, self._target.thing if known else self._target.lender)

    def projectable(self) -> Generator[str, None, TexturePhoto]:
        """Yields what is going on. Raises HostFailure."""
        framed = yield from self._framed(upright=True)
        assert framed.cutout is not None, "_framed sees to it"
        review = yield from self._asked(ReviewRequest(self._write_mesh(), framed.cutout, self._name))
        if framed.upright is None:
            raise ObjectGone(self._name)
        return TexturePhoto(framed.upright, framed.frame, cast("ReviewResult", review).facts.camera)

    def _write_mesh(self) -> Path:
        vertices = self._target.points()
        path = self._folder / "mesh.npz"
        try:
            np.savez(
                path, vertices=vertices, triangles=triangles_of(self._target.mesh), colours=np.zeros_like(vertices)
            )
        except OSError as error:
            raise StorageUnwritable(self._folder, error) from error
        return path


def projectable_photo(running: Session, search: PhotoOfField) -> Stage[TexturePhoto]:
    """As a part of a stage. Raises HostFailure."""
    steps = search.projectable()
    while True:
        running.tick()
        try:
            words = next(steps)
        except StopIteration as over:
            return cast("TexturePhoto", over.value)
        yield Progress(words, 0.0, waits=True)
