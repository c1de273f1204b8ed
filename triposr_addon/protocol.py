# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message between Blender (the host) and the worker, as frozen dataclasses.

The wire is JSON-RPC 2.0, one object a line, UTF-8, on the worker's standard input and output.

Host to worker, requests, one at a time unless said otherwise; each is answered by its result or by an error:

    initialize   Initialize   -> Initialized   first, and once
    reconstruct  Reconstruct  -> Reconstructed photo -> field file
    extract      Extract      -> Extracted     field file -> mesh file
    unload       Unload       -> Unloaded      give the model's memory back; the next reconstruct loads it again
    shutdown     Shutdown     -> ShutDown      the worker answers, then exits with code 0

Host to worker, notifications (no id, no answer):

    cancel       Cancel       the running or waiting request of that job is answered with the error `CANCELLED`
    exit         Exit         leave at once, without an answer; so does the end of standard input

Worker to host, notifications: `progress` (Progress) and `log` (Log). Arrays never cross the wire: photos, fields and
meshes go by file path, and a result file is complete when its path is answered (written aside, then renamed).

An error's `message` is one or two sentences for the artist; `data.code` is a stable name and `data.details` is for
the log. Unknown fields of a message are refused, so both sides must have the same PROTOCOL_VERSION.
"""

from __future__ import annotations

import dataclasses
import json
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

PROTOCOL_VERSION = 1
LONGEST_LINE_BYTES = 1 << 20
"""Nothing that is said needs more. A longer line is babble."""

JsonObject = dict[str, Any]


class MalformedMessage(ValueError):
    """A line that is not a message of this protocol; the text says why."""


# --- what an artist chooses ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PhotoSettings:
    """How a photo becomes a framed picture.

    background: one of BACKGROUND_METHODS. "auto" takes existing alpha, else the rembg model if it is installed,
    else the flat-background fill.
    foreground_ratio: the share of the picture's side that the subject fills, 0.5..1.
    """

    background: str = "auto"
    foreground_ratio: float = 0.85


BACKGROUND_METHODS = ("auto", "alpha", "rembg", "flat", "none")


@dataclass(frozen=True)
class SurfaceSettings:
    """How a field becomes a mesh: grid nodes on the longest side (16..1024) and the density of the surface (> 0)."""

    resolution: int = 256
    threshold: float = 25.0


# --- requests and their results --------------------------------------------------------------------------------------


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
    """The field file, which model made it (folder name and SHA-256 of its weights), seconds by step, warnings."""

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
    """The mesh file and its counts; `closed` says that every edge has exactly two triangles."""

    mesh_path: str
    vertices: int
    triangles: int
    closed: bool
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


# --- notifications ---------------------------------------------------------------------------------------------------


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

Request = Initialize | Reconstruct | Extract | Unload | Shutdown
Result = Initialized | Reconstructed | Extracted | Unloaded | ShutDown
HostNotification = Cancel | Exit
WorkerNotification = Progress | Log

RESULT_OF: Mapping[type[Request], type[Result]] = {
    Initialize: Initialized,
    Reconstruct: Reconstructed,
    Extract: Extracted,
    Unload: Unloaded,
    Shutdown: ShutDown,
}
REQUESTS: Mapping[str, type[Request]] = {kind.METHOD: kind for kind in typing.get_args(Request)}
HOST_NOTIFICATIONS: Mapping[str, type[HostNotification]] = {k.METHOD: k for k in typing.get_args(HostNotification)}
WORKER_NOTIFICATIONS: Mapping[str, type[WorkerNotification]] = {
    kind.METHOD: kind for kind in typing.get_args(WorkerNotification)
}


@dataclass(frozen=True)
class ErrorReport:
    """A failure as told across the wire: stable code, sentence for the artist, details for the log."""

    code: str
    sentence: str
    details: str = ""


CANCELLED = "CANCELLED"
"""The code of the one error that is an answer, not a fault: the artist cancelled the job."""


# --- lines -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RequestLine:
    """A request as it stands on the wire."""

    id: int
    request: Request


@dataclass(frozen=True)
class ResultLine:
    """An answer; `result` is still a JSON object: only the asker knows its class (see `result_from_json`)."""

    id: int
    result: JsonObject


@dataclass(frozen=True)
class ErrorLine:
    """A failed answer; id is None where the worker could not read the request's id."""

    id: int | None
    error: ErrorReport


WorkerLine = ResultLine | ErrorLine | Progress | Log
HostLine = RequestLine | Cancel | Exit

JSON_RPC_SERVER_ERROR = -32000
"""JSON-RPC wants a number; ours says nothing, `data.code` does."""


def encode_request(request_id: int, request: Request) -> bytes:
    """One line for the worker's standard input."""
    return _line({"id": request_id, "method": request.METHOD, "params": dataclasses.asdict(request)})


def encode_notification(message: HostNotification | WorkerNotification) -> bytes:
    """One line without an id, for either direction."""
    return _line({"method": message.METHOD, "params": dataclasses.asdict(message)})


def encode_result(request_id: int, result: Result) -> bytes:
    """One line for the worker's standard output."""
    return _line({"id": request_id, "result": dataclasses.asdict(result)})


def encode_error(request_id: int | None, error: ErrorReport) -> bytes:
    """One line for the worker's standard output."""
    data = {"code": error.code, "details": error.details}
    body = {"code": JSON_RPC_SERVER_ERROR, "message": error.sentence, "data": data}
    return _line({"id": request_id, "error": body})


def decode_worker_line(line: bytes) -> WorkerLine:
    """Read what a worker says. Raises MalformedMessage."""
    message = _json_object(line)
    if "method" in message:
        return _notification(message, WORKER_NOTIFICATIONS)
    if "error" in message:
        return ErrorLine(_id_or_none(message), _error_report(message["error"]))
    result, request_id = message.get("result"), _id_or_none(message)
    if request_id is None or not isinstance(result, dict):
        raise MalformedMessage("neither a notification nor an answer")
    return ResultLine(request_id, result)


def decode_host_line(line: bytes) -> HostLine:
    """Read what a host says. Raises MalformedMessage."""
    message = _json_object(line)
    request_id = _id_or_none(message)
    if request_id is None:
        return _notification(message, HOST_NOTIFICATIONS)
    kind = REQUESTS.get(_method(message))
    if kind is None:
        raise MalformedMessage(f"unknown request {message['method']!r}")
    return RequestLine(request_id, message_from_json(kind, message.get("params")))


def request_id_or_none(line: bytes) -> int | None:
    """The id of a line that could not be decoded, as far as it has one: an error can then name it."""
    try:
        return _id_or_none(_json_object(line))
    except MalformedMessage:
        return None


def result_from_json(request: Request, result: JsonObject) -> Result:
    """Read the answer to `request`: an instance of RESULT_OF its class. Raises MalformedMessage."""
    return message_from_json(RESULT_OF[type(request)], result)


Message = TypeVar("Message")


def message_from_json(kind: type[Message], value: object) -> Message:
    """Build a message from parsed JSON: every field present or defaulted, of its type, and none beside them.

    Raises MalformedMessage, naming the field.
    """
    if not isinstance(value, dict):
        raise MalformedMessage(f"{kind.__name__} must be an object")
    hints = typing.get_type_hints(kind)
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}  # type: ignore[arg-type]  # kinds are dataclasses
    if unknown := value.keys() - fields.keys():
        raise MalformedMessage(f"{kind.__name__} has no field {min(unknown)!r}")
    missing = [name for name, entry in fields.items() if name not in value and not _has_default(entry)]
    if missing:
        raise MalformedMessage(f"{kind.__name__}.{missing[0]} is missing")
    read = {name: _checked(entry, hints[name], f"{kind.__name__}.{name}") for name, entry in value.items()}
    return kind(**read)


def _has_default(entry: dataclasses.Field[Any]) -> bool:
    return entry.default is not dataclasses.MISSING or entry.default_factory is not dataclasses.MISSING


def _checked(value: object, hint: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and isinstance(value, list):
        return [_checked(entry, arguments[0], where) for entry in value]
    if origin is dict and isinstance(value, dict):
        return {key: _checked(entry, arguments[1], where) for key, entry in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return message_from_json(hint, value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool) and _fits_float(value):
        return float(value)
    if isinstance(hint, type) and type(value) is hint and hint is not float:
        return value
    raise MalformedMessage(f"{where}: {value!r:.60} is not of type {hint}")


def _fits_float(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of hundreds of digits
        return False


def _line(message: JsonObject) -> bytes:
    text = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A file name that is not UTF-8 reaches Python with surrogates: escape them rather than fail half way.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _json_object(line: bytes) -> JsonObject:
    if len(line) > LONGEST_LINE_BYTES:
        raise MalformedMessage("line too long")
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"not JSON: {error}") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise MalformedMessage("not a JSON-RPC 2.0 object")
    return message


def _id_or_none(message: JsonObject) -> int | None:
    request_id = message.get("id")
    return request_id if type(request_id) is int else None


def _method(message: JsonObject) -> str:
    method = message.get("method")
    if not isinstance(method, str):
        raise MalformedMessage("method is missing")
    return method


Notification = TypeVar("Notification")


def _notification(message: JsonObject, known: Mapping[str, type[Notification]]) -> Notification:
    kind = known.get(_method(message))
    if kind is None:
        raise MalformedMessage(f"unknown notification {message['method']!r}")
    return message_from_json(kind, message.get("params"))


def _error_report(error: object) -> ErrorReport:
    if not isinstance(error, dict) or not isinstance(error.get("data"), dict):
        raise MalformedMessage("error without data")
    sentence, data = error.get("message"), error["data"]
    return message_from_json(ErrorReport, {"sentence": sentence, **data})
