# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and files on a Linux clipboard, by programs that stand in for the desktop's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from triposr_addon.host.clipboard import (
    ClipboardPicture,
    ClipboardReader,
    files_in,
    path_in_address,
    reader_or_none,
)

PNG = b"\x89PNG and more"
PLAYS = """
import sys
offered = {"image/bmp": b"BM", "image/png": b"\\x89PNG and more", "text/uri-list": b"file:///a/cup%20one.png\\r\\n"}
kind = sys.argv[-1]
if kind == "TARGETS":
    print("TIMESTAMP\\ntext/uri-list\\nimage/bmp\\nimage/png")
else:
    sys.stdout.buffer.write(offered[kind])
"""


def reader(code: str) -> ClipboardReader:
    words = [sys.executable, "-c", code]
    return ClipboardReader([*words, "TARGETS"], words)


def test_the_best_kind_of_picture_is_taken() -> None:
    assert reader(PLAYS).picture_or_none() == ClipboardPicture(PNG, ".png")


def test_copied_files_are_named() -> None:
    assert reader(PLAYS).files() == [Path("/a/cup one.png")]


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "", "print('UTF8_STRING')"])
def test_where_nothing_fits_there_is_no_picture(code: str) -> None:
    assert reader(code).picture_or_none() is None
    assert reader(code).files() == []


def test_a_program_that_is_gone_gives_nothing() -> None:
    assert ClipboardReader(["/no/such/program"], ["/no/such/program"]).picture_or_none() is None


@pytest.mark.parametrize(
    ("environment", "installed", "program"),
    [
        ({"DISPLAY": ":0"}, {"xclip"}, "xclip"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, {"xclip", "wl-paste"}, "wl-paste"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, {"xclip"}, "xclip"),
        ({"DISPLAY": ":0"}, {"wl-paste"}, None),
        ({}, {"xclip", "wl-paste"}, None),
    ],
)
def test_the_desktop_decides_which_program(environment: dict[str, str], installed: set[str], program: str) -> None:
    found = reader_or_none(environment, lambda name: name if name in installed else None)
    assert (found.giving[0] if found else None) == program


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", []),
        ("a few words", []),
        ("/a/cup.png", ["/a/cup.png"]),
        ('"/a/cup one.png"\n/b.jpg\n', ["/a/cup one.png", "/b.jpg"]),
        ("file:///a/%C3%BC.png\r\nhttps://example.org/b.png", ["/a/ü.png"]),
        ("\x89PNG\n\x1a\n", []),
        ("/a\0b.png", []),
        ("file://[no host/cup.png", []),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="other paths")
def test_files_in_a_text(text: str, files: list[str]) -> None:
    assert files_in(text) == [Path(file) for file in files]


TALKS_FOR_EVER = """
import sys
if sys.argv[-1] == "TARGETS":
    print("image/png")
else:
    while True:
        sys.stdout.buffer.write(bytes(4096))
"""


def test_what_never_ends_is_not_read_to_its_end() -> None:
    words = [sys.executable, "-c", TALKS_FOR_EVER]
    assert ClipboardReader([*words, "TARGETS"], words, largest=100_000).picture_or_none() is None


@pytest.mark.parametrize(
    ("address", "windows", "path"),
    [
        ("file:///C:/Users/ann/cup%20one.png", True, "C:/Users/ann/cup one.png"),
        ("file:///c:/cup.png", True, "c:/cup.png"),
        ("file://localhost/C:/cup.png", True, "C:/cup.png"),
        ("file:///C:/cup.png", False, "/C:/cup.png"),
        ("file:///home/ann/cup.png", False, "/home/ann/cup.png"),
        ("file://another.computer/share/cup.png", True, ""),
        ("file://another.computer/share/cup.png", False, ""),
        ("file:////another.computer/share/cup.png", True, ""),
        ("file:///%5C%5Canother.computer/cup.png", True, ""),
    ],
)
def test_an_address_is_the_path_that_the_system_means(address: str, windows: bool, path: str) -> None:
    assert path_in_address(address, windows) == path
