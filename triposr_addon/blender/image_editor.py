# SPDX-License-Identifier: GPL-3.0-or-later
"""Image to Mesh in the Image Editor: the image that is shown there, whether it has a file or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..host.failures import HostFailure, StorageUnwritable
from ..host.storage import Storage
from . import session
from .failures import ImageMissing, PictureNotChosen
from .file_names import file_stem
from .follow import follow
from .handover import tell_failure
from .image_pixels import save_image
from .order import LentPicture, order_for_lent_picture
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_generate_from_image(bpy.types.Operator):
    """Turn the image into a coloured mesh that stands at the 3D cursor, with the settings of the TripoSR tab"""

    bl_idname = "triposr.generate_from_image"
    bl_label = "Image to Mesh"
    bl_options = set()

    if TYPE_CHECKING:
        image: str
    else:
        image: StringProperty(
            name="Image",
            description="Name of the image in this file; empty for the one that the Image Editor shows",
            options={"SKIP_SAVE"},
        )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """In an Image Editor only while it shows something; a script elsewhere gives a name."""
        space = context.space_data
        if isinstance(space, bpy.types.SpaceImageEditor) and space.image is None:
            cls.poll_message_set(told("No image is shown here"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Order it. With a window this comes back at once."""
        running, scene = session.current(), context.scene
        assert scene is not None, "wherever operators run there is a scene"
        try:
            lent = lend(self._image(context), scene, running.storage())
            job = running.start(order_for_lent_picture(context, lent))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        return follow(self, context, [job])

    def _image(self, context: bpy.types.Context) -> bpy.types.Image:
        space = context.space_data
        shown = space.image if isinstance(space, bpy.types.SpaceImageEditor) else None
        image = bpy.data.images.get(self.image) if self.image else shown
        if image is None:
            raise ImageMissing(self.image) if self.image else PictureNotChosen
        return image


def lend(image: bpy.types.Image, scene: bpy.types.Scene, storage: Storage) -> LentPicture:
    """Write the image's pixels into a folder of their own. Raises ImageEmpty or StorageUnwritable."""
    folder = storage.new_job_folder()
    lent = LentPicture(folder / f"{file_stem(Path(image.name).stem)}.png", image.name, storage)
    try:
        save_image(image, scene, lent.path)
    except OSError as error:
        lent.give_back()
        raise StorageUnwritable(folder, error) from error
    except HostFailure:
        lent.give_back()
        raise
    return lent


def draw_in_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """An entry of the Image menu."""
    assert menu.layout is not None
    menu.layout.separator()
    menu.layout.operator("triposr.generate_from_image", icon="MESH_MONKEY")


def add_to_menu() -> None:
    """Called by register()."""
    bpy.types.IMAGE_MT_image.append(draw_in_menu)


def remove_from_menu() -> None:
    """Called by unregister()."""
    bpy.types.IMAGE_MT_image.remove(draw_in_menu)
