# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's way to the packages is kept; where pip should put them is not."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.failures import PipFailed
from vendor_installer.isolation import isolated_environment, pip_environment
from vendor_installer.pip_settings import KEPT_PIP_SETTINGS, kept_pip_settings


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**own, "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}


def test_python_and_pip_variables_go_and_all_others_stay() -> None:
    outside = {
        "PATH": "/bin",
        "HTTPS_PROXY": "proxy",
        "SSL_CERT_FILE": "roots.crt",
        "PYTHONPATH": "x",
        "PythonHome": "x",
        "PIP_USER": "1",
        "VIRTUAL_ENV": "x",
    }
    inside = isolated_environment(outside)
    assert {name for name in inside if name not in outside} == {"PYTHONNOUSERSITE", "PYTHONUTF8", "PYTHONUNBUFFERED"}
    assert {name for name in outside if name not in inside} == {"PYTHONPATH", "PythonHome", "PIP_USER", "VIRTUAL_ENV"}


def test_index_proxy_and_certificates_of_the_file_are_kept(outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\n"
        "index-url = file:///one\n"
        "extra-index-url =\n    file:///two\n    file:///three\n"
        "proxy = proxy:8080\n"
        "cert = /a folder/roots.crt\n"
        "target = /elsewhere\n"
        "[install]\n"
        "find-links = /wheels\n"
        "user = true\n"
        "no-binary = :all:\n",
        encoding="utf-8",
    )
    inside = pip_environment(outside)
    pip = {name: value.split() for name, value in inside.items() if name.startswith("PIP_")}
    assert pip["PIP_INDEX_URL"] == ["file:///one"]
    assert pip["PIP_EXTRA_INDEX_URL"] == ["file:///two", "file:///three"]
    assert pip["PIP_PROXY"] == ["proxy:8080"]
    assert inside["PIP_CERT"] == "/a folder/roots.crt"
    assert pip["PIP_FIND_LINKS"] == ["/wheels"]
    assert inside["PIP_CONFIG_FILE"] == os.devnull
    assert not {"PIP_TARGET", "PIP_USER", "PIP_NO_BINARY"} & pip.keys()


def test_a_variable_wins_over_the_file(outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = file:///one\nretries = 7\n", encoding="utf-8")
    inside = pip_environment({**outside, "PIP_INDEX_URL": "file:///two", "PIP_TARGET": "/elsewhere"})
    assert inside["PIP_INDEX_URL"] == "file:///two"
    assert inside["PIP_RETRIES"] == "7"
    assert "PIP_TARGET" not in inside


def test_a_file_that_pip_cannot_read_is_named(outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("index-url without a section", encoding="utf-8")
    with pytest.raises(PipFailed, match="configuration") as caught:
        pip_environment(outside)
    assert "pip.conf" in caught.value.details


def test_sections_of_other_commands_are_passed_over_and_a_variable_wins(
    outside: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pip.conf").write_text("[download]\nindex_url = x\n[install]\ntimeout = 70\n[global]\ntimeout = 60\n")
    assert kept_pip_settings(outside)["timeout"] == "70"
    assert "index-url" not in kept_pip_settings(outside)
    told = kept_pip_settings({**outside, "PIP_TIMEOUT": "90", "PIP_RETRIES": ""})
    assert (told["timeout"], "retries" in told) == ("90", False)


@pytest.mark.skipif(sys.platform != "linux", reason="the places of Linux")
def test_each_file_is_found_where_pip_finds_it(tmp_path: Path) -> None:
    """The same as `pip config list` says, from the system's, both of the user's and a named file."""
    homes = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "system")}
    texts = {
        "system/pip/pip.conf": "[global]\ntimeout = 1\nretries = 1\nproxy = system:1\ncert = /system\n",
        "home/.pip/pip.conf": "[global]\ntimeout = 2\nretries = 2\nproxy = old:1\n",
        "home/.config/pip/pip.conf": "[global]\ntimeout = 3\nfind-links =\n  /a\n  /b c\n[install]\nretries = 3\n",
        "named.conf": "[global]\ntimeout = 4\n",
    }
    for place, text in texts.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "XDG_"))}
    for more in ({}, {"PIP_CONFIG_FILE": str(tmp_path / "named.conf")}, {"PIP_CONFIG_FILE": os.devnull}):
        outside = {**bare, **homes, **more, "PIP_DEFAULT_TIMEOUT": "50"}
        argv = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "config", "list"]
        told = subprocess.run(argv, env=outside, capture_output=True, text=True, check=True).stdout
        wanted = {name: value for name, value in settings_in(told).items() if name in KEPT_PIP_SETTINGS}
        assert kept_pip_settings(outside) == wanted


def settings_in(told: str) -> dict[str, str]:
    """pip's lines, such as global.timeout='3', of which the first one of a name holds."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in told.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        found[section].setdefault(name, str(ast.literal_eval(value)))
    return {**found["global"], **found["install"], **found[":env:"]}
