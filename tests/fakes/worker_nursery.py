# SPDX-License-Identifier: GPL-3.0-or-later
"""Has imported PyTorch once, and forks real workers from itself for whoever asks: a storm needs hundreds of them.

    PYTHON -I worker_nursery.py SOCKET

Who connects hands over three descriptors, the worker's 0, 1 and 2, and is told its process number; when the worker has
ended, how (as os.waitpid says). Each worker is a process, a session and a process group of its own.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

NUMBER = struct.Struct("i")


def main(door: Path) -> NoReturn:
    """Import, open the door, serve for ever. Children that serve one worker each are not waited for."""
    import torch  # noqa: F401 - what takes so long

    import triposr_addon.worker.background
    import triposr_addon.worker.framing
    import triposr_addon.worker.mesh_file
    import triposr_addon.worker.surface
    import triposr_addon.worker.workbench  # noqa: F401 - and what a worker imports for its first job

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(door))
        listening.listen()
        while True:
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    look_after_one(asking)


def look_after_one(asking: socket.socket) -> NoReturn:
    """Fork the worker, and tell of its birth and its death."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, descriptors, _, _ = socket.recv_fds(asking, 1, 3)
    worker = os.fork()
    if worker == 0:
        be_a_worker(descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    asking.sendall(NUMBER.pack(worker))
    status = end_of(worker, asking)
    try:
        asking.sendall(NUMBER.pack(status))
    finally:
        os._exit(0)


def end_of(worker: int, asking: socket.socket) -> int:
    """Wait for it. Where who asked is gone, so is the worker: it is not in the group that the host ends."""
    watched = [asking]
    while True:
        ended, status = os.waitpid(worker, os.WNOHANG)
        if ended:
            return status
        if select.select(watched, [], [], 0.02)[0]:  # it never says anything: its line has ended
            os.kill(worker, signal.SIGKILL)
            watched = []


def be_a_worker(descriptors: list[int]) -> NoReturn:
    """As worker/__main__.py, on these three."""
    os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    from triposr_addon.worker.idle_threads import let_idle_threads_sleep
    from triposr_addon.worker.service import serve
    from triposr_addon.worker.standard_streams import claim_standard_streams

    # Those of the nursery remember what descriptors 1 and 2 once were.
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    streams = claim_standard_streams()
    let_idle_threads_sleep()
    os._exit(serve(streams))


class ForkedWorker:
    """A worker of the nursery, with what the man in the middle needs of a process."""

    def __init__(self, door: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.connect(str(door))
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        socket.send_fds(self._line, [b"3"], [theirs_in, theirs_out, 2])
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin, self.stdout = os.fdopen(ours_in, "wb", 0), os.fdopen(ours_out, "rb", 0)
        self.pid: int = NUMBER.unpack(self._line.recv(NUMBER.size))[0]
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        if self.returncode is None:
            self._line.setblocking(False)
            try:
                return self._hear_the_end()
            except BlockingIOError:
                return None
            finally:
                self._line.setblocking(True)
        return self.returncode

    def wait(self) -> int:
        """Until it has ended; how."""
        return self._hear_the_end() if self.returncode is None else self.returncode

    def kill(self) -> None:
        """At once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _hear_the_end(self) -> int:
        status = self._line.recv(NUMBER.size)
        self.returncode = os.waitstatus_to_exitcode(NUMBER.unpack(status)[0]) if status else 1
        return self.returncode


if __name__ == "__main__":
    main(Path(sys.argv[1]))
