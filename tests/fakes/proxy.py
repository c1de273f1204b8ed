# SPDX-License-Identifier: GPL-3.0-or-later
"""A company's proxy on loopback: passes requests on, opens tunnels, or refuses."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CHUNK = 1 << 16


@dataclass
class Proxy:
    """refusal: the status that it answers with instead, 0 for none. cut_after: bytes of an answer that pass before it
    hangs up, once. asked: methods and targets.
    """

    refusal: int = 0
    cut_after: int = 0
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def proxying() -> Iterator[Proxy]:
    """Run it until the block ends."""
    state = Proxy()

    class Handler(_Handler):
        proxy = state

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        if not self._refuses():
            with socket.create_connection((host, int(port)), 10) as other:
                self.send_response(200)
                self.end_headers()
                _pass_both_ways(self.connection, other)
        self.close_connection = True

    def do_GET(self) -> None:
        self.close_connection = True
        if self._refuses():
            return
        place = urlsplit(self.path)
        connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(ConnectionError):
            connection.request("GET", place.path, headers={"Range": self.headers.get("Range", "bytes=0-")})
            answer = connection.getresponse()
            self.send_response(answer.status)
            for name in ("Content-Length", "Content-Range", "Content-Type"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.end_headers()
            content = answer.read()
            cut, self.proxy.cut_after = self.proxy.cut_after, 0
            self.wfile.write(content[: cut or len(content)])

    def _refuses(self) -> bool:
        self.proxy.asked.append(f"{self.command} {self.path}")
        if self.proxy.refusal:
            self.send_response(self.proxy.refusal)
            self.send_header("Content-Length", "0")
            self.end_headers()
        return self.proxy.refusal != 0


def _pass_both_ways(one: socket.socket, other: socket.socket) -> None:
    others = {one: other, other: one}
    while True:
        for ready in select.select([one, other], [], [], 30)[0]:
            try:
                content = ready.recv(CHUNK)
            except ConnectionError:
                return
            if not content:
                return
            others[ready].sendall(content)
