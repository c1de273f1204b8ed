# SPDX-License-Identifier: GPL-3.0-or-later
"""What is handed on from stage to stage of the making of a library. All of it can be pickled, and none is large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triposr_addon.batch.item import Item
from triposr_addon.batch.picture_state import PictureState
from triposr_addon.worker.mesh_file import Mesh
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.prepared_photo import PreparedPhoto


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture, ready for the network: 3.4 MB with the released model, however large the photo was.

    photo.framed is as small as a review wants it: [256, 256, 4]. seconds: by step, so far.
    """

    item: Item
    state: PictureState
    photo: PreparedPhoto
    seconds: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Meshed:
    """A mesh whose making is over but for its files: 4 to 8 MB at 256 nodes a side.

    cutout: [256, 256, 4]. field: its file's bytes; empty where it is not kept. device: where the network ran.
    """

    item: Item
    state: PictureState
    mesh: Mesh
    closed: bool
    cutout: RgbaPicture
    field: bytes
    warnings: tuple[str, ...]
    seconds: Mapping[str, float]
    device: str
