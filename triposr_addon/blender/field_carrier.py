# SPDX-License-Identifier: GPL-3.0-or-later
"""The field that a mesh was made of, kept in the .blend: mesh -> text datablock -> bytes of the field file.

The mesh points to a text, and the text has the bytes as a custom property. Duplicates point to the same text; append
and link bring it along; with its last mesh it leaves the file. Why a text: docs/decisions/field_in_the_blend.md.
A field that was moved out is named by its path instead.
"""

from __future__ import annotations

import enum
import errno
import hashlib
import secrets
from pathlib import Path

import bpy

from ..host.storage import FIELD_ENDING
from .failures import FieldFileMissing, FieldFileUnwritable, FieldLost
from .file_names import file_stem
from .paths import lies_on_another_computer, shown
from .stored_groups import stored_text

FIELD = "triposr_field"
"""On a mesh: the text. On the text: the bytes."""
FIELD_FILE = "triposr_field_file"
"""On a mesh whose field was moved out: the path, as Blender writes paths (// is the folder of the .blend)."""

LARGEST_FIELD_BYTES = 64 << 20
"""As the worker has it (field.py). Ours have one megabyte; a .blend from a stranger says what it likes."""

NOTE = """This text carries the field of a mesh that TripoSR made: {size:,} bytes, in its custom property "{property}".
It is what a mesh in another detail is made from, without the model. Without this text the mesh stays as it is.
The Living Mesh panel in the TripoSR tab moves it to a file, or drops it.
"""


class Place(enum.Enum):
    """Where a mesh's field is."""

    INSIDE = "inside"
    FILE = "file"
    NOWHERE = "nowhere"


def place_of(mesh: bpy.types.Mesh) -> Place:
    """Where the field is kept; whether a file is still there is seen when it is read."""
    if _text_or_none(mesh) is not None:
        return Place.INSIDE
    return Place.FILE if stored_text(mesh, FIELD_FILE) else Place.NOWHERE


def keep_inside(mesh: bpy.types.Mesh, name: str, data: bytes) -> None:
    """Put the bytes of a field file into the .blend, for this mesh."""
    text = bpy.data.texts.new(f"{name}{FIELD_ENDING}")
    text.write(NOTE.format(size=len(data), property=FIELD))
    text.use_fake_user = False  # new texts have one, which would keep a megabyte for nobody
    text[FIELD] = data
    _point_to(mesh, text)


def field_bytes(mesh: bpy.types.Mesh) -> bytes:
    """The field file's content. Raises FieldLost, FieldFileMissing."""
    text = _text_or_none(mesh)
    if text is not None:
        inside: bytes = text[FIELD]
        return inside
    path = file_of(mesh)
    if path is None:
        raise FieldLost(mesh.name)
    return read_field_file(path)


def read_field_file(path: Path, *, chosen: bool = False) -> bytes:
    """The content of a file that is named like a field and no larger than one. Raises FieldFileMissing.

    chosen: by the artist, now. Else the path may be a stranger's, and none on another computer than the .blend's is
    asked for.
    """
    try:
        if not chosen and lies_on_another_computer(path):
            raise OSError(errno.EACCES, "it is on another computer than the .blend")
        if path.suffix != Path(FIELD_ENDING).suffix:
            raise OSError(errno.EINVAL, f"its name does not end in {FIELD_ENDING}")
        if not path.is_file():
            raise OSError(errno.ENOENT, "there is no such file")
        if path.stat().st_size > LARGEST_FIELD_BYTES:
            raise OSError(errno.EFBIG, "it is too large for a field")
        with path.open("rb") as file:
            return file.read(LARGEST_FIELD_BYTES)
    except OSError as error:
        raise FieldFileMissing(path, error) from error


def fingerprint(data: bytes) -> str:
    """SHA-256 of a field file's content, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def file_of(mesh: bpy.types.Mesh) -> Path | None:
    """The absolute path of a field that was moved out."""
    stored = stored_text(mesh, FIELD_FILE)
    return Path(bpy.path.abspath(stored, library=mesh.library)) if stored else None


def sharers(mesh: bpy.types.Mesh) -> list[bpy.types.Mesh]:
    """Every mesh of this .blend that keeps the same text, this one among them."""
    text = _text_or_none(mesh)
    return [other for other in bpy.data.meshes if text is not None and _text_or_none(other) == text]


def move_out(mesh: bpy.types.Mesh, folder: Path, name: str) -> Path:
    """Write the field to a file in `folder` and take it out of the .blend, for all that share it.

    A file of that name is never overwritten unless it holds this very field. Raises FieldLost, FieldFileUnwritable.
    """
    data = field_bytes(mesh)
    path = _write_beside_others(folder, name, data)
    for other in sharers(mesh):
        if other.library is None:
            _forget_text(other)
            other[FIELD_FILE] = _as_blender_writes(path)
    return path


def bring_in(mesh: bpy.types.Mesh, name: str, data: bytes) -> None:
    """The opposite of move_out, for all meshes that name the same file; the file itself stays where it is."""
    path = mesh.get(FIELD_FILE)
    keep_inside(mesh, name, data)
    for other in bpy.data.meshes:
        if path and other.get(FIELD_FILE) == path and other.library is None:
            _point_to(other, mesh[FIELD])


def drop(mesh: bpy.types.Mesh) -> None:
    """Forget the field of this mesh alone. A file that it was moved to stays where it is."""
    _forget_text(mesh)
    if FIELD_FILE in mesh.keys():  # noqa: SIM118  # the stubs know no `in`
        del mesh[FIELD_FILE]


def _text_or_none(mesh: bpy.types.Mesh) -> bpy.types.Text | None:
    """A text that an artist deleted, or emptied of its property, is none."""
    text = mesh.get(FIELD)
    data = text.get(FIELD) if isinstance(text, bpy.types.Text) else None
    return text if isinstance(data, bytes) and len(data) <= LARGEST_FIELD_BYTES else None


def _point_to(mesh: bpy.types.Mesh, text: bpy.types.Text) -> None:
    drop(mesh)
    mesh[FIELD] = text


def _forget_text(mesh: bpy.types.Mesh) -> None:
    text = _text_or_none(mesh)
    if FIELD in mesh.keys():  # noqa: SIM118  # as above
        del mesh[FIELD]
    if text is not None and text.users == 0 and text.library is None:
        bpy.data.texts.remove(text)


def _as_blender_writes(path: Path) -> str:
    """Relative to the .blend where there is one and the system can say so (on Windows not across drives)."""
    try:
        return shown(bpy.path.relpath(str(path))) if bpy.data.filepath else shown(str(path))
    except ValueError:
        return shown(str(path))


def _write_beside_others(folder: Path, name: str, data: bytes) -> Path:
    """Raises FieldFileUnwritable."""
    number, stem = 0, file_stem(name)
    try:
        while True:
            path = folder / f"{stem}{f'-{number}' if number else ''}{FIELD_ENDING}"
            if not path.exists() and not path.is_symlink():
                aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
                with aside.open("xb") as file:  # never through a link that somebody has laid there
                    file.write(data)
                return aside.replace(path)
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                return path
            number += 1
    except OSError as error:
        raise FieldFileUnwritable(folder, error) from error
