# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message between Blender (the host) and the worker, as frozen dataclasses.

The wire is JSON-RPC 2.0, one object a line, UTF-8, on the worker's standard input and output.

Host to worker, requests, one at a time unless said otherwise; each is answered by its result or by an error:

    initialize   Initialize   -> Initialized   first, and once
    warm_up      WarmUp       -> WarmedUp      get ready for a photo that is likely to come
    cut_out      CutOut       -> CutOutMade    photo -> framed cut-out and mask; needs no model
    reconstruct  Reconstruct  -> Reconstructed photo -> field file
    extract      Extract      -> Extracted     field file -> mesh file
    sample_colours  SampleColours -> ColoursSampled  field file and points file -> colours file
    unload       Unload       -> Unloaded      give the model's memory back; the next reconstruct loads it again
    shutdown     Shutdown     -> ShutDown      the worker answers, then exits with code 0

Host to worker, notifications (no id, no answer):

    cancel       Cancel       the running or waiting request of that job is answered with the error `CANCELLED`
    exit         Exit         leave at once, without an answer; so does the end of standard input

Worker to host, notifications: `progress` (Progress) and `log` (Log). Arrays never cross the wire: photos, fields,
meshes and the like go by file path, and a result file is complete when its path is answered: it is renamed last.

An error's `message` is one or two sentences for the artist; `data.code` is a stable name and `data.details` is for
the log. Unknown fields of a message are refused, so both sides must have the same PROTOCOL_VERSION.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .settings import BACKGROUND_METHODS as BACKGROUND_METHODS
from .settings import INTERPOLATIONS as INTERPOLATIONS
from .settings import PhotoSettings as PhotoSettings
from .settings import SurfaceSettings as SurfaceSettings

PROTOCOL_VERSION = 3


@dataclass(frozen=True)
class Initialize:
    """First request. Folders are absolute paths; `device` is "auto", "cpu", "cuda", "cuda:N" or "mps"."""

    METHOD: ClassVar[str] = "initialize"
    protocol_version: int
    rembg_home: str = ""
    device: str = "auto"


@dataclass(frozen=True)
class Initialized:
    """What the worker is: its device ("cpu", "cuda:0", "mps"), that device's memory, its packages' versions."""

    protocol_version: int
    pid: int
    device: str
    device_name: str
    memory_bytes: int
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WarmUp:
    """Do now what the first photo would wait for: import packages, load the model, open the background model.

    photo_path: the photo that is likely to come; it tells whether "auto" needs a background model, and a graphics card
    rehearses with it. Empty: not known.
    """

    METHOD: ClassVar[str] = "warm_up"
    job: str
    model_folder: str
    photo_path: str = ""
    background: str = "auto"
    rembg_model: str = ""


@dataclass(frozen=True)
class WarmedUp:
    """Seconds by step: "load model", "cut out" where a background model was opened, all of them after a rehearsal."""

    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CutOut:
    """Photo at `photo_path` -> what `reconstruct` would see: the framed cut-out (RGBA PNG) at `cutout_path`.

    Where not empty: `mask_path` gets the mask (grey PNG, as large as the upright photo), `paint_path` the photo with
    the mask as its alpha (RGBA PNG). The only request that may come before `initialize`: so it says itself where
    background models lie.
    """

    METHOD: ClassVar[str] = "cut_out"
    job: str
    photo_path: str
    cutout_path: str
    mask_path: str = ""
    paint_path: str = ""
    rembg_home: str = ""
    settings: PhotoSettings = field(default_factory=PhotoSettings)


@dataclass(frozen=True)
class CutOutMade:
    """The files as asked for; `cutout_path` is empty where no subject was found, which a warning then says.

    method: one of BACKGROUND_METHODS but never "auto", or "painted"; model: the background model's name, if one did it.
    """

    cutout_path: str
    mask_path: str
    method: str
    model: str = ""
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reconstruct:
    """Photo at `photo_path` -> field at `field_path`; the framed cut-out (PNG) too where `cutout_path` is not empty.

    `model_folder` is a checkpoint folder (config.yaml beside model.safetensors or model.ckpt).
    """

    METHOD: ClassVar[str] = "reconstruct"
    job: str
    photo_path: str
    model_folder: str
    field_path: str
    cutout_path: str = ""
    settings: PhotoSettings = field(default_factory=PhotoSettings)


@dataclass(frozen=True)
class Reconstructed:
    """The field file, which model made it (folder name and SHA-256 of its weights), seconds by step, warnings.

    `device` is where the network ran: the processor, with a warning, where the graphics memory was too small.
    """

    field_path: str
    model_name: str
    model_sha256: str
    device: str
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Extract:
    """Field at `field_path` -> mesh at `mesh_path` (.npz: see mesh_file)."""

    METHOD: ClassVar[str] = "extract"
    job: str
    field_path: str
    mesh_path: str
    settings: SurfaceSettings = field(default_factory=SurfaceSettings)


@dataclass(frozen=True)
class Extracted:
    """The mesh file and its counts; `closed` says that every edge has exactly two triangles. Else as Reconstructed."""

    mesh_path: str
    vertices: int
    triangles: int
    closed: bool
    seconds: dict[str, float] = field(default_factory=dict)
    device: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SampleColours:
    """Field at `field_path` and points at `points_path` -> their colours at `colours_path` (.npz: see colour_sampling).

    symmetry: as in SurfaceSettings. Points outside the field's box get the colour of the nearest point inside.
    """

    METHOD: ClassVar[str] = "sample_colours"
    job: str
    field_path: str
    points_path: str
    colours_path: str
    symmetry: bool = False


@dataclass(frozen=True)
class ColoursSampled:
    """The colours file, how many points it has, and seconds by step."""

    colours_path: str
    points: int
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Unload:
    """Drop the model and free its memory."""

    METHOD: ClassVar[str] = "unload"


@dataclass(frozen=True)
class Unloaded:
    """Whether there was a model to drop."""

    had_model: bool


@dataclass(frozen=True)
class Shutdown:
    """Answer, then leave."""

    METHOD: ClassVar[str] = "shutdown"


@dataclass(frozen=True)
class ShutDown:
    """The last message of a worker's life."""


@dataclass(frozen=True)
class Cancel:
    """Host to worker: stop this job's request."""

    METHOD: ClassVar[str] = "cancel"
    job: str


@dataclass(frozen=True)
class Exit:
    """Host to worker: leave at once."""

    METHOD: ClassVar[str] = "exit"


@dataclass(frozen=True)
class Progress:
    """Worker to host: `step` is one of STEPS; `fraction` of that step in 0..1; `detail` is for the artist, or empty."""

    METHOD: ClassVar[str] = "progress"
    job: str
    step: str
    fraction: float
    detail: str = ""


@dataclass(frozen=True)
class Log:
    """Worker to host: a line for the log; level is "debug", "info", "warning" or "error"."""

    METHOD: ClassVar[str] = "log"
    level: str
    message: str


STEPS = ("load model", "load photo", "cut out", "frame", "reconstruct", "extract", "colour", "orient")
"""The steps of one photo, in order, under the names used in code, logs, progress bars and docs."""

JobRequest = WarmUp | CutOut | Reconstruct | Extract | SampleColours
"""What belongs to a job: it tells its progress under the job's name, and can be cancelled by it."""
Request = Initialize | JobRequest | Unload | Shutdown
Result = Initialized | WarmedUp | CutOutMade | Reconstructed | Extracted | ColoursSampled | Unloaded | ShutDown
HostNotification = Cancel | Exit
WorkerNotification = Progress | Log

RESULT_OF: Mapping[type[Request], type[Result]] = {
    Initialize: Initialized,
    WarmUp: WarmedUp,
    CutOut: CutOutMade,
    Reconstruct: Reconstructed,
    Extract: Extracted,
    SampleColours: ColoursSampled,
    Unload: Unloaded,
    Shutdown: ShutDown,
}
REQUESTS: Mapping[str, type[Request]] = {kind.METHOD: kind for kind in typing.get_args(Request)}
HOST_NOTIFICATIONS: Mapping[str, type[HostNotification]] = {k.METHOD: k for k in typing.get_args(HostNotification)}
WORKER_NOTIFICATIONS: Mapping[str, type[WorkerNotification]] = {
    k.METHOD: k for k in typing.get_args(WorkerNotification)
}


@dataclass(frozen=True)
class ErrorReport:
    """A failure as told across the wire: stable code, sentence for the artist, details for the log."""

    code: str
    sentence: str
    details: str = ""


CANCELLED = "CANCELLED"
"""The code of the one error that is an answer, not a fault: the artist cancelled the job."""
