# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers `review`: how well does a mesh fit the cut-out that it was made of, and what is it like?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter

from triposr_addon.protocol import Review, Reviewed
from triposr_addon.worker.marching_cubes import has_no_border
from triposr_addon.worker.mesh_file import Floats, Mesh, load_mesh
from triposr_addon.worker.parts import part_labels
from triposr_addon.worker.photo import RgbaPicture, check_size
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.review_drawing import draw, silhouette
from triposr_addon.worker.review_failures import CutOutUnreadable
from triposr_addon.worker.review_fit import fit_camera
from triposr_addon.worker.review_silhouette import Mask, overlap, points_on
from triposr_addon.worker.steps import Advance, Steps

SIDE = 256
"""Pixels of the picture, and of the silhouettes whose overlap is told."""
POINTS = 36_000
"""On the surface: five in each pixel of a silhouette that is sought with, on average."""
HALF_COVERED = 128
THIN_PIXELS = 9
"""Of SIDE: what is less wide is a thin part."""


@dataclass(frozen=True)
class Judgement:
    """A mesh beside its cut-out: all numbers, and the mesh as the best camera sees it, RGBA [SIDE, SIDE, 4]."""

    numbers: Reviewed
    drawing: RgbaPicture


def make_review(request: Review, steps: Steps) -> Reviewed:
    """Hold the two against each other and draw the mesh.

    Raises ReviewFailure, OutputUnwritable, Cancelled.
    """
    with steps.step("review") as advance:
        mesh, cutout = load_mesh(Path(request.mesh_path)), load_cutout(Path(request.cutout_path))
        judgement = judged(mesh, cutout, advance)
        if request.picture_path:
            _save(Image.fromarray(judgement.drawing), Path(request.picture_path))
        if request.thumbnail_path:
            _save(cutout, Path(request.thumbnail_path))
    return dataclasses.replace(
        judgement.numbers,
        picture_path=request.picture_path,
        thumbnail_path=request.thumbnail_path,
        seconds=steps.seconds,
    )


def judged(mesh: Mesh, cutout: Image.Image, advance: Advance = lambda _fraction: None) -> Judgement:
    """The mesh held against its framed cut-out, as `small_cutout` makes it. Raises CutOutUnreadable, Cancelled."""
    mask = np.asarray(cutout.getchannel("A")) >= HALF_COVERED
    if not mask.any():
        raise CutOutUnreadable("The cut-out shows nothing. Make the mesh again.")
    fit = fit_camera(_shuffled(points_on(mesh, POINTS)), mask)
    advance(0.6)
    front, best = (silhouette(mesh, camera, SIDE) for camera in (fit.front, fit.best))
    overlaps = overlap(front, mask), overlap(best, mask)
    camera = fit.best
    if overlaps[0] > overlaps[1]:  # the last word is with the true silhouettes
        overlaps, camera, best = (overlaps[0], overlaps[0]), fit.front, front
    advance(0.8)
    parts, largest = parts_of(mesh)
    missed = mask & ~best
    numbers = Reviewed(
        picture_path="",
        thumbnail_path="",
        overlap_front=overlaps[0],
        overlap=overlaps[1],
        camera=camera,
        missed=_share(missed, mask),
        missed_thin=_share(missed & _thin(mask), mask),
        beyond=_share(best & ~mask, mask),
        parts=parts,
        largest_part=largest,
        closed=has_no_border(torch.from_numpy(mesh.triangles)),
        triangles=len(mesh.triangles),
        size=[float(side) for side in np.ptp(mesh.vertices, axis=0)],
    )
    return Judgement(numbers, draw(mesh, camera, SIDE))


def load_cutout(path: Path) -> Image.Image:
    """The PNG that a cut-out is: RGBA, SIDE pixels wide and high. Raises CutOutUnreadable."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            check_size(path, *image.size)
            return small_cutout(image)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever the damage led them to
        raise CutOutUnreadable("The cut-out could not be read. Make the mesh again.", f"{path}: {error!r}") from error


def small_cutout(image: Image.Image) -> Image.Image:
    """A framed cut-out as a review sees it: RGBA, SIDE pixels wide and high."""
    return image.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BOX)


def _shuffled(points: Floats) -> Floats:
    """Points [N, 3] such that each n-th of them is spread over all, too."""
    return points[np.random.default_rng(0).permutation(len(points))]


def parts_of(mesh: Mesh) -> tuple[int, float]:
    """How many connected parts a mesh has, and the largest one's share of its triangles."""
    labels = part_labels(torch.from_numpy(mesh.triangles), len(mesh.vertices))
    sizes = torch.bincount(labels[torch.from_numpy(mesh.triangles[:, 0]).long()])
    return int(torch.count_nonzero(sizes)), float(sizes.max()) / len(mesh.triangles)


def _thin(mask: Mask) -> Mask:
    """Where the mask is less than THIN_PIXELS wide."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    wide = image.filter(ImageFilter.MinFilter(THIN_PIXELS)).filter(ImageFilter.MaxFilter(THIN_PIXELS))
    thin: Mask = mask & (np.asarray(wide) == 0)
    return thin


def _share(part: Mask, whole: Mask) -> float:
    return int(np.count_nonzero(part)) / int(np.count_nonzero(whole))


def _save(picture: Image.Image, path: Path) -> None:
    with written_aside(path) as aside:
        picture.save(aside, format="PNG", compress_level=1)
