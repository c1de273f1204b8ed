# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist chooses for a photo and for its surface. Part of the protocol, which hands these on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoSettings:
    """How a photo becomes a framed picture.

    background: one of BACKGROUND_METHODS. "auto" takes existing alpha, else the rembg model if it is installed,
    else the flat-background fill.
    foreground_ratio: the share of the picture's side that the subject fills, 0.5..1.
    rembg_model: which network "rembg" takes, by its name in background_models; "" the best one that is installed.
    mask_threshold: alpha below this counts as none, 0..1; 0 leaves it soft. fill_holes: what the subject encloses
    belongs to it. largest_part: all but the largest connected part goes. None of the three touches "none".
    mirror: the network sees the framed picture's mirror image, and its field is mirrored back: another try at the same
    shape.
    mask_path: an image of the photo's size that is the alpha, exactly and instead of any method: its own alpha where it
    has one, else its grey. Empty: no mask.
    """

    background: str = "auto"
    foreground_ratio: float = 0.85
    rembg_model: str = ""
    mask_threshold: float = 0.0
    fill_holes: bool = False
    largest_part: bool = False
    mask_path: str = ""
    mirror: bool = False


BACKGROUND_METHODS = ("auto", "alpha", "rembg", "flat", "none")


INTERPOLATIONS = ("secant", "log-density", "density")
"""In log-density with the field asked once more, in log-density alone, or in density as the reference does."""


@dataclass(frozen=True)
class SurfaceSettings:
    """How a field becomes a mesh: grid nodes on each side (16..1024) and the density of the surface (> 0).

    `exact` asks the field at each node of the grid, not only near the surface: the same mesh, many times later.
    `interpolation`, one of INTERPOLATIONS, says how vertices are placed between grid nodes.

    What shapes the surface further; the defaults change nothing:
    symmetry: the field and its left-right mirror image are averaged, colours too.
    density_blur: sigma, in texels of the planes, of a Gaussian blur of the log-density, 0..2; 0 is none, and less than
    0.5 counts as 0.5.
    smallest_part: a part with fewer triangles than this share of the largest part's is dropped; 0..1, 1 keeps the
    largest alone. smoothing: Taubin steps on the triangles, 0..100.
    flat_base: what lies below this share of the object's height is cut off, and the cut closed flat; 0..0.3.
    """

    resolution: int = 256
    threshold: float = 25.0
    exact: bool = False
    interpolation: str = "secant"
    symmetry: bool = False
    density_blur: float = 0.0
    smallest_part: float = 0.0
    smoothing: int = 0
    flat_base: float = 0.0


SMALLEST_TEXTURE, LARGEST_TEXTURE = 64, 8192
"""Texels on a side."""


@dataclass(frozen=True)
class TextureSettings:
    """How a field becomes a texture.

    side: of the picture, in texels, SMALLEST_TEXTURE..LARGEST_TEXTURE. padding: texels that the layout keeps free
    between charts, 0 or more. symmetry, threshold, density_blur: as in SurfaceSettings; the last two shape the surface
    that a normal map shows. green_down: the map's green points down the picture, as DirectX and Unreal have it.
    """

    side: int = 1024
    padding: int = 8
    symmetry: bool = False
    threshold: float = 25.0
    density_blur: float = 0.0
    green_down: bool = False
