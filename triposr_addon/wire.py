# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as lines and back: JSON-RPC 2.0, strict about every field. What the messages mean is in `protocol`."""

from __future__ import annotations

import dataclasses
import json
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .protocol import (
    HOST_NOTIFICATIONS,
    REQUESTS,
    RESULT_OF,
    WORKER_NOTIFICATIONS,
    Cancel,
    ErrorReport,
    Exit,
    Heartbeat,
    HostNotification,
    Log,
    MemoryHeld,
    Progress,
    Request,
    Result,
    WorkerNotification,
)

LONGEST_LINE_BYTES = 1 << 20
"""Nothing that is said needs more. A longer line is babble."""

LARGEST_NUMBER = (1 << 63) - 1
"""Of whole numbers. Nothing that is counted here needs more, and arithmetic with thousands of digits raises."""

JsonObject = dict[str, Any]


class MalformedMessage(ValueError):
    """A line that is not a message of this protocol; the text says why."""


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


WorkerLine = ResultLine | ErrorLine | Progress | Log | MemoryHeld | Heartbeat
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
        raise MalformedMessage(f"unknown request {message['method'][:60]!r}")
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
        raise MalformedMessage(f"{kind.__name__} has no field {min(unknown)[:60]!r}")
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
    if hint is int and type(value) is int and abs(value) <= LARGEST_NUMBER:
        return value
    if isinstance(hint, type) and type(value) is hint and hint not in (int, float):
        return value
    # Not the value itself: it may be endless.
    raise MalformedMessage(f"{where} is not of type {hint} but {type(value).__name__}")


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
        raise MalformedMessage(f"unknown notification {message['method'][:60]!r}")
    return message_from_json(kind, message.get("params"))


def _error_report(error: object) -> ErrorReport:
    if not isinstance(error, dict) or not isinstance(error.get("data"), dict):
        raise MalformedMessage("error without data")
    sentence, data = error.get("message"), error["data"]
    return message_from_json(ErrorReport, {"sentence": sentence, **data})
