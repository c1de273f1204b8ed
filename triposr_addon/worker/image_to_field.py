# SPDX-License-Identifier: GPL-3.0-or-later
"""From photo to field: load photo, cut out, frame (prepared_photo.py), and then the network, for several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from triposr_addon.protocol import Frame, PhotoSettings
from triposr_addon.worker.axes import mirrored_planes
from triposr_addon.worker.checkpoint import LoadedCheckpoint
from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.failures import FieldNotFinite
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.forward_pass import ForwardPass, PlainForwardPass
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.prepared_photo import PreparedPhoto, prepare_photo
from triposr_addon.worker.steps import Steps


@dataclass(frozen=True)
class ReconstructedPhoto:
    """The field, the framed cut-out [N, N, 4] that it was made from, where that lies in the photo, and warnings.

    framed: as the photo shows it, also where the network saw its mirror image.
    """

    field: TriplaneField
    framed: RgbaPicture
    frame: Frame
    warnings: tuple[str, ...]


def image_to_field(
    photo_path: Path,
    checkpoint: LoadedCheckpoint,
    settings: PhotoSettings,
    rembg_home: Path | None,
    steps: Steps,
    forward_pass: ForwardPass | None = None,
) -> ReconstructedPhoto:
    """Reconstruct the photo at `photo_path`.

    forward_pass: runs the checkpoint's network; by default where its weights are.

    Raises PhotoFailure, RembgFailure, MaskFailure, SettingsInvalid, FieldNotFinite, OutOfMemory, Cancelled.
    """
    prepared = prepare_photo(photo_path, checkpoint.config.image_size, settings, rembg_home, steps)
    forward_pass = forward_pass or PlainForwardPass(checkpoint.reconstructor)
    (made,) = prepared_to_fields([prepared], checkpoint, steps, forward_pass)
    if isinstance(made, FieldNotFinite):
        raise made
    return made


def prepared_to_fields(
    prepared: Sequence[PreparedPhoto], checkpoint: LoadedCheckpoint, steps: Steps, forward_pass: ForwardPass
) -> list[ReconstructedPhoto | FieldNotFinite]:
    """What the network makes of photos that pass through it together, each one's own; in their order.

    Raises OutOfMemory, Cancelled: for all of them.
    """
    pictures = torch.from_numpy(np.stack([photo.picture for photo in prepared]))
    with (
        naming_out_of_memory(next(checkpoint.reconstructor.decoder.parameters()).device),
        steps.step("reconstruct", forward_pass.detail) as advance,
    ):
        scene_codes = forward_pass(pictures, advance)
    return [_made(photo, code, checkpoint) for photo, code in zip(prepared, scene_codes, strict=True)]


def _made(
    photo: PreparedPhoto, scene_code: Tensor, checkpoint: LoadedCheckpoint
) -> ReconstructedPhoto | FieldNotFinite:
    """The field of a scene code, rounded to half precision now: it is then the same as its file."""
    planes = (mirrored_planes(scene_code) if photo.mirror else scene_code).half().float()
    if not torch.isfinite(planes).all():
        return FieldNotFinite(
            "The reconstruction holds values that are not numbers. Try another photo or device; "
            "if it happens again, install the model again."
        )
    numbers, provenance = checkpoint.config.field, _provenance(photo, checkpoint)
    field = TriplaneField(planes, checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias, provenance)
    return ReconstructedPhoto(field, photo.framed, photo.frame, photo.warnings)


def _provenance(photo: PreparedPhoto, checkpoint: LoadedCheckpoint) -> dict[str, str]:
    return {
        "photo": photo.photo,
        "model": checkpoint.name,
        "model_sha256": checkpoint.sha256,
        "background": photo.method,
        "foreground_ratio": repr(photo.foreground_ratio),
    }
