# SPDX-License-Identifier: GPL-3.0-or-later
"""What the man in the middle does to a job, by name; see bending_worker.py.

A bend acts once, where its `where` says: "at STEP" (the worker's first word about it), "asked METHOD", "answer of
METHOD", or "start". An act that gives False keeps the line to itself.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triposr_addon import protocol, wire
from triposr_addon.protocol import ErrorReport, Extracted, Initialize, Log, Progress

if TYPE_CHECKING:
    from tests.fakes.bending_worker import Middle

Act = Callable[["Middle", bytes, Any], bool | None]
MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")
WRITES_FOR_EVER = "import os\nwhile True: os.write(2, b'tokenizers are forked ' * 3000)"


@dataclass(frozen=True)
class Bend:
    """Where, and what."""

    where: str
    act: Act


# --- the process -----------------------------------------------------------------------------------------------------


def ends_by(number: int) -> Act:
    return lambda middle, line, message: middle.die(number)


def leaves(middle: Middle, line: bytes, message: Any) -> None:
    middle.real.kill()
    os._exit(0)


def falls_silent(middle: Middle, line: bytes, message: Any) -> bool:
    middle.passes = lambda _: False
    return False


def stops_working(middle: Middle, line: bytes, message: Any) -> bool:
    middle.only_beats()
    os.kill(middle.real.pid, signal.SIGSTOP)
    return False


def ignores_cancel(middle: Middle, line: bytes, message: Any) -> None:
    middle.ignores_cancel = True
    os.kill(middle.real.pid, signal.SIGSTOP)


def starts_children(count: int) -> Act:
    def start(middle: Middle, line: bytes, message: Any) -> None:
        for _ in range(count):
            subprocess.Popen([sys.executable, "-I", "-S", "-c", WRITES_FOR_EVER], stdin=subprocess.DEVNULL)

    return start


def dies_leaving_children(middle: Middle, line: bytes, message: Any) -> None:
    starts_children(2)(middle, line, message)
    middle.die(signal.SIGKILL)


def runs_out_of_address_space(middle: Middle, line: bytes, message: Any) -> None:
    pages = int(Path(f"/proc/{middle.real.pid}/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (2 << 20)
    resource.prlimit(middle.real.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def is_killed_for_memory(middle: Middle, line: bytes, message: Any) -> None:
    """A group of a tenth of a megabyte: what was taken before does not count."""
    group = MEMORY_GROUPS / f"triposr-storm-{os.getpid()}"
    group.mkdir(exist_ok=True)
    (group / "memory.limit_in_bytes").write_text(str(100 << 10))
    (group / "tasks").write_text(str(middle.real.pid))
    for thread in Path(f"/proc/{middle.real.pid}/task").iterdir():
        (group / "tasks").write_text(thread.name)


def can_write_little(middle: Middle, line: bytes, message: Any) -> None:
    resource.prlimit(middle.real.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))


# --- the pipes -------------------------------------------------------------------------------------------------------


def closes_output(middle: Middle, line: bytes, message: Any) -> bool:
    os.close(1)
    middle.passes = lambda _: False
    return False


def closes_input(middle: Middle, line: bytes, message: Any) -> None:
    middle.is_deaf = True


def closes_errors(middle: Middle, line: bytes, message: Any) -> None:
    os.close(2)


def fills_output(middle: Middle, line: bytes, message: Any) -> None:
    chatter = wire.encode_notification(Log("info", "all is well " * 40))
    for _ in range(4000):
        middle.say(chatter)


def fills_errors(middle: Middle, line: bytes, message: Any) -> None:
    for _ in range(60):
        os.write(2, b"warning: tokenizers are forked\n" * 4000)


def dribbles(middle: Middle, line: bytes, message: Any) -> None:
    middle.dribbles = True


def says(data: bytes) -> Act:
    return lambda middle, line, message: middle.say(data)


def says_half_and_dies(middle: Middle, line: bytes, message: Any) -> None:
    middle.say(line[: len(line) // 2])
    time.sleep(0.05)
    middle.die(signal.SIGKILL)


def says_half_and_waits(middle: Middle, line: bytes, message: Any) -> bool:
    middle.say(line[: len(line) // 2])
    middle.passes = lambda _: False
    return False


def says_a_gigabyte(middle: Middle, line: bytes, message: Any) -> None:
    for _ in range(1 << 14):
        middle.say(b"x" * (1 << 16))


def says_twice(middle: Middle, line: bytes, message: Any) -> bool:
    middle.say(line + line)
    return False


def says_late(middle: Middle, line: bytes, message: Any) -> None:
    time.sleep(1.5)


def says_to_a_stranger(middle: Middle, line: bytes, message: Any) -> bool:
    middle.say(json.dumps({**json.loads(line), "id": 100_000}).encode() + b"\n")
    return False


def says_wrong_fields(middle: Middle, line: bytes, message: Any) -> bool:
    middle.say(json.dumps({**json.loads(line), "result": {"tea": "two cups"}}).encode() + b"\n")
    return False


def says_progress(**change: Any) -> Act:
    def say(middle: Middle, line: bytes, message: Any) -> None:
        middle.say(wire.encode_notification(replace(Progress(middle.job, "frame", 0.5), **change)))

    return say


def answers_without_work(middle: Middle, line: bytes, message: Any) -> bool:
    middle.say(wire.encode_result(message.id, Extracted(message.request.mesh_path, 4, 4, closed=True)))
    return False


# --- the files -------------------------------------------------------------------------------------------------------


def to_mesh(spoil: Callable[[Path], None]) -> Act:
    return lambda middle, line, message: spoil(Path(message.result["mesh_path"]))


def to_field(spoil: Callable[[Path], None]) -> Act:
    return lambda middle, line, message: spoil(Path(message.result["field_path"]))


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def scramble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def with_arrays(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        import numpy as np

        with np.load(path) as stored:
            arrays = {name: stored[name].copy() for name in stored.files}
        change(arrays)
        np.savez(path, **arrays)

    return spoil


def nan_in_vertices(arrays: dict[str, Any]) -> None:
    arrays["vertices"][7, 1] = float("nan")


def wild_triangle(arrays: dict[str, Any]) -> None:
    arrays["triangles"][3, 2] = 2**31 - 1


# --- the start -------------------------------------------------------------------------------------------------------


def speaks_another_version(middle: Middle, line: bytes, message: Any) -> None:
    """It happens when it speaks: a real one of another version refuses before it has imported anything."""

    def is_first_answer(message: Any) -> bool:
        if not isinstance(message, wire.ResultLine):
            return True
        result = {**message.result, "protocol_version": protocol.PROTOCOL_VERSION + 1}
        middle.stamp()
        middle.say(json.dumps({"jsonrpc": "2.0", "id": message.id, "result": result}).encode() + b"\n")
        return False

    middle.passes = is_first_answer


def hangs_at_the_start(middle: Middle, line: bytes, message: Any) -> None:
    middle.stamp()
    falls_silent(middle, line, message)


def dies_at_the_start(middle: Middle, line: bytes, message: Any) -> None:
    middle.stamp()
    middle.die(signal.SIGKILL)


def refuses(middle: Middle, line: bytes, message: Any) -> None:
    def answer(request: bytes) -> None:
        asked = wire.decode_host_line(request)
        if isinstance(asked, wire.RequestLine) and isinstance(asked.request, Initialize):
            error = ErrorReport("DEVICE_UNAVAILABLE", "There is no such device. Choose another one.")
            middle.stamp()
            middle.say(wire.encode_error(asked.id, error))

    middle.hears = answer
