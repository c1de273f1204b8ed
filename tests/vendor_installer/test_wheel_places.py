# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheels come from where the artist's pip settings lead, with the hash of the lock, or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, serving
from tests.fakes.proxy import proxying
from vendor_installer.builds import PYTORCH_INDEX
from vendor_installer.failures import NotOffered
from vendor_installer.lock_files import Wheel
from vendor_installer.wheel_folder import WheelFolder
from vendor_installer.wheel_places import WheelPlaces, places_or_none

CONTENT = b"a wheel" * 1000
FILE = "tree_bark-1.0+cpu-py3-none-any.whl"
CERTIFICATE = Path(__file__).parents[1] / "fakes" / "nobodys_certificate.pem"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[BadServer]:
    with serving({"files/" + FILE: CONTENT}) as running:
        yield running


def wheel(place: str = FILE) -> Wheel:
    return Wheel("Tree_Bark", "1.0+cpu", hashlib.sha256(CONTENT).hexdigest(), place, len(CONTENT), len(CONTENT))


def brought(folder: Path, wanted: Wheel, **variables: str) -> bytes:
    source = WheelFolder(folder, (wanted,)).with_settings_or_none({f"PIP_{n.upper()}": v for n, v in variables.items()})
    assert source is not None
    source.bring(lambda fraction, detail: None)
    return (folder / wanted.file).read_bytes()


@pytest.mark.parametrize("as_url", [False, True])
def test_a_folder_of_find_links_comes_first(tmp_path: Path, *, as_url: bool) -> None:
    folder = tmp_path / "the wheels of Ильин"
    folder.mkdir()
    (folder / FILE).write_bytes(CONTENT)
    link = folder.as_uri() if as_url else str(folder)
    assert brought(tmp_path / "to", wheel(), find_links=f"/nowhere\n{link}", no_index="1") == CONTENT


def test_an_index_of_ones_own_is_asked_by_its_pages_and_instead_of_the_general_one(
    server: BadServer, tmp_path: Path
) -> None:
    """Its page names one of another hash first; the lock's own place isn't asked."""
    quoted = FILE.replace("+", "%2B")
    other, right = f"/other/{FILE}#sha256={'0' * 64}", f"../../files/{quoted}"
    server.files["simple/tree-bark/"] = f'<a href="{other}">x</a><a\n data-x="1" href="{right}">x</a>'.encode()
    server.files[f"files/{quoted}"] = CONTENT
    locked = wheel(server.url("locked/" + FILE))
    assert brought(tmp_path / "to", locked, index_url=server.url("simple")) == CONTENT
    assert server.requests[0][0] == "/simple/tree-bark/"
    assert not any(path.startswith(("/locked", "/other")) for path, _ in server.requests)
    with pytest.raises(NotOffered):
        brought(tmp_path / "none", locked, index_url=server.url("nothing/here"))


def test_without_settings_or_with_more_places_the_lock_says_where(server: BadServer, tmp_path: Path) -> None:
    locked = wheel(server.url("files/" + FILE))
    assert brought(tmp_path / "to", locked, retries="3") == CONTENT
    assert brought(tmp_path / "too", locked, extra_index_url=server.url("simple"), find_links="/nowhere") == CONTENT
    assert [path for path, _ in server.requests] == [f"/files/{FILE}"] * 2


def test_a_page_of_find_links_has_what_pytorchs_own_index_would(server: BadServer, tmp_path: Path) -> None:
    server.files["page.html"] = f'<a href="files/{FILE}">it</a>'.encode()
    own = wheel(f"{PYTORCH_INDEX}cpu/{FILE}")
    assert brought(tmp_path / "to", own, find_links=server.url("page.html")) == CONTENT


def test_who_offers_a_wheel_is_told_and_nothing_is_fetched(server: BadServer, tmp_path: Path) -> None:
    there, gone = wheel(server.url("files/" + FILE)), wheel(server.url("gone/" + FILE))
    assert WheelPlaces().offers(there) == "127.0.0.1"
    assert WheelPlaces().offers(gone) == ""
    (tmp_path / FILE).write_bytes(CONTENT)
    assert WheelPlaces(folders=(tmp_path,)).offers(gone) == str(tmp_path)
    (tmp_path / FILE).write_bytes(CONTENT[::-1])
    assert WheelPlaces(folders=(tmp_path,)).offers(gone) == ""


def test_certificates_and_proxy_of_pips_settings_are_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving({FILE: CONTENT}, CERTIFICATE) as server, proxying() as proxy:
        locked = wheel(server.url(FILE))
        assert brought(tmp_path / "to", locked, cert=str(CERTIFICATE), proxy=proxy.url) == CONTENT
        assert len(proxy.asked) == 1


def test_what_only_pip_can_do_is_left_to_pip() -> None:
    for name, value in {
        "PIP_TRUSTED_HOST": "here",
        "PIP_INDEX_URL": "https://me:secret@mirror/simple",
        "PIP_FIND_LINKS": "https://me@mirror/wheels.html",
    }.items():
        assert places_or_none({name: value}) is None
    plain = WheelFolder(Path("x"), (wheel(),), offline=True)
    assert plain.with_settings_or_none({"PIP_TRUSTED_HOST": "here"}) == plain
    assert places_or_none({"PIP_NO_INDEX": "0"}) == WheelPlaces()
    assert places_or_none({"PIP_NO_INDEX": "1"}) == replace(WheelPlaces(), general=False, pytorch=False)
