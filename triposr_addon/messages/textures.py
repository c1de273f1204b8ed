# SPDX-License-Identifier: GPL-3.0-or-later
"""About textures: pictures for meshes that were laid out flat, asked of a field texel by texel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..settings import TextureSettings
from .photos import Frame
from .reviews import PhotoCamera


@dataclass(frozen=True)
class BakeTexture:
    """Field at `field_path` and meshes at `mesh_paths` (.npz: see worker/asset/unwrapped) -> one picture for them all.

    colour_path: gets the base colour, RGB PNG, sRGB-encoded, without holes. normal_path: where not empty, a normal
    map of the field's surface, RGB PNG in the meshes' tangent space.
    photo_path: where not empty, an upright photo whose alpha is its mask (PNG), to be laid over the field's colours
    where it saw the surface; frame: the square of it that `camera` sees.
    """

    METHOD: ClassVar[str] = "bake_texture"
    job: str
    field_path: str
    mesh_paths: list[str]
    colour_path: str
    settings: TextureSettings = field(default_factory=TextureSettings)
    normal_path: str = ""
    photo_path: str = ""
    frame: Frame = field(default_factory=Frame)
    camera: PhotoCamera = field(default_factory=lambda: PhotoCamera(1.9))


@dataclass(frozen=True)
class TextureBaked:
    """The picture, and how true it is.

    likeness: peak signal to noise in dB, of the texture against the field at points of the surface that are no
    texel's middle; 99 where nothing differs. seam_mean, seam_p95: how far the colours on both sides of a seam are
    apart, of 255: mean and 95th percentile. covered: share of the texels that lie in a chart, 0..1. charts: how
    many pieces the surface was cut into; small_charts: share of them under 8 texels. texels: asked of the field,
    gutter and all. from_photo: the photo's share of the covered texels; likeness is that of the field's colours
    without it.
    """

    colour_path: str
    likeness: float
    seam_mean: float
    seam_p95: float
    covered: float
    charts: int
    small_charts: float
    texels: int
    normal_path: str = ""
    from_photo: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    device: str = ""
    warnings: list[str] = field(default_factory=list)
