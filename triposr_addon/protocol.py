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
    review       Review       -> Reviewed      mesh file and cut-out -> how they fit, from which camera, a drawing
    bake_texture BakeTexture  -> TextureBaked  field file and meshes laid out flat -> a picture for them
    draw_sheet   DrawSheet    -> SheetDrawn    log of a folder -> contact sheet
    render_views RenderViews  -> ViewsRendered field file -> pictures of it from all around
    unload       Unload       -> Unloaded      give the model's memory back; the next reconstruct loads it again
    shutdown     Shutdown     -> ShutDown      the worker answers, then exits with code 0

Several `reconstruct` may be sent at once, to pass through the network together (Reconstruct.followers); each has an id,
an answer and a job of its own, so each is cancelled, and fails, by itself.

Host to worker, notifications (no id, no answer):

    cancel       Cancel       the running or waiting request of that job is answered with the error `CANCELLED`
    exit         Exit         leave at once, without an answer; so does the end of standard input

Worker to host, notifications: `progress` (Progress), `log` (Log), `memory_held` (MemoryHeld) before each answer, and
`heartbeat` (Heartbeat) while a request is worked on.
Arrays never cross the wire: photos, fields, meshes and the like go by file path, and a result file is complete when its
path is answered: it is renamed last.

An error's `message` is one or two sentences for the artist; `data.code` is a stable name and `data.details` is for
the log. Unknown fields of a message are refused, so both sides must have the same PROTOCOL_VERSION.

The messages lie in `messages/`, by what they are about; everybody imports them from here.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping

from .messages.fields import ColoursSampled as ColoursSampled
from .messages.fields import Extract as Extract
from .messages.fields import Extracted as Extracted
from .messages.fields import SampleColours as SampleColours
from .messages.photos import CutOut as CutOut
from .messages.photos import CutOutMade as CutOutMade
from .messages.photos import Frame as Frame
from .messages.photos import Reconstruct as Reconstruct
from .messages.photos import Reconstructed as Reconstructed
from .messages.photos import WarmedUp as WarmedUp
from .messages.photos import WarmUp as WarmUp
from .messages.reviews import PhotoCamera as PhotoCamera
from .messages.reviews import Review as Review
from .messages.reviews import Reviewed as Reviewed
from .messages.sheets import DrawSheet as DrawSheet
from .messages.sheets import SheetDrawn as SheetDrawn
from .messages.textures import BakeTexture as BakeTexture
from .messages.textures import TextureBaked as TextureBaked
from .messages.views import RenderViews as RenderViews
from .messages.views import ViewSettings as ViewSettings
from .messages.views import ViewsRendered as ViewsRendered
from .messages.worker_life import Cancel as Cancel
from .messages.worker_life import ErrorReport as ErrorReport
from .messages.worker_life import Exit as Exit
from .messages.worker_life import Heartbeat as Heartbeat
from .messages.worker_life import Initialize as Initialize
from .messages.worker_life import Initialized as Initialized
from .messages.worker_life import Log as Log
from .messages.worker_life import MemoryHeld as MemoryHeld
from .messages.worker_life import Progress as Progress
from .messages.worker_life import ShutDown as ShutDown
from .messages.worker_life import Shutdown as Shutdown
from .messages.worker_life import Unload as Unload
from .messages.worker_life import Unloaded as Unloaded
from .settings import BACKGROUND_METHODS as BACKGROUND_METHODS
from .settings import INTERPOLATIONS as INTERPOLATIONS
from .settings import LARGEST_TEXTURE as LARGEST_TEXTURE
from .settings import SMALLEST_TEXTURE as SMALLEST_TEXTURE
from .settings import PhotoSettings as PhotoSettings
from .settings import SurfaceSettings as SurfaceSettings
from .settings import TextureSettings as TextureSettings

PROTOCOL_VERSION = 15

STEPS = ("load model", "load photo", "cut out", "frame", "reconstruct", "extract", "colour", "orient")
"""The steps of one photo, in order, under the names used in code, logs, progress bars and docs."""

LATER_STEPS = ("review", "draw sheet", "bake texture", "bake normals", "render views")
"""What may be done with meshes that are there."""

ALL_STEPS = (*STEPS, *LATER_STEPS)

JobRequest = WarmUp | CutOut | Reconstruct | Extract | SampleColours | Review | BakeTexture | DrawSheet | RenderViews
"""What belongs to a job: it tells its progress under the job's name, and can be cancelled by it."""
Request = Initialize | JobRequest | Unload | Shutdown
Result = (
    Initialized
    | WarmedUp
    | CutOutMade
    | Reconstructed
    | Extracted
    | ColoursSampled
    | Reviewed
    | TextureBaked
    | SheetDrawn
    | ViewsRendered
    | Unloaded
    | ShutDown
)
HostNotification = Cancel | Exit
WorkerNotification = Progress | Log | MemoryHeld | Heartbeat

RESULT_OF: Mapping[type[Request], type[Result]] = {
    Initialize: Initialized,
    WarmUp: WarmedUp,
    CutOut: CutOutMade,
    Reconstruct: Reconstructed,
    Extract: Extracted,
    SampleColours: ColoursSampled,
    Review: Reviewed,
    BakeTexture: TextureBaked,
    DrawSheet: SheetDrawn,
    RenderViews: ViewsRendered,
    Unload: Unloaded,
    Shutdown: ShutDown,
}
REQUESTS: Mapping[str, type[Request]] = {kind.METHOD: kind for kind in typing.get_args(Request)}
HOST_NOTIFICATIONS: Mapping[str, type[HostNotification]] = {k.METHOD: k for k in typing.get_args(HostNotification)}
WORKER_NOTIFICATIONS: Mapping[str, type[WorkerNotification]] = {
    k.METHOD: k for k in typing.get_args(WorkerNotification)
}

CANCELLED = "CANCELLED"
"""The code of the one error that is an answer, not a fault: the artist cancelled the job."""
