# SPDX-License-Identifier: GPL-3.0-or-later
"""A man in the middle: the real worker behind, the host in front, and every line passes here and may be bent.

    PYTHON -I bending_worker.py FOLDER

What is done to a job is said by its photo's name, PICTURE~BEND~NUMBER.png (see bend_table.py); what is done at the
start by the file FOLDER/start, which is taken away. When something is done, the time (time.monotonic) is written to
FOLDER/JOB. It dies as the real worker dies.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes.bend_table import AT_THE_START, BENDS
from tests.fakes.bends import Bend
from tests.fakes.worker_nursery import ForkedWorker
from triposr_addon import wire
from triposr_addon.protocol import Cancel, Extract, Heartbeat, Progress, Reconstruct
from triposr_addon.wire import ErrorLine, RequestLine, ResultLine

WORKER = Path(__file__).parents[2] / "triposr_addon" / "worker" / "__main__.py"
FROM_HOST, TO_HOST, ERRORS = 0, 1, 2


def started(nursery: Path) -> subprocess.Popen[bytes] | ForkedWorker:
    """A real worker, from the nursery where there is one."""
    if nursery.exists():
        return ForkedWorker(nursery)
    words = [sys.executable, "-I", "-X", "utf8", str(WORKER)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


class Middle:
    """Passes lines both ways. A bend changes the attributes here, or says something of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.real = started(folder / "nursery")
        (folder / "worker").write_text(str(self.real.pid))
        self.bend: Bend | None = None
        self.job = ""
        self.asked: dict[int, Any] = {}
        self.passes: Callable[[object], bool] = lambda message: True
        self.hears: Callable[[bytes], None] = self.ask
        self.is_deaf = False
        self.ignores_cancel = False
        self.dribbles = False

    def run(self) -> NoReturn:
        """Until one of the two ends."""
        assert self.real.stdout
        self._begin()
        both = selectors.DefaultSelector()
        both.register(FROM_HOST, selectors.EVENT_READ, self.take_request)
        both.register(self.real.stdout.fileno(), selectors.EVENT_READ, self.take_line)
        rests = {FROM_HOST: b"", self.real.stdout.fileno(): b""}
        while True:
            for key, _ in both.select():
                data = os.read(key.fd, 1 << 16)
                if not data:
                    self.end(key.fd)
                *lines, rests[key.fd] = (rests[key.fd] + data).split(b"\n")
                for line in lines:
                    key.data(line + b"\n")
                if self.is_deaf and FROM_HOST in both.get_map():
                    both.unregister(FROM_HOST)
                    os.close(FROM_HOST)

    def end(self, ended: int) -> NoReturn:
        """The host has gone: so does the worker, by itself. The worker has gone: so do we, in the same way."""
        assert self.real.stdin
        self.real.stdin.close()
        code = self.real.wait()
        if code < 0:
            self.die(-code)
        os._exit(code)

    def die(self, number: int) -> NoReturn:
        """Both, by a signal."""
        if self.real.poll() is None:
            os.kill(self.real.pid, number)
            self.real.wait()
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        time.sleep(60.0)
        os._exit(1)

    def take_request(self, line: bytes) -> None:
        """From the host."""
        message = wire.decode_host_line(line)
        if isinstance(message, RequestLine):
            self.asked[message.id] = message.request
            if isinstance(message.request, Reconstruct):
                self._begin_job(message.request)
            if isinstance(message.request, Reconstruct | Extract) and not self._bent(
                f"asked {message.request.METHOD}", line, message
            ):
                return
        if isinstance(message, Cancel) and self.ignores_cancel:
            self.stamp()
            return
        self.hears(line)

    def take_line(self, line: bytes) -> None:
        """From the real worker."""
        message = wire.decode_worker_line(line)
        where = ""
        if isinstance(message, Progress):
            where = f"at {message.step}"
        elif isinstance(message, ResultLine | ErrorLine):
            request = self.asked.get(message.id or 0)
            where = f"answer of {request.METHOD}" if request is not None else ""
        if self._bent(where, line, message) and self.passes(message):
            self.say(line)

    def ask(self, line: bytes) -> None:
        """To the real worker."""
        assert self.real.stdin
        self.real.stdin.write(line)
        self.real.stdin.flush()

    def say(self, data: bytes) -> None:
        """To the host."""
        parts = [data[i : i + 1] for i in range(len(data))] if self.dribbles else [data]
        for part in parts:
            while part:
                part = part[os.write(TO_HOST, part) :]

    def stamp(self) -> None:
        """Now it is done."""
        aside = self.folder / f"{self.job}.part"
        aside.write_text(repr(time.monotonic()))
        aside.replace(self.folder / self.job)

    def only_beats(self) -> None:
        """From now on nothing passes but the pulse."""
        self.passes = lambda message: isinstance(message, Heartbeat)

    def _bent(self, where: str, line: bytes, message: object) -> bool:
        """Whether the line is still to be passed on."""
        if self.bend is None or self.bend.where != where:
            return True
        bend, self.bend = self.bend, None
        self.stamp()
        return bend.act(self, line, message) is not False

    def _begin(self) -> None:
        plan = self.folder / "start"
        if plan.is_file():
            self.job, self.bend = "started", AT_THE_START[plan.read_text()]
            plan.unlink()
            self.bend.act(self, b"", None)
            self.bend = None

    def _begin_job(self, request: Reconstruct) -> None:
        name = Path(request.photo_path).stem.split("~")
        self.job, self.bend = request.job, BENDS.get(name[1]) if len(name) > 1 else None


if __name__ == "__main__":
    Middle(Path(sys.argv[1])).run()
