# SPDX-License-Identifier: GPL-3.0-or-later
"""Texturing as a stage: objects are laid out flat, one picture is baked from their field for them all, and shown."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import bpy
import numpy as np

from ...host.failures import ResultUnreadable
from ...host.textures import TexturePhoto, TextureRequest, TextureResult
from ...protocol import SurfaceSettings, TextureBaked, TextureSettings
from ..colour_targets import Target
from ..living_preview import put_back
from ..living_questions import field_file
from ..living_record import record_or_none
from ..mesh_arrays import Floats
from ..session import Session
from ..words import told, ui
from .stage import Progress, Stage, answers, within
from .texture_files import active_uvs, uvs_of, write_unwrapped
from .texture_material import FIGURES, add_normal_map, packed_image, show_texture, textured_material
from .texture_photo import PhotoOfField, projectable_photo
from .unwrapping import Unwrapping, unwrap


@dataclass(frozen=True)
class Texturing:
    """As TRIPOSR_PG_asset_texture has it. size: texels on a side, as a text of Blender's list. angle: in radians."""

    size: str = "1024"
    padding: int = 8
    unwrap: bool = True
    angle: float = 1.1519
    tight: bool = False
    normal_map: bool = False
    photo: bool = False

    @property
    def side(self) -> int:
        """In texels."""
        return int(self.size)


@dataclass(frozen=True)
class Layout:
    """A UV map by its name: uvs [corners, 2]."""

    name: str
    uvs: Floats


@dataclass(frozen=True)
class Textured:
    """The meshes' picture, their common material, and the figures."""

    name: str
    material: bpy.types.Material
    colour: bpy.types.Image
    facts: TextureBaked

    @property
    def words(self) -> str:
        """For the artist."""
        return told("{name}: {figures}", name=self.name, figures=likeness_words(figures_of(self.facts)))


def texture_objects(
    running: Session, context: bpy.types.Context, targets: Sequence[Target], wished: Texturing
) -> Stage[Textured]:
    """One picture for all targets, which have one field. Until the picture is there nothing of theirs is changed.

    Raises PictureMissing, PhotoGone, FieldLost, FieldFileMissing, FieldOutOfReach, FacesTooWide, StorageUnwritable,
    ResultUnreadable, what the worker fails of.
    """
    storage = running.storage()
    folder = storage.new_job_folder()
    search = PhotoOfField(context, running, targets) if wished.photo else None
    try:
        photo = (yield from within(projectable_photo(running, search), 0.0, 0.05)) if search is not None else None
        yield Progress(ui("Unwrap"), 0.05)
        files = tuple(folder / f"mesh{number}.npz" for number in range(len(targets)))
        layouts = _laid_out(context, targets, files, wished)
        result = yield from within(_baked(running, targets[0], files, wished, photo), 0.1, 1.0)
        return _shown(targets, layouts, result, wished)
    finally:
        if search is not None:
            search.close()
        storage.remove_job_folder(folder)


def _laid_out(
    context: bpy.types.Context, targets: Sequence[Target], files: Sequence[Path], wished: Texturing
) -> list[Layout]:
    """Copies of the meshes are laid out, written to the files, and go again."""
    copies = [_copy(target.mesh) for target in targets]
    try:
        _lay_out(context, copies, wished)
        for copy, target, file in zip(copies, targets, files, strict=True):
            write_unwrapped(copy, target.to_field(), file, tangents=wished.normal_map)
        return [Layout(active_uvs(copy).name, uvs_of(copy)) for copy in copies]
    finally:
        for copy in copies:
            bpy.data.meshes.remove(copy)


def _copy(mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    put_back(mesh)
    return mesh.copy()


def _lay_out(context: bpy.types.Context, copies: Sequence[bpy.types.Mesh], wished: Texturing) -> None:
    if wished.unwrap or not all(copy.uv_layers.active for copy in copies):
        unwrap(context, copies, Unwrapping(wished.angle, wished.padding, wished.side, wished.tight))


def _baked(
    running: Session, target: Target, files: tuple[Path, ...], wished: Texturing, photo: TexturePhoto | None
) -> Stage[TextureResult]:
    """The answer, its picture read; the job's own files go with the job."""
    request = TextureRequest(
        field_file(target.field_mesh), files, target.thing.name, _settings(target, wished), wished.normal_map, photo
    )
    job = running.fitting_generator().fields.submit(request)
    try:
        (view,) = yield from answers(running, [job], ui("Texture from the field"))
        assert isinstance(view.result, TextureResult), "the job is done, and the wire checks its kind"
        return _kept(view.result, files[0].parent)
    except OSError as error:
        raise ResultUnreadable(files[0].parent, str(error)) from error
    finally:
        running.drop_field_job(job)


def _settings(target: Target, wished: Texturing) -> TextureSettings:
    """The surface is that which the mesh was made of."""
    record = record_or_none(target.field_mesh)
    made = record.settings if record is not None else SurfaceSettings()
    return TextureSettings(wished.side, wished.padding, made.symmetry, made.threshold, made.density_blur)


def _kept(result: TextureResult, folder: Path) -> TextureResult:
    """The pictures, where they outlive the job. Raises OSError."""
    colour = shutil.copyfile(result.colour, folder / "colour.png")
    normal = shutil.copyfile(result.normal, folder / "normal.png") if result.normal is not None else None
    return dataclasses.replace(result, colour=colour, normal=normal)


def _shown(targets: Sequence[Target], layouts: Sequence[Layout], result: TextureResult, wished: Texturing) -> Textured:
    """What the artist sees changes here, all at once."""
    name = targets[0].thing.name
    image = packed_image(f"{name} Base Color", result.colour.read_bytes(), wished.side, colour=True)
    if not all(image.size):
        bpy.data.images.remove(image)
        raise ResultUnreadable(result.colour, "it is no picture")
    material = textured_material(f"{name} Texture", image, _average(image))
    if result.normal is not None:
        normals = packed_image(f"{name} Normal", result.normal.read_bytes(), wished.side, colour=False)
        add_normal_map(material, normals, layouts[0].name)
    for target, layout in zip(targets, layouts, strict=True):
        mesh = target.mesh
        _write_uvs(mesh, layout)
        show_texture(mesh, material)
        mesh[FIGURES] = figures_of(result.facts)
    return Textured(name, material, image, result.facts)


def likeness_words(figures: Mapping[str, float]) -> str:
    """How true a texture is, in one line for the artist; figures: as `figures_of` has them."""
    words = told(
        "{likeness:.1f} dB, seams {seam:.1f} of 255, {covered:.0%} used, {charts:.0f} pieces, {seconds:.1f} s",
        likeness=figures["likeness"],
        seam=figures["seam_p95"],
        covered=figures["covered"],
        charts=figures["charts"],
        seconds=figures["seconds"],
    )
    return words + (told(", {share:.0%} from the photo", share=figures["from_photo"]) if figures["from_photo"] else "")


def figures_of(facts: TextureBaked) -> dict[str, float]:
    """What is kept with a mesh of how true its texture is."""
    return {
        "likeness": round(facts.likeness, 2),
        "seam_mean": round(facts.seam_mean, 3),
        "seam_p95": round(facts.seam_p95, 3),
        "covered": round(facts.covered, 4),
        "charts": float(facts.charts),
        "small_charts": round(facts.small_charts, 4),
        "from_photo": round(facts.from_photo, 4),
        "seconds": round(sum(facts.seconds.values()), 2),
    }


def figures_or_none(mesh: bpy.types.Mesh) -> dict[str, float] | None:
    """The figures that a mesh keeps of its texture; None where there are none, or somebody has broken them."""
    stored = mesh.get(FIGURES)
    kept = stored.to_dict() if hasattr(stored, "to_dict") else {}
    names = ("likeness", "seam_p95", "covered", "charts", "from_photo", "seconds")
    if not all(isinstance(kept.get(name), int | float) for name in names):
        return None
    return {name: float(kept[name]) for name in names}


def _write_uvs(mesh: bpy.types.Mesh, layout: Layout) -> None:
    layer = mesh.uv_layers.get(layout.name) or mesh.uv_layers.new(name=layout.name)
    layer.uv.foreach_set("vector", layout.uvs.ravel())
    mesh.uv_layers.active, layer.active_render = layer, True
    mesh.update()


def _average(image: bpy.types.Image) -> tuple[float, float, float]:
    """Linear red, green, blue, of some of the picture."""
    pixels = np.empty(4 * image.size[0] * image.size[1], np.float32)
    cast("Any", image.pixels).foreach_get(pixels)
    red, green, blue = pixels.reshape(-1, 4)[::97, :3].astype(np.float64).mean(axis=0) ** 2.2
    return float(red), float(green), float(blue)
