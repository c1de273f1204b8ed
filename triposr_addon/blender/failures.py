# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong before a job is handed to the host; the host's and the worker's failures join these.

HostFailure
├── PictureNotChosen    the button was pressed without a picture
├── PictureMissing      the chosen file is not there (any more)
├── ImageMissing        a script names an image that the .blend does not have
├── ModelNotChosen      the chosen model is not there (any more), or no folder was chosen
├── ModelUnknown        the command line names a model that is not there
├── FieldLost           a mesh has no field (any more)
├── FieldFileMissing    the file that a field was moved out to can't be read
├── FieldFileUnwritable a field can't be written to where it should go
├── FieldOfAnother      the file holds a field, but not this mesh's
├── MeshInUse           the mesh is edited or sculpted, and can't be exchanged
├── MeshChanged         a mesh is not there any more, or has other vertices than when its colours were asked for
├── FieldOutOfReach     an object has no thickness, so that places in its field can't be told
├── FolderWithoutPictures the chosen folder holds none, or can't be read
├── FolderWithoutLog      a contact sheet or log is wanted of a folder that was never made
├── RecipeNotWhole        some settings of a preset, of the defaults or of an object can't be had here
├── PhotoGone             the picture that an object was made of is not where it was
├── PhotoWithoutSubject   nothing is found in that picture any more
├── ObjectGone            an object was deleted while something was done for it, or is scaled to nothing
├── ImageEmpty            an image of the .blend has no pixels
├── FileNotWritten        a .blend or a mesh file could not be written
├── ClipboardWithoutPicture  nothing on the clipboard is a picture
├── ClipboardUnreadable      the desktop's program that reads the clipboard is not installed
├── ViewportEmpty            the 3D View shows nothing but its background
├── ViewportNotDrawn         the graphics driver could not draw it once more
├── InstallationFailed       the installer gave up; carries its own code
└── ObjectNotMade         a mesh came, and making an object of it broke in a way nobody foresaw
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..host.failures import HostFailure
from .desktop_failures import ClipboardUnreadable as ClipboardUnreadable
from .desktop_failures import ClipboardWithoutPicture as ClipboardWithoutPicture
from .desktop_failures import ViewportEmpty as ViewportEmpty
from .desktop_failures import ViewportNotDrawn as ViewportNotDrawn


class PictureNotChosen(HostFailure):
    """There is no picture to work on."""

    CODE = "PICTURE_NOT_CHOSEN"

    def __init__(self) -> None:
        super().__init__("No picture is chosen. Choose one at the top of the TripoSR tab.")


class PictureMissing(HostFailure):
    """The chosen picture is no file."""

    CODE = "PICTURE_MISSING"

    def __init__(self, path: Path) -> None:
        super().__init__(f"The picture {path.name} is not there. Choose it again.", str(path))


class ImageMissing(HostFailure):
    """A name, but of no image."""

    CODE = "IMAGE_MISSING"

    def __init__(self, name: str) -> None:
        super().__init__(f"This file has no image {name}. Choose another one.")


class ModelNotChosen(HostFailure):
    """The scene names a model that this computer does not have, or its own folder without saying which."""

    CODE = "MODEL_NOT_CHOSEN"

    def __init__(self, details: str) -> None:
        super().__init__("The chosen model is not there. Choose another one in the TripoSR tab.", details)


class ModelUnknown(HostFailure):
    """The command line names a model that is neither installed nor a folder."""

    CODE = "MODEL_UNKNOWN"

    def __init__(self, name: str, installed: Sequence[str]) -> None:
        there = ", ".join(installed)
        super().__init__(f"{name} is no installed model (there: {there}) and no folder. Name another, or a folder.")


class FieldLost(HostFailure):
    """Nothing is left of the field that a mesh was made of."""

    CODE = "FIELD_LOST"

    def __init__(self, mesh_name: str) -> None:
        super().__init__(f"{mesh_name} has no field any more. Bring its field file in, or make the mesh again.")


class FieldFileMissing(HostFailure):
    """The field was moved out of the .blend, and its file can't be read."""

    CODE = "FIELD_FILE_MISSING"

    def __init__(self, path: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        super().__init__(
            f"The field file {path.name} can't be read ({why}). Bring it in from where it is now.", str(path)
        )


class FieldFileUnwritable(HostFailure):
    """The folder takes no field file."""

    CODE = "FIELD_FILE_UNWRITABLE"

    def __init__(self, folder: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        super().__init__(
            f"No field file can be written in {folder} ({why}). Save the .blend elsewhere first.", repr(error)
        )


class FieldOfAnother(HostFailure):
    """A field file, but not the one that this mesh was made of."""

    CODE = "FIELD_OF_ANOTHER"

    def __init__(self, path: Path, mesh_name: str) -> None:
        super().__init__(
            f"{path.name} is not the field that {mesh_name} was made of. Choose its own field file.", str(path)
        )


class MeshInUse(HostFailure):
    """Something finished, but its mesh is being edited."""

    CODE = "MESH_IN_USE"

    def __init__(self, refusal: str) -> None:
        super().__init__(f"{refusal}, then try again.")


class MeshChanged(HostFailure):
    """What was asked for a mesh does not fit it any more."""

    CODE = "MESH_CHANGED"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was deleted or changed meanwhile. Try again.")


class FieldOutOfReach(HostFailure):
    """An object or its mesh was scaled to nothing in some direction."""

    CODE = "FIELD_OUT_OF_REACH"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was flattened, so no place in its field can be told. Undo that, or choose another.")


class FolderWithoutPictures(HostFailure):
    """Nothing to do in a folder."""

    CODE = "FOLDER_WITHOUT_PICTURES"

    def __init__(self, folder: Path, details: str) -> None:
        sentence = f"No picture was found in {folder}. Choose another folder, or look in the folders within too."
        super().__init__(sentence, details)


class FolderWithoutLog(HostFailure):
    """Nothing was made of a folder's pictures yet."""

    CODE = "FOLDER_WITHOUT_LOG"

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder} has no log: no mesh was made of its pictures yet. Add the folder first.")


class PhotoGone(HostFailure):
    """An object's photo is not where it was."""

    CODE = "PHOTO_GONE"

    def __init__(self, thing: str, path: Path) -> None:
        sentence = f"The picture {path.name}, which {thing} was made of, is not there. Put it back into its folder."
        super().__init__(sentence, str(path))


class PhotoWithoutSubject(HostFailure):
    """An object's photo is another one by now: nothing is found in it."""

    CODE = "PHOTO_WITHOUT_SUBJECT"

    def __init__(self, photo: str, details: str) -> None:
        super().__init__(f"No subject was found in {photo}. Is it still the picture that it was?", details)


class ObjectGone(HostFailure):
    """What something was to be done for was deleted meanwhile, or has no size."""

    CODE = "OBJECT_GONE"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was deleted meanwhile, or is scaled to nothing. Select another object.")


class ImageEmpty(HostFailure):
    """An image datablock whose file is missing, or a render that was not made yet."""

    CODE = "IMAGE_EMPTY"

    def __init__(self, name: str) -> None:
        super().__init__(f"The image {name} has no pixels. Reload its file, or render first.", name)


class MaskWithoutPixels(HostFailure):
    """The image that is the painted mask is empty: its file is gone, or it was never filled."""

    CODE = "MASK_WITHOUT_PIXELS"

    def __init__(self, name: str) -> None:
        super().__init__(f"The painted mask {name} has no pixels. Choose another image, or forget the mask.")


class CutOutTookTooLong(HostFailure):
    """A script waited for a cut-out, and its time is over."""

    CODE = "CUT_OUT_TOOK_TOO_LONG"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The cut-out was not there after {seconds:.0f} s. Choose a smaller cut-out model, or wait.")


class ObjectNotMade(HostFailure):
    """A fault of ours while the object was made: the sentence can't say more, the details hold the traceback."""

    CODE = "OBJECT_NOT_MADE"

    def __init__(self, name: str, details: str) -> None:
        super().__init__(
            f"The object {name} could not be made. Copy the details and report them, or try again.", details
        )


class RecipeNotWhole(HostFailure):
    """A preset, the artist's defaults or an object names a setting or a choice that is not here; the rest is set."""

    CODE = "RECIPE_NOT_WHOLE"

    def __init__(self, refused: Sequence[str]) -> None:
        names = ", ".join(name.replace("_", " ") for name in refused)
        super().__init__(f"Not all settings could be had here: {names} stayed as before. Choose by hand.", names)


class FileNotWritten(HostFailure):
    """The folder can't be written to, or an exporter gave up."""

    CODE = "FILE_NOT_WRITTEN"

    def __init__(self, path: Path, error: Exception) -> None:
        # An exporter's error is a traceback, whose last line says most; where our own call stands says nothing.
        lines = (getattr(error, "strerror", None) or str(error).strip() or repr(error)).splitlines()
        why = next((line for line in reversed(lines) if not line.startswith("Location: ")), repr(error))
        super().__init__(f"{path.name} could not be written ({why}). Choose another folder, or make room.", repr(error))


class InstallationFailed(HostFailure):
    """The installer told a failure of its own."""

    CODE = "INSTALLATION_FAILED"

    def __init__(self, code: str, sentence: str, details: str) -> None:
        super().__init__(sentence, details)
        self.code = code
