# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP answer, read by a thread of its own: whoever waits for it can stop waiting at any moment."""

from __future__ import annotations

import email.message
import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

CHUNK_BYTES = 1 << 16
CHUNKS_AHEAD = 16
PUT_WAIT_S = 0.5


@dataclass(frozen=True)
class Way:
    """How to get to a server, where the variables that everybody heeds (HTTPS_PROXY, SSL_CERT_FILE) don't say it all.

    certificates: a file or folder of roots. client: a file with our own certificate and its key. proxy: its address.
    Each "" for none.
    """

    NAME: ClassVar[str] = "triposr-vendor-installer"
    certificates: str = ""
    client: str = ""
    proxy: str = ""

    def opener(self) -> urllib.request.OpenerDirector:
        """One of our own: the shared one keeps the proxies of its first use. Raises OSError for a file that is not
        there.
        """
        handlers: list[urllib.request.BaseHandler] = []
        if self.certificates or self.client:
            handlers.append(urllib.request.HTTPSHandler(context=self._context()))
        if self.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": self.proxy, "https": self.proxy}))
        return urllib.request.build_opener(*handlers)

    def _context(self) -> ssl.SSLContext:
        folder = Path(self.certificates).is_dir() if self.certificates else False
        context = ssl.create_default_context(
            cafile=None if folder else self.certificates or None, capath=self.certificates if folder else None
        )
        if self.client:
            context.load_cert_chain(self.client)
        return context


@dataclass(frozen=True)
class Answer:
    """What a server says before its bytes. length: of what follows, None if untold. content_range: as it was sent."""

    status: int
    length: int | None
    content_range: str
    content_type: str


@dataclass(frozen=True)
class Ended:
    """Nothing more comes: `error` says why, None where the server closed in order."""

    error: Exception | None


Event = Answer | bytes | Ended


DIRECT = Way()


class RemoteStream:
    """`url` from byte `offset` on. socket_timeout_s: of each single operation; the reader sets limits over all."""

    def __init__(self, url: str, offset: int, socket_timeout_s: float, way: Way = DIRECT) -> None:
        headers = {"User-Agent": Way.NAME, "Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        # The URL is of our own table or of the artist's settings; urllib follows redirects to http, https, ftp alone.
        self._request = urllib.request.Request(url, headers=headers)  # noqa: S310
        self._way = way
        self._timeout_s = socket_timeout_s
        self._events: queue.Queue[Event] = queue.Queue(CHUNKS_AHEAD)
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._run, name="download", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abandon it. The thread ends at its socket's next sign of life or time limit; nobody waits for that."""
        self._abandoned.set()

    def next_event(self, wait_s: float) -> Event | None:
        """What came next; None after `wait_s` without anything."""
        try:
            return self._events.get(timeout=wait_s)
        except queue.Empty:
            return None

    def _run(self) -> None:
        try:
            self._read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._put(Ended(error))
        else:
            self._put(Ended(None))

    def _read(self) -> None:
        try:
            response = self._way.opener().open(self._request, timeout=self._timeout_s)
        except urllib.error.HTTPError as error:
            with error:
                self._put(_answer(error.code, error.headers))
            return
        with response:
            # A file's URL has no status.
            self._put(_answer(response.status or 200, response.headers))
            while not self._abandoned.is_set() and (chunk := response.read1(CHUNK_BYTES)):
                self._put(chunk)

    def _put(self, event: Event) -> None:
        while not self._abandoned.is_set():
            try:
                self._events.put(event, timeout=PUT_WAIT_S)
            except queue.Full:
                continue
            return


def _answer(status: int, headers: email.message.Message) -> Answer:
    length = headers.get("Content-Length", "")
    return Answer(
        status=status,
        length=int(length) if length.isdecimal() else None,
        content_range=headers.get("Content-Range", ""),
        content_type=headers.get_content_type(),
    )
