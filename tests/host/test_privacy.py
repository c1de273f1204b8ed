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


def test_passwords_of_proxies_and_indexes_do_not_come_through() -> None:
    variables = {
        "HTTPS_PROXY": "http://studio:proxy%21word@proxy.example:3128",
        "all_proxy": "studio:plain-word@proxy.example:1080",
        "PIP_EXTRA_INDEX_URL": "https://ci:index-word@wheels.example/simple https://other.example/simple",
    }
    lines = [
        "Looking in indexes: https://ci:index-word@wheels.example/simple",
        "the proxy said that proxy!word is wrong for studio:plain-word@proxy.example:1080",
        "proxy%21word, plain-word, index-word",
        "GET https://files.example/torch.whl?X-Amz-Signature=0a1b2c3d&access_token=tok123&part=2",
        "Authorization: Basic c3R1ZGlvOnNlY3JldA==",
        "pypi-AgEIcHlwaS5vcmcABCDEF AKIAABCDEFGHIJKLMNOP",
    ]
    clean = without_names("\n".join(lines), PurePosixPath("/root"), variables)
    for private in ("word@", "proxy!word", "proxy%21word", "plain-word", "index-word", "0a1b2c3d", "tok123", "c3R1"):
        assert private not in clean
    assert "pypi-Ag" not in clean
    assert "AKIAABCD" not in clean
    assert "wheels.example/simple" in clean
    assert "part=2" in clean


def test_names_are_found_in_either_case_and_the_computers_name_too() -> None:
    variables = {"USERNAME": "Ilyina", "HOSTNAME": "WORKSTATION7"}
    text = r"c:\users\ILYINA\data on workstation7, and \\WorkStation7\share of ilyina"
    clean = without_names(text, PureWindowsPath(r"C:\Users\Ilyina"), variables).lower()
    assert "ilyina" not in clean
    assert "workstation7" not in clean
    assert "data on" in clean


def test_what_is_no_secret_stays() -> None:
    text = '{"driver": "580.65", "free_disk": 123456789, "sentence": "root of /usr/lib is fine; sky-high"}'
    assert without_names(text, PurePosixPath("/root"), {"USER": "root", "PATH": "/usr/lib"}) == text
