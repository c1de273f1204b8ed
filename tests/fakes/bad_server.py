# SPDX-License-Identifier: GPL-3.0-or-later
"""A file server on loopback that has bad days: each request meets the next fault of a list, and then none."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PAGE = b"<!doctype html><title>Sign in</title>Welcome to our guests' network."
PIECE = 4096


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request.

    kind: cut (the connection is reset after `at` bytes), close (closed in order there), stall and drip (from there on),
    silence (no answer at all), slow_headers, status, html, html_of_right_length, shorter, longer (another length, and
    so told), more_than_told, wrong_bytes, no_length, no_range (the whole, whatever was asked for), wrong_range.
    """

    kind: str
    at: int = 0
    status: int = 500


@dataclass
class BadServer:
    """Serves `files` by path. faults: met in order, one a request; `then`: met by every request after these.

    piece_s: pause after each 4 kB that are sent.
    """

    files: dict[str, bytes]
    faults: list[Fault] = field(default_factory=list)
    then: Fault | None = None
    piece_s: float = 0.0
    port: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"
    requests: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/{path}"

    def next_fault(self) -> Fault | None:
        return self.faults.pop(0) if self.faults else self.then


@contextlib.contextmanager
def serving(files: dict[str, bytes], certificate: Path | None = None) -> Iterator[BadServer]:
    """Run it until the block ends. certificate: a file with key and certificate, for https."""
    state = BadServer(files, scheme="https" if certificate else "http")

    class Handler(_Handler):
        server_state = state

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake in the handler's thread: a client that leaves in the middle must not end the server.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield state
        state.closing.set()
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: BadServer
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # who does not like our certificate hangs up
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        state = self.server_state
        asked = self.headers.get("Range", "")
        state.requests.append((self.path, asked))
        self.close_connection = True
        content = state.files.get(urlsplit(self.path).path.lstrip("/"))
        fault = state.next_fault() or Fault("none")
        # The client may be gone, on purpose.
        with contextlib.suppress(ConnectionError):
            if content is None:
                self._send(404, b"no", {})
            else:
                self._answer(fault, content, asked)

    def _answer(self, fault: Fault, content: bytes, asked: str) -> None:
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if fault.kind == "status":
            self._send(fault.status, b"trouble", {})
        elif fault.kind == "silence":
            self.server_state.closing.wait(60)
        elif fault.kind == "slow_headers":
            self._drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)
        elif fault.kind.startswith("html"):
            page = PAGE.ljust(len(content)) if fault.kind == "html_of_right_length" else PAGE
            self._send(200, page, {"Content-Type": "text/html; charset=utf-8"})
        elif fault.kind in ("shorter", "longer"):
            other = content[:-1] if fault.kind == "shorter" else content + b"x"
            self._send_range(other, start)
        else:
            self._send_file(fault, content, start)

    def _send_file(self, fault: Fault, content: bytes, start: int) -> None:
        if fault.kind == "no_range":
            self._send(200, content, {})
        elif fault.kind == "wrong_bytes":
            self._send_range(bytes(byte ^ 255 for byte in content), start)
        elif fault.kind == "wrong_range":
            range_text = f"bytes 0-{len(content) - 1}/{len(content)}"
            self._send(206, content, {"Content-Range": range_text})
        elif fault.kind == "no_length":
            self._send(206 if start else 200, content[start:], _range(content, start), length=None)
        elif fault.kind == "more_than_told":
            self._send(200, content + b"more", {}, length=None)
        else:
            self._send_range(content, start, fault)

    def _send_range(self, content: bytes, start: int, fault: Fault | None = None) -> None:
        if start > len(content) or (start == len(content) and start):
            self._send(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        self._send(206 if start else 200, content[start:], _range(content, start), fault=fault)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        *,
        length: int | None = -1,
        fault: Fault | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        healthy = fault.at if fault and fault.kind in ("cut", "close", "stall", "drip") else len(body)
        self._pieces(body[:healthy])
        if healthy < len(body) and fault:
            self._go_wrong(fault, body[healthy:])

    def _go_wrong(self, fault: Fault, rest: bytes) -> None:
        if fault.kind == "cut":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault.kind == "stall":
            self.server_state.closing.wait(60)
        elif fault.kind == "drip":
            self._drip(rest)

    def _pieces(self, body: bytes) -> None:
        for place in range(0, len(body), PIECE):
            piece = body[place : place + PIECE]
            self.wfile.write(piece)
            self.server_state.sent += len(piece)
            if self.server_state.piece_s:
                time.sleep(self.server_state.piece_s)

    def _drip(self, body: bytes) -> None:
        for byte in body:
            if self.server_state.closing.wait(0.02):
                return
            self.wfile.write(bytes([byte]))


def _range(content: bytes, start: int) -> dict[str, str]:
    return {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
