# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and secrets are planted into a report, and none comes through."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from triposr_addon.host.privacy import without_names

TOKEN = "hf_" + "QxYz0123456789abcd"
PLANTED = {"HF_TOKEN": "planted-secret-1", "AWS_SECRET_ACCESS_KEY": "planted/secret+2", "USER": "ilyina"}


@pytest.mark.parametrize("home", [PurePosixPath("/home/ilyina"), PureWindowsPath(r"C:\Users\ilyina")])
def test_nothing_private_comes_through(home: PurePosixPath | PureWindowsPath) -> None:
    lines = [
        f"{home / 'data' / 'environment'} can't be written",
        "/home/ilyina/.cache and C:/Users/ilyina/AppData and /Users/somebody/Library",
        "proxy http://ilyina:pass-word@proxy.example:3128/ refused",
        f"Authorization: Bearer {TOKEN}",
        f"{TOKEN} planted-secret-1 planted/secret+2",
        "ILLNESS of ilyina's disk",
    ]
    for text in ("\n".join(lines), json.dumps(lines, indent=1)):
        clean = without_names(text, home, PLANTED)
        for private in ("ilyina", "somebody", "pass-word", TOKEN, "planted-secret-1", "planted/secret+2"):
            assert private not in clean
        assert "environment" in clean
        assert "proxy.example:3128" in clean


def test_what_is_no_secret_stays() -> None:
    text = '{"driver": "580.65", "free_disk": 123456789, "sentence": "root of /usr/lib is fine; sky-high"}'
    assert without_names(text, PurePosixPath("/root"), {"USER": "root", "PATH": "/usr/lib"}) == text
