# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong on the way to a game asset; each is a HostFailure.

HostFailure
├── FacesTooWide      a normal map is wanted for faces of more than four corners
├── WallTooThin       a wall is so thin, for the object's size, that the inner surface can't be found
├── MeshNotClosed     a mesh that is to be hollowed has openings or tangled edges
├── RecipeUnknown     the command line names a recipe that is not there
├── NothingLeft       cleaning has left no triangle
├── RemeshRefused     Blender's remesher gave the mesh back as it was
├── NoBodyForCollider an object is flat, so that nothing can be put around it
├── ExportFolderMissing  no folder is chosen, or one beside a .blend that was never saved
├── FormatMissing     this Blender can't write the format
├── TextureMissing    an asset is to be exported with a texture that it does not have
├── FileNotWhole      an exporter wrote a file that lacks something
└── VideoMissing      this Blender has no FFmpeg, or made no video
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...host.failures import HostFailure


class WallTooThin(HostFailure):
    """The lattice that finds the inner surface would have too many points. In metres."""

    CODE = "WALL_TOO_THIN"

    def __init__(self, thickness: float, least: float) -> None:
        super().__init__(
            f"A wall of {thickness:.3g} m is too thin for this object. Take {least:.3g} m or more, "
            "or use Blender's Solidify."
        )


class MeshNotClosed(HostFailure):
    """It has no inside."""

    CODE = "MESH_NOT_CLOSED"

    def __init__(self) -> None:
        super().__init__("Only a watertight mesh can be hollowed. Raise Fill Holes, or set Wall to 0.")


class NothingLeft(HostFailure):
    """The settings take everything away."""

    CODE = "NOTHING_LEFT"

    def __init__(self) -> None:
        super().__init__("Nothing would be left of this mesh. Weld less, or cut less of its base.")


class RemeshRefused(HostFailure):
    """QuadriFlow or the voxel remesher did nothing."""

    CODE = "REMESH_REFUSED"

    def __init__(self, name: str, details: str = "") -> None:
        super().__init__(f"Blender could not remesh {name}. Clean the geometry first, or use Decimate.", details)


class NoBodyForCollider(HostFailure):
    """No convex hull: all its points lie in a plane."""

    CODE = "NO_BODY_FOR_COLLIDER"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is flat, so that no collider can be put around it. Give it some thickness first.")


class ExportFolderMissing(HostFailure):
    """Where to?"""

    CODE = "EXPORT_FOLDER_MISSING"

    def __init__(self) -> None:
        super().__init__("The export folder is not known yet. Save the .blend, or choose another folder.")


class FormatMissing(HostFailure):
    """Some builds of Blender come without USD, and an artist can switch exporters off."""

    CODE = "FORMAT_MISSING"

    def __init__(self, file_format: str) -> None:
        super().__init__(f"This Blender can't write {file_format}. Enable its add-on, or choose another format.")


class TextureMissing(HostFailure):
    """Nothing was baked, or not for every level of detail."""

    CODE = "TEXTURE_MISSING"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no texture on all of its levels. Bake one first, or export vertex colours.")


class FileNotWhole(HostFailure):
    """A file was read again, and is not what it should be; it was not put in place."""

    CODE = "FILE_NOT_WHOLE"

    def __init__(self, path: Path, details: str) -> None:
        super().__init__(f"{path.name} came out incomplete and was not kept. Choose another format.", details)


class FacesTooWide(HostFailure):
    """There is no tangent space on faces of five corners or more."""

    CODE = "FACES_TOO_WIDE"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A normal map needs faces of three or four corners. Triangulate {name} first, or switch Normal Map off."
        )


class VideoMissing(HostFailure):
    """FFmpeg is no part of every build."""

    CODE = "VIDEO_MISSING"

    def __init__(self) -> None:
        super().__init__("This Blender could not write a video. Choose Frames instead.")


class RecipeUnknown(HostFailure):
    """The command line names a recipe that is neither a preset nor a file."""

    CODE = "RECIPE_UNKNOWN"

    def __init__(self, name: str, there: Sequence[str], details: str) -> None:
        known = ", ".join(there)
        super().__init__(
            f"{name} is no preset of Game Asset (there: {known}) and no file of one. Name another.", details
        )
