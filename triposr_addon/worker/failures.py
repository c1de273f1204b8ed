# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure that the worker knows, each with a stable code and the artist's next step.

WorkerFailure
├── ModelFailure               a file missing or unreadable, a config that makes no sense or names another network,
│                              a tensor missing, unknown or of another shape
├── PhotoFailure               missing, folder, empty, unreadable, truncated, too large, too small, transparent,
│                              opaque where alpha was asked for, or without a subject
├── RembgFailure               the background model: package missing, file missing, failed
├── MaskFailure                a painted mask that is missing or unreadable, or of another size than its photo
├── FieldFailure, PointsFailure  a file of it missing or unreadable, or a field of values that are not numbers
├── ReviewFailure              (review_failures.py) the mesh or the cut-out that are held against each other
├── SurfaceFailure             empty or full at that threshold
├── SettingsInvalid, DeviceUnavailable, OutOfMemory, OutputUnwritable
├── Cancelled
└── RequestFailure             not initialized, another protocol version, malformed
"""

from __future__ import annotations

from typing import ClassVar

from triposr_addon.protocol import CANCELLED, ErrorReport
from triposr_addon.worker.sound_text import sound_text


class WorkerFailure(Exception):
    """A known failure: `sentence` for the artist (what happened, what to do), `details` for the log.

    Both go to records, tables and the wire: odd bytes of a file's name stand in them as %E9.
    """

    code: ClassVar[str]

    def __init__(self, sentence: str, details: str = "") -> None:
        self.sentence = sound_text(sentence)
        self.details = sound_text(details)
        super().__init__(self.sentence)

    def report(self) -> ErrorReport:
        """As told across the wire."""
        return ErrorReport(self.code, self.sentence, self.details)


class ModelFailure(WorkerFailure):
    """A checkpoint folder that can't be used."""


class ModelFileMissing(ModelFailure):
    """config.yaml or the weights are not there."""

    code = "MODEL_FILE_MISSING"


class ModelFileUnreadable(ModelFailure):
    """Not YAML, not safetensors, not a torch file, cut short, or with code inside."""

    code = "MODEL_FILE_UNREADABLE"


class ModelConfigInvalid(ModelFailure):
    """An entry of config.yaml is missing or makes no sense."""

    code = "MODEL_CONFIG_INVALID"


class ModelClassUnknown(ModelFailure):
    """config.yaml names another network than TripoSR's."""

    code = "MODEL_CLASS_UNKNOWN"


class ModelTensorMissing(ModelFailure):
    """The weights lack a tensor that the network needs."""

    code = "MODEL_TENSOR_MISSING"


class ModelTensorExtra(ModelFailure):
    """The weights hold a tensor that the network has no place for."""

    code = "MODEL_TENSOR_EXTRA"


class ModelTensorMisshapen(ModelFailure):
    """A tensor has another shape than config.yaml says."""

    code = "MODEL_TENSOR_MISSHAPEN"


class PhotoFailure(WorkerFailure):
    """A photo that can't be used."""


class PhotoMissing(PhotoFailure):
    """No file at that path."""

    code = "PHOTO_MISSING"


class PhotoIsFolder(PhotoFailure):
    """The path is a folder."""

    code = "PHOTO_IS_FOLDER"


class PhotoEmpty(PhotoFailure):
    """A file of zero bytes."""

    code = "PHOTO_EMPTY"


class PhotoUnreadable(PhotoFailure):
    """Not an image, or the system does not let us read it."""

    code = "PHOTO_UNREADABLE"


class PhotoTruncated(PhotoFailure):
    """An image that breaks off or is damaged inside."""

    code = "PHOTO_TRUNCATED"


class PhotoTooLarge(PhotoFailure):
    """More pixels than we decode."""

    code = "PHOTO_TOO_LARGE"


class PhotoTooSmall(PhotoFailure):
    """Too few pixels to show anything."""

    code = "PHOTO_TOO_SMALL"


class PhotoTransparent(PhotoFailure):
    """Alpha is zero everywhere."""

    code = "PHOTO_TRANSPARENT"


class AlphaMissing(PhotoFailure):
    """Existing alpha was asked for, but the photo is opaque."""

    code = "ALPHA_MISSING"


class SubjectMissing(PhotoFailure):
    """Nothing was left of the photo after its background was removed."""

    code = "SUBJECT_MISSING"


class RembgFailure(WorkerFailure):
    """The background model can't be used."""


class RembgMissing(RembgFailure):
    """onnxruntime, which runs background models, is not installed."""

    code = "REMBG_MISSING"


class RembgModelMissing(RembgFailure):
    """No model file of our list is in the rembg folder."""

    code = "REMBG_MODEL_MISSING"


class RembgFailed(RembgFailure):
    """The model file is damaged or could not run."""

    code = "REMBG_FAILED"


class MaskFailure(WorkerFailure):
    """A painted mask that can't be used."""


class MaskUnreadable(MaskFailure):
    """No file at that path, or not a PNG that can be read."""

    code = "MASK_UNREADABLE"


class MaskSizeDiffers(MaskFailure):
    """The mask has another size in pixels than the photo."""

    code = "MASK_SIZE_DIFFERS"


class FieldFailure(WorkerFailure):
    """A field that can't be used."""


class FieldFileMissing(FieldFailure):
    """No field file at that path."""

    code = "FIELD_FILE_MISSING"


class FieldFileUnreadable(FieldFailure):
    """Not safetensors, cut short, not a field, or with tensors that do not fit each other."""

    code = "FIELD_FILE_UNREADABLE"


class FieldNotFinite(FieldFailure):
    """The field holds values that are not numbers."""

    code = "FIELD_NOT_FINITE"


class PointsFailure(WorkerFailure):
    """Points whose colours can't be asked for."""


class PointsFileMissing(PointsFailure):
    """No file of points at that path."""

    code = "POINTS_FILE_MISSING"


class PointsFileUnreadable(PointsFailure):
    """Not .npz, cut short, or its points are not float32 [N, 3]."""

    code = "POINTS_FILE_UNREADABLE"


class SurfaceFailure(WorkerFailure):
    """The field has no surface at that threshold."""


class SurfaceEmpty(SurfaceFailure):
    """The density is below the threshold everywhere."""

    code = "SURFACE_EMPTY"


class SurfaceFull(SurfaceFailure):
    """The density is above the threshold everywhere."""

    code = "SURFACE_FULL"


class SettingsInvalid(WorkerFailure):
    """A setting is out of its range, or of a name that nobody knows."""

    code = "SETTINGS_INVALID"


class DeviceUnavailable(WorkerFailure):
    """The asked-for device is not there or does not work."""

    code = "DEVICE_UNAVAILABLE"


class OutOfMemory(WorkerFailure):
    """The device's memory is too small for this."""

    code = "OUT_OF_MEMORY"


class OutputUnwritable(WorkerFailure):
    """A result could not be written."""

    code = "OUTPUT_UNWRITABLE"


class Cancelled(WorkerFailure):
    """The artist cancelled the job: an answer, not a fault."""

    code = CANCELLED

    def __init__(self) -> None:
        super().__init__("Cancelled.")


class RequestFailure(WorkerFailure):
    """A request that the worker can't take."""


class NotInitialized(RequestFailure):
    """Another request came before `initialize`, or `initialize` came twice."""

    code = "NOT_INITIALIZED"


class ProtocolMismatch(RequestFailure):
    """The host speaks another version of the protocol."""

    code = "PROTOCOL_MISMATCH"


class RequestMalformed(RequestFailure):
    """A line that is not a message of the protocol."""

    code = "MALFORMED_MESSAGE"
