# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends to a part until it has its size: again and again, as long as each try brings something."""

from __future__ import annotations

import re
import ssl
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.download_failures import (
    CertificateRefused,
    ConnectionLost,
    DownloadMissing,
    DownloadRefused,
    DownloadReplaced,
    DownloadStalled,
    ServerFailed,
    WrongLength,
)
from vendor_installer.failures import InstallerFailure
from vendor_installer.remote_stream import DIRECT, Answer, Ended, Event, RemoteStream, Way

POLL_S = 0.1
CONTENT_RANGE = re.compile(r"bytes (?P<start>\d+)-\d+/(?P<total>\d+|\*)")
TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (4\d\d)")
"""What Python says of a proxy that opens no way to the server."""
BUSY = (408, 425, 429)
GONE = (404, 410)


@dataclass(frozen=True)
class Limits:
    """stall_s: a stretch of that many seconds with less than slowest bytes a second is a stall. tries: that many in a
    row without a byte more end it. pause_s: before the second of them, doubled each time.
    """

    stall_s: float = 60.0
    slowest: float = 500.0
    tries: int = 6
    pause_s: float = 1.0


USUAL = Limits()


class _Interrupted(Exception):
    """A try came to its end too early; `failure` is what it is called if no other one helps."""

    def __init__(self, failure: InstallerFailure) -> None:
        super().__init__(failure.code)
        self.failure = failure


@dataclass
class Fetch:
    """`url` into `part`, `size` bytes. on_bytes: told the part's size several times a second; may raise to stop."""

    url: str
    host: str
    size: int
    part: Path
    limits: Limits
    on_bytes: Callable[[int], None]
    way: Way = DIRECT

    def run(self) -> None:
        """Until the part has its size. Raises what one of the tries ended with, and OSError of the disk."""
        most = done = self._begin()
        futile = 0
        while done < self.size:
            try:
                self._try_from(done)
            except _Interrupted as interruption:
                done = self.part.stat().st_size
                futile = 0 if done > most and not isinstance(interruption.failure, DownloadStalled) else futile + 1
                if futile >= self.limits.tries:
                    raise interruption.failure from interruption
                self._pause(futile, done)
            done = self.part.stat().st_size
            most = max(most, done)
        self.on_bytes(done)

    def remote_size(self) -> int:
        """The file's size as the server tells it; `size` and `part` have no role. Raises what one try ended with."""
        with RemoteStream(self.url, 0, self.limits.stall_s, self.way) as stream:
            try:
                event = self._next(stream, _Watch(self.limits), 0)
            except _Interrupted as interruption:
                raise interruption.failure from interruption
        if not isinstance(event, Answer):
            raise self._named(event.error if isinstance(event, Ended) else None)
        if event.status != 200:
            refusal = self._refusal(event.status)
            raise refusal.failure if isinstance(refusal, _Interrupted) else refusal
        if event.content_type in ("text/html", "application/xhtml+xml"):
            raise DownloadReplaced(self.host)
        if event.length is None:
            raise ConnectionLost(self.host, "the server does not tell the size")
        return event.length

    def _begin(self) -> int:
        """The size of what an earlier run left; what is longer than the whole is worth nothing."""
        with self.part.open("ab") as stream:
            if stream.tell() > self.size:
                stream.truncate(0)
        return self.part.stat().st_size

    def _try_from(self, offset: int) -> None:
        remote = RemoteStream(self.url, offset, self.limits.stall_s, self.way)
        with remote as stream, self.part.open("ab", buffering=0) as file:
            watch = _Watch(self.limits)
            while True:
                event = self._next(stream, watch, file.tell())
                if isinstance(event, Answer):
                    if self._start_of(event, offset) == 0:
                        file.truncate(0)  # a server without ranges begins anew
                elif isinstance(event, bytes):
                    watch.count(len(event))
                    if file.tell() + len(event) > self.size:
                        raise WrongLength(self.url, self.size, f"more than {self.size}")
                    _write_all(file.write, event)
                else:
                    if file.tell() < self.size:
                        raise _Interrupted(self._named(event.error))
                    return

    def _next(self, stream: RemoteStream, watch: _Watch, done: int) -> Event:
        while not watch.has_stalled():
            event = stream.next_event(POLL_S)
            self.on_bytes(done)
            if event is not None:
                return event
        raise _Interrupted(DownloadStalled(self.host, self.limits.stall_s, f"{done} bytes are there"))

    def _start_of(self, answer: Answer, offset: int) -> int:
        """The byte that the answer begins with: `offset`, or 0. Raises what else the answer means."""
        if answer.status == 206:
            return self._range_start(answer, offset)
        if answer.status != 200:
            raise self._refusal(answer.status)
        if answer.length != self.size and answer.content_type in ("text/html", "application/xhtml+xml"):
            raise DownloadReplaced(self.host)
        if answer.length not in (None, self.size):
            raise WrongLength(self.url, self.size, str(answer.length))
        return 0

    def _range_start(self, answer: Answer, offset: int) -> int:
        match = CONTENT_RANGE.fullmatch(answer.content_range)
        if match is None or int(match["start"]) != offset:
            raise _Interrupted(ConnectionLost(self.host, f"range {answer.content_range!r} for byte {offset}"))
        if match["total"] not in ("*", str(self.size)):
            raise WrongLength(self.url, self.size, match["total"])
        return offset

    def _refusal(self, status: int) -> InstallerFailure | _Interrupted:
        if status in GONE:
            return DownloadMissing(self.url)
        if status == 416:  # the range begins behind the end of a file that is shorter
            return WrongLength(self.url, self.size, "fewer")
        if status >= 500 or status in BUSY:
            return _Interrupted(ServerFailed(self.host, status))
        return DownloadRefused(self.host, status)

    def _named(self, error: Exception | None) -> InstallerFailure:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise CertificateRefused(self.host, str(reason))
        if match := TUNNEL_REFUSED.search(str(reason)):
            raise DownloadRefused(self.host, int(match[1]))
        if isinstance(reason, TimeoutError):
            return DownloadStalled(self.host, self.limits.stall_s, str(reason))
        return ConnectionLost(self.host, str(error or "the connection was closed too early"))

    def _pause(self, futile: int, done: int) -> None:
        until = time.monotonic() + (self.limits.pause_s * 2 ** (futile - 1) if futile else 0.0)
        while time.monotonic() < until:
            self.on_bytes(done)
            time.sleep(min(POLL_S, self.limits.pause_s))


class _Watch:
    """Counts bytes by stretches of stall_s."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._since = time.monotonic()
        self._bytes = 0

    def count(self, number: int) -> None:
        self._bytes += number

    def has_stalled(self) -> bool:
        """Whether a stretch is over and brought too little; a good one begins the next."""
        if time.monotonic() - self._since < self._limits.stall_s:
            return False
        stalled = self._bytes < self._limits.slowest * self._limits.stall_s
        self._since, self._bytes = time.monotonic(), 0
        return stalled


def _write_all(write: Callable[[memoryview], int | None], chunk: bytes) -> None:
    """An unbuffered file may take less than it is given, on a disk that is nearly full."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[write(rest) or 0 :]
