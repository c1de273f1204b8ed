# SPDX-License-Identifier: GPL-3.0-or-later
"""Export as a stage: each asset into files of its own, written aside, looked at again, and only then put in place."""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..failures import FileNotWritten
from ..file_names import file_stem
from ..words import told, ui
from .engines import ENGINES, FORMATS, Engine
from .export_copies import Copies, copies_of, has_texture
from .export_facts import PartFacts, facts_of, is_our_sidecar, looked_at_again, sidecar_of
from .export_parts import AssetParts
from .exporters import can_write, write
from .failures import ExportFolderMissing, FormatMissing, TextureMissing
from .stage import Progress, Stage

ENGINES_OWN = "ENGINE"


@dataclass(frozen=True)
class Export:
    """file_format: one of FORMATS, or ENGINE for what the engine takes best. colours: TEXTURE, VERTEX, or AUTO for the
    texture where there is one. levels, colliders: whether they go along. folder: as Blender writes paths.
    """

    file_format: str = ENGINES_OWN
    colours: str = "AUTO"
    levels: bool = True
    colliders: bool = True
    folder: str = "//export"


@dataclass(frozen=True)
class ExportedAsset:
    """What was written for one asset: its files, the sidecar last, and what is in them."""

    name: str
    files: tuple[Path, ...]
    parts: tuple[PartFacts, ...]
    textured: bool


@dataclass(frozen=True)
class Exported:
    """Everything that was written."""

    assets: tuple[ExportedAsset, ...]
    engine: str

    @property
    def words(self) -> str:
        """For the artist."""
        files = [file for asset in self.assets for file in asset.files]
        triangles = sum(part.triangles for asset in self.assets for part in asset.parts if part.role == "LOD0")
        return told(
            "{assets} exported for {engine}: {files} files, {triangles:,} triangles at LOD0, in {folder}",
            assets=len(self.assets),
            engine=self.engine,
            files=len(files),
            triangles=triangles,
            folder=str(files[0].parent) if files else "",
        )


def export_assets(
    context: bpy.types.Context, assets: Sequence[AssetParts], wished: Export, engine_name: str
) -> Stage[Exported]:
    """Write each asset. What was written before one fails stays.

    Raises ExportFolderMissing, FormatMissing, TextureMissing, FileNotWritten, FileNotWhole, ImageEmpty.
    """
    engine = ENGINES[engine_name]
    file_format = engine.file_format if wished.file_format == ENGINES_OWN else wished.file_format
    if not can_write(file_format):
        raise FormatMissing(file_format)
    folder, written = export_folder(wished.folder), list[ExportedAsset]()
    for number, (parts, name) in enumerate(zip(assets, file_names(assets), strict=True)):
        yield Progress(ui("Export {name}", name=parts.name), number / len(assets))
        chosen = AssetParts(
            parts.name,
            parts.levels if wished.levels else parts.levels[:1],
            parts.colliders if wished.colliders and engine.collider else (),
        )
        written.append(_export(context, chosen, folder / f"{name}{FORMATS[file_format]}", file_format, engine, wished))
    return Exported(tuple(written), engine.label)


def export_folder(folder: str) -> Path:
    """The folder as an absolute path. Raises ExportFolderMissing for one beside a .blend that was never saved."""
    if not folder or (folder.startswith("//") and not bpy.data.filepath):
        raise ExportFolderMissing
    return Path(bpy.path.abspath(folder))


def file_names(assets: Sequence[AssetParts]) -> list[str]:
    """A name for each asset's files; a number tells those of the same name apart."""
    names: list[str] = []
    taken: set[str] = set()
    for parts in assets:
        stem = name = file_stem(parts.name)
        number = 1
        while name.casefold() in taken:  # to Windows and macOS, Cup and cup are one name
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _export(
    context: bpy.types.Context, parts: AssetParts, path: Path, file_format: str, engine: Engine, wished: Export
) -> ExportedAsset:
    textured = has_texture(parts.first) if wished.colours == "AUTO" else wished.colours == "TEXTURE"
    if textured and not all(has_texture(level) for level in parts.levels):
        raise TextureMissing(parts.name)
    with _aside(path) as aside:
        found, written = list[PartFacts](), list[Path]()
        for piece, file in _pieces(parts, aside / path.name, one_file=engine.levels_in_one and file_format == "FBX"):
            pictures = file.parent / "pictures" if file_format == "GLB" else file.parent
            pictures.mkdir(exist_ok=True)
            with copies_of(
                context, piece, engine, textured=textured, pictures=pictures, turned=file_format == "FBX"
            ) as copies:
                facts = facts_of(copies, first=parts.levels.index(piece.first))
                write(file_format, copies.scene, file, engine, textured=textured)
                looked_at_again(file, file_format, facts, textured=textured)
                found += facts
                written += _written(file, copies, file_format)
        sidecar = aside / f"{path.stem}.json"
        told_of = sidecar_of(parts, engine, file_format, [file.name for file in written], found, textured=textured)
        sidecar.write_text(json.dumps(told_of, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        new = list(dict.fromkeys([*reversed(written), sidecar]))
        _check_nothing_foreign(path.with_name(sidecar.name), [path.with_name(file.name) for file in new])
        files = tuple(file.replace(path.with_name(file.name)) for file in new)
    return ExportedAsset(path.stem, files, tuple(found), textured)


def _check_nothing_foreign(sidecar: Path, files: Sequence[Path]) -> None:
    """An earlier export is replaced, and its sidecar says that it is one. What else has such a name is somebody's.

    The folder may come with a stranger's .blend. Raises OSError.
    """
    there = [file for file in files if file.exists() or file.is_symlink()]
    if there and not is_our_sidecar(sidecar):
        raise FileExistsError(errno.EEXIST, f"{there[0].name} is there already, and no export of ours")


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A folder beside the file's. Raises FileNotWritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".triposr-", dir=path.parent) as aside:
            yield Path(aside)
    except (OSError, RuntimeError) as error:
        raise FileNotWritten(path, error) from error


def _pieces(parts: AssetParts, file: Path, *, one_file: bool) -> Iterator[tuple[AssetParts, Path]]:
    """What goes into which file: all into one, or each coarser level into a file beside it."""
    if one_file:
        yield parts, file
        return
    yield AssetParts(parts.name, parts.levels[:1], parts.colliders), file
    for number, level in enumerate(parts.levels[1:], 1):
        name = f"{parts.name}_LOD{number}"
        yield AssetParts(name, (level,)), file.with_name(f"{file.stem}_LOD{number}{file.suffix}")


def _written(file: Path, copies: Copies, file_format: str) -> list[Path]:
    """The file, and what belongs to it."""
    beside = [file.with_suffix(".mtl")] if file_format == "OBJ" else []
    pictures = [] if file_format == "GLB" else copies.pictures
    return [file, *(other for other in (*beside, *pictures) if other.is_file())]
