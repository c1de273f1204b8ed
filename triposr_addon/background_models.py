# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that can cut a subject out of any background: what each is good for, and where its file belongs.

rembg's own names and folders. The licences are those of the published weights; sizes are of the files of rembg's
release v0.0.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BackgroundModel:
    """One network: rembg's name of it, what an artist calls it, what it is good for, its licence.

    size: of its file in bytes (0: any). commercial: whether the licence lets its pictures be sold; a network that is
    not is never taken unless it is asked for by name. memory: bytes that it wants while it runs, generously.
    """

    name: str
    label: str
    good_for: str
    licence: str
    size: int
    commercial: bool = True
    memory: int = 1 << 30


BACKGROUND_MODELS = (
    BackgroundModel("dis_custom", "Own Network", "A network of the DIS kind that you put there", "your own file", 0),
    BackgroundModel(
        "birefnet-general",
        "BiRefNet",
        "Best edges, hair and thin parts; slow, wants 4 GB",
        "MIT",
        972_666_916,
        memory=4 << 30,
    ),
    BackgroundModel(
        "birefnet-general-lite",
        "BiRefNet Lite",
        "Nearly as good, a third of the time",
        "MIT",
        224_005_088,
        memory=3 << 30,
    ),
    BackgroundModel(
        "isnet-general-use", "IS-Net", "Clean outlines of single objects; quick", "Apache-2.0", 178_648_008
    ),
    BackgroundModel("u2net", "U²-Net", "People and objects, softer edges; quick", "Apache-2.0", 175_997_641),
    BackgroundModel("silueta", "Silueta", "U²-Net made small, softer edges; quick", "none stated", 44_173_029),
    BackgroundModel("u2netp", "U²-Net Small", "Simple shapes; the smallest and quickest", "Apache-2.0", 4_574_861),
    BackgroundModel(
        "bria-rmbg",
        "BRIA RMBG 2.0",
        "Very good edges; slow",
        "CC BY-NC 4.0: not for commercial work",
        1_024_331_469,
        commercial=False,
        memory=4 << 30,
    ),
)
"""Best first, but for those that are not for commercial work. What BiRefNet Lite wants was not measured, nor BRIA's,
which is of BiRefNet's kind."""


def model_file(rembg_home: Path, model: BackgroundModel) -> Path:
    """Where rembg keeps the model's file."""
    return rembg_home / "models" / model.name / f"{model.name}.onnx"


def is_installed(rembg_home: Path, model: BackgroundModel) -> bool:
    """Whether the model's file is there."""
    return model_file(rembg_home, model).is_file()


def model_or_none(name: str) -> BackgroundModel | None:
    """The model of that name, if it is one of ours."""
    return next((model for model in BACKGROUND_MODELS if model.name == name), None)


def best_installed_or_none(rembg_home: Path | None) -> BackgroundModel | None:
    """The best model whose file is in `rembg_home` and whose licence asks no questions."""
    if rembg_home is None:
        return None
    return next((model for model in BACKGROUND_MODELS if model.commercial and is_installed(rembg_home, model)), None)
