# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers `bake_texture`: from a field and meshes that were laid out flat to one picture for them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from triposr_addon.protocol import LARGEST_TEXTURE, SMALLEST_TEXTURE, BakeTexture, TextureBaked, TextureSettings
from triposr_addon.worker.asset.atlas import Atlas, atlas_of
from triposr_addon.worker.asset.colour_bake import Layout, bake_colours, laid_out, without_holes
from triposr_addon.worker.asset.normal_bake import bake_normals
from triposr_addon.worker.asset.photo_projection import plain_mesh, project
from triposr_addon.worker.asset.photo_view import PhotoView, check_fit, load_view
from triposr_addon.worker.asset.picture_fill import Picture
from triposr_addon.worker.asset.texture_figures import charts, likeness, seam_steps
from triposr_addon.worker.asset.unwrapped import Unwrapped, load_unwrapped
from triposr_addon.worker.device import extraction_device, naming_out_of_memory
from triposr_addon.worker.failures import SettingsInvalid
from triposr_addon.worker.field import TriplaneField, load_field
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.steps import Advance, Steps
from triposr_addon.worker.weight_placement import HOME
from triposr_addon.worker.workbench import Workbench

STEP, NORMALS = "bake texture", "bake normals"
ASKED = 0.85
"""So much of the step is asking the field for colours; measuring is the rest."""


@dataclass(frozen=True)
class Texture:
    """The picture [side, side, 3], sRGB-encoded, where its charts lie, and its figures as TextureBaked has them."""

    picture: Picture
    layout: Layout
    likeness: float
    seams: tuple[float, float]
    from_photo: float = 0.0


def make_texture(request: BakeTexture, bench: Workbench, steps: Steps) -> TextureBaked:
    """Ask, fill, measure, write.

    Raises SettingsInvalid, a FieldFailure, ReviewFailure (a file of a mesh or photo), UvsOutside, PhotoDoesNotFit,
    OutOfMemory, OutputUnwritable, Cancelled.
    """
    _check(request)
    meshes = [load_unwrapped(Path(path)) for path in request.mesh_paths]
    atlas = atlas_of(meshes, request.settings.side)
    field = load_field(Path(request.field_path), HOME)
    view = _view_or_none(request, meshes[0])
    with steps.step(STEP) as advance:
        outcome = bench.ask(field, lambda placed: texture_of(placed, atlas, request.settings, advance))
        made = outcome.made
        if view is not None:
            made = with_photo(made, view, meshes, atlas)
        save_picture(made.picture, Path(request.colour_path))
    if request.normal_path:
        with steps.step(NORMALS) as advance:
            normals = bench.ask(
                field, lambda placed: normals_of(placed, meshes, atlas, made.layout, request.settings, advance)
            )
            save_picture(normals.made, Path(request.normal_path))
    found = charts(atlas)
    return TextureBaked(
        colour_path=request.colour_path,
        likeness=made.likeness,
        seam_mean=made.seams[0],
        seam_p95=made.seams[1],
        covered=float(made.layout.covered.mean()),
        charts=found.count,
        small_charts=found.small,
        normal_path=request.normal_path,
        from_photo=made.from_photo,
        texels=int((made.layout.owner >= 0).sum()),
        seconds=steps.seconds,
        device=str(outcome.plan.device),
        warnings=list(outcome.warnings),
    )


def texture_of(field: TriplaneField, atlas: Atlas, settings: TextureSettings, advance: Advance) -> Texture:
    """The picture, asked of the field on the device where it is. Raises OutOfMemory, Cancelled."""
    field = replace(field.to(extraction_device(field.device)), symmetric=settings.symmetry)
    with naming_out_of_memory(field.device):
        layout = laid_out(atlas, settings.padding)
        asked = bake_colours(field, atlas, layout, lambda share: advance(share * ASKED))
        picture = without_holes(asked, layout)
        advance(ASKED)
        return Texture(picture, layout, likeness(field, atlas, picture), seam_steps(atlas, picture))


def with_photo(made: Texture, view: PhotoView, meshes: Sequence[Unwrapped], atlas: Atlas) -> Texture:
    """The texture with the photo over it, where that saw the surface."""
    asked, share = project(view, meshes, atlas, made.layout, made.picture)
    picture = without_holes(asked, made.layout)
    return replace(made, picture=picture, seams=seam_steps(atlas, picture), from_photo=share)


def normals_of(
    field: TriplaneField,
    meshes: Sequence[Unwrapped],
    atlas: Atlas,
    layout: Layout,
    settings: TextureSettings,
    advance: Advance,
) -> Picture:
    """The normal map [side, side, 3], asked on the device where the field is. Raises OutOfMemory, Cancelled."""
    field = replace(field.to(extraction_device(field.device)), symmetric=settings.symmetry)
    with naming_out_of_memory(field.device):
        return bake_normals(field, meshes, atlas, layout, settings, advance)


def save_picture(picture: Picture, path: Path) -> None:
    """Write the picture [S, S, 3] as PNG. Raises OutputUnwritable."""
    with written_aside(path) as aside:
        Image.fromarray(picture).save(aside, format="PNG", compress_level=3)


def _view_or_none(request: BakeTexture, mesh: Unwrapped) -> PhotoView | None:
    """Raises CutOutUnreadable, PhotoDoesNotFit."""
    if not request.photo_path:
        return None
    view = load_view(Path(request.photo_path), request.frame, request.camera)
    check_fit(view, plain_mesh(mesh))
    return view


def _check(request: BakeTexture) -> None:
    settings = request.settings
    if not request.mesh_paths:
        raise SettingsInvalid("There is no mesh to texture. Select one.")
    if not SMALLEST_TEXTURE <= settings.side <= LARGEST_TEXTURE:
        raise SettingsInvalid(
            f"A texture of {settings.side} texels on a side can't be made. "
            f"Choose {SMALLEST_TEXTURE} to {LARGEST_TEXTURE}."
        )
    if settings.padding < 0:
        raise SettingsInvalid(f"A padding of {settings.padding} texels makes no sense. Choose 0 or more.")
