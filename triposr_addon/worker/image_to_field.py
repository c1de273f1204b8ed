# SPDX-License-Identifier: GPL-3.0-or-later
"""From photo to field: load photo, cut out, frame, reconstruct."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from triposr_addon.protocol import Frame, PhotoSettings
from triposr_addon.worker.axes import mirrored_planes
from triposr_addon.worker.background import CutOut
from triposr_addon.worker.checkpoint import LoadedCheckpoint
from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.failures import FieldNotFinite
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.forward_pass import ForwardPass, PlainForwardPass
from triposr_addon.worker.framing import composite_on_grey
from triposr_addon.worker.photo import RgbaPicture, load_photo
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.subject import find_subject, framed


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
    forward_pass = forward_pass or PlainForwardPass(checkpoint.reconstructor)
    with naming_out_of_memory(next(checkpoint.reconstructor.decoder.parameters()).device):
        with steps.step("load photo"):
            photo = load_photo(photo_path)
        with steps.step("cut out"):
            cut = find_subject(photo, settings, rembg_home)
        with steps.step("frame"):
            square, frame = framed(cut, settings.foreground_ratio)
            picture = composite_on_grey(square, checkpoint.config.image_size)
            picture = picture.flip(1) if settings.mirror else picture
        with steps.step("reconstruct", forward_pass.detail) as advance:
            scene_code = forward_pass(picture, advance)
            scene_code = mirrored_planes(scene_code) if settings.mirror else scene_code
    provenance = _provenance(photo_path, checkpoint, cut, settings)
    return ReconstructedPhoto(_field(scene_code, checkpoint, provenance), square, frame, cut.warnings)


def _field(scene_code: Tensor, checkpoint: LoadedCheckpoint, provenance: dict[str, str]) -> TriplaneField:
    """The field of a scene code, rounded to half precision now: it is then the same as its file."""
    planes = scene_code.half().float()
    if not torch.isfinite(planes).all():
        raise FieldNotFinite(
            "The reconstruction holds values that are not numbers. Try another photo or device; "
            "if it happens again, install the model again."
        )
    numbers = checkpoint.config.field
    return TriplaneField(planes, checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias, provenance)


def _provenance(photo_path: Path, checkpoint: LoadedCheckpoint, cut: CutOut, settings: PhotoSettings) -> dict[str, str]:
    return {
        "photo": photo_path.name,
        "model": checkpoint.name,
        "model_sha256": checkpoint.sha256,
        "background": cut.method,
        "foreground_ratio": repr(settings.foreground_ratio),
    }
