# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object comes from, in its custom properties: enough to make it again, and to tell two of them apart."""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from pathlib import Path

import bpy

from ..host.jobs import GenerationResult
from .order import Order
from .paths import shown

MANIFEST = Path(__file__).parents[2] / "blender_manifest.toml"
PREFIX = "triposr_"


def record(new: bpy.types.Object, order: Order, result: GenerationResult) -> None:
    """Write the provenance onto the object.

    Texts: triposr_image (path; empty for an image of the .blend), _image_name, _model, _model_sha256, _device,
    _version (extension).
    Groups: triposr_settings (what the artist chose), triposr_seconds (by step; see protocol.STEPS).
    """
    request, lent = order.request, order.lent
    facts: dict[str, object] = {
        "image": shown(str(request.photo)) if lent is None else "",
        "image_name": shown(request.photo.name) if lent is None else lent.image,
        "model": result.model_name,
        "model_sha256": result.model_sha256,
        "device": result.device,
        "version": extension_version(),
        "settings": {
            **dataclasses.asdict(request.photo_settings),
            **dataclasses.asdict(request.surface_settings),
            "height": order.height,
            "size_by": order.placement.size_by,
            "origin_at": order.placement.origin_at,
            "decimate_ratio": order.decimate_ratio,
        },
        "seconds": {step: round(seconds, 3) for step, seconds in result.seconds.items()},
    }
    for name, fact in facts.items():
        new[PREFIX + name] = fact


@functools.cache
def extension_version() -> str:
    """As the manifest has it, say "0.1.0"."""
    return str(tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["version"])
