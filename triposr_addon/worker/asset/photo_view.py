# SPDX-License-Identifier: GPL-3.0-or-later
"""The photo as a projector needs it: its framed square, and how far each of its pixels can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, UnidentifiedImageError

from triposr_addon.protocol import Frame, PhotoCamera
from triposr_addon.worker.asset.picture_fill import Mask, Picture
from triposr_addon.worker.asset.texture_failures import PhotoDoesNotFit
from triposr_addon.worker.mesh_file import Floats, Mesh
from triposr_addon.worker.review_camera import pixels
from triposr_addon.worker.review_drawing import cover, silhouette
from triposr_addon.worker.review_failures import CutOutUnreadable
from triposr_addon.worker.review_silhouette import overlap

LARGEST_SIDE = 2048
DEPTH_SIDE = 512
"""Pixels of the square at which depths are compared."""
LEAST_OVERLAP = 0.85
"""Of the silhouettes. Below, the photo's background would be smeared over the object."""
FIT_SIDE = 256
DEPTH_JUMP = 0.03
"""In field units: from one pixel to the next one but one; more is the edge of something in front."""
NOTHING = 1e6
"""The depth where there is no surface."""
ERODED = 7
FEATHER = 2.5
"""In pixels of DEPTH_SIDE: as wide is the rim that is not trusted, and so soft its edge."""


@dataclass(frozen=True)
class PhotoView:
    """colours: of the framed square [P, P, 3], sRGB-encoded. opaque: what of it is the subject [P, P]."""

    colours: Picture
    opaque: Mask
    camera: PhotoCamera

    def depths_and_trust(self, mesh: Mesh) -> tuple[Floats, Floats]:
        """The nearest depth of a mesh in field units [D, D], NOTHING where there is none; and how far the photo shows
        that mesh at each pixel, 0..1 [D, D].
        """
        depths = _depths(mesh, self.camera)
        near, far = (_spread(depths, how) for how in (np.minimum, np.maximum))
        sure = (far - near < DEPTH_JUMP) & (far < NOTHING) & (_scaled(self.opaque, DEPTH_SIDE) > 0.99)
        image = Image.fromarray(sure.astype(np.uint8) * 255).filter(ImageFilter.MinFilter(ERODED))
        soft = np.asarray(image.filter(ImageFilter.GaussianBlur(FEATHER)), np.float32) / np.float32(255.0)
        return depths, np.clip(2.0 * soft - 1.0, 0.0, 1.0).astype(np.float32)


def load_view(path: Path, frame: Frame, camera: PhotoCamera) -> PhotoView:
    """Read an upright photo whose alpha is its mask, and take its framed square. Raises CutOutUnreadable."""
    try:
        with Image.open(path) as image:
            square = image.convert("RGBA").crop(
                (frame.left, frame.top, frame.left + frame.side, frame.top + frame.side)
            )
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise CutOutUnreadable("The cut-out photo could not be read. Try again.", f"{path}: {error!r}") from error
    square.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    rgba = np.asarray(square)
    return PhotoView(np.ascontiguousarray(rgba[..., :3]), rgba[..., 3] >= 250, camera)


def check_fit(view: PhotoView, mesh: Mesh) -> float:
    """The overlap of the mesh's silhouette and the photo's. Raises PhotoDoesNotFit where it is too small."""
    seen = _scaled(view.opaque, FIT_SIDE) >= 0.5
    share = overlap(silhouette(mesh, view.camera, FIT_SIDE), seen)
    if share < LEAST_OVERLAP:
        raise PhotoDoesNotFit(
            f"The object and its photo overlap by {share:.0%} only; {LEAST_OVERLAP:.0%} are needed to project it. "
            "Switch Photo off, or make the object from another picture."
        )
    return share


def _depths(mesh: Mesh, camera: PhotoCamera) -> Floats:
    found = cover(mesh, camera, DEPTH_SIDE)
    _, depths = pixels(mesh.vertices, camera, DEPTH_SIDE)
    flat = np.full(DEPTH_SIDE**2, NOTHING, np.float32)
    flat[found.pixels] = (found.weights * depths[mesh.triangles[found.triangles]]).sum(axis=1)
    return flat.reshape(DEPTH_SIDE, DEPTH_SIDE)


def _spread(depths: Floats, how: np.ufunc) -> Floats:
    """The least or the greatest depth of nine pixels [D, D]."""
    wide = depths.copy()
    for axis in (0, 1):
        before = wide.copy()
        for step in (-1, 1):
            wide = how(wide, np.roll(before, step, axis=axis))
    return wide


def _scaled(mask: Mask, side: int) -> Floats:
    image = Image.fromarray(mask.astype(np.uint8) * 255).resize((side, side), Image.Resampling.BOX)
    return np.asarray(image, np.float32) / np.float32(255.0)
