# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of nobody, and companies' proxies: each a real server on loopback."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, serving
from tests.fakes.proxy import Proxy, proxying
from vendor_installer.download import Download, RemoteFile
from vendor_installer.failures import InstallerFailure
from vendor_installer.fetch import Limits

CONTENT = random.Random(12).randbytes(200_000)
CERTIFICATE = Path(__file__).parents[1] / "fakes" / "nobodys_certificate.pem"
QUICK = Limits(stall_s=5.0, tries=2, pause_s=0.02)
PROXY_NAMES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whoever runs the tests."""
    for name in (*PROXY_NAMES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running:
        yield running


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[BadServer]:
    with serving({"model.bin": CONTENT}, CERTIFICATE if request.param == "https" else None) as running:
        yield running


def fetch(server: BadServer, target: Path) -> str:
    """The code that it ends with, "" for none."""
    file = RemoteFile(server.url("model.bin"), len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    try:
        Download(file, target, QUICK).run(lambda fraction, detail: None)
    except InstallerFailure as failure:
        assert not target.exists()
        return failure.code
    assert target.read_bytes() == CONTENT
    return ""


def test_a_certificate_of_nobody_is_refused_until_the_artist_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({"model.bin": CONTENT}, CERTIFICATE) as server:
        assert fetch(server, tmp_path / "model.bin") == "CERTIFICATE_REFUSED"
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert fetch(server, tmp_path / "model.bin") == ""


def test_a_certificate_of_another_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with serving({"model.bin": CONTENT}, CERTIFICATE) as server:
        server.host = "localhost"
        assert fetch(server, tmp_path / "model.bin") == "CERTIFICATE_REFUSED"


def through(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)


def test_a_proxy_is_heeded(server: BadServer, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    through(proxy, monkeypatch)
    assert fetch(server, tmp_path / "model.bin") == ""
    assert len(proxy.asked) == 1
    assert str(server.port) in proxy.asked[0]


def test_a_proxy_that_hangs_up_is_asked_again_for_the_rest(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(proxy, monkeypatch)
    proxy.cut_after = 150_000
    with serving({"model.bin": CONTENT}) as server:
        assert fetch(server, tmp_path / "model.bin") == ""
    assert len(proxy.asked) == 2


@pytest.mark.parametrize("status", [403, 407])
def test_a_proxy_that_refuses_is_named_at_once(
    status: int, server: BadServer, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(proxy, monkeypatch)
    proxy.refusal = status
    assert fetch(server, tmp_path / "model.bin") == "DOWNLOAD_REFUSED"
    assert (len(proxy.asked), server.requests) == (1, [])


def test_a_proxy_that_is_gone_is_a_lost_connection(
    server: BadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy:
        through(proxy, monkeypatch)
    assert fetch(server, tmp_path / "model.bin") == "CONNECTION_LOST"
