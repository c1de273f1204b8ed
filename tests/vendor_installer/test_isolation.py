# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's way to the packages is kept; where pip should put them is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.failures import PipFailed
from vendor_installer.isolation import isolated_environment, kept_settings, pip_environment


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment's Python, with the pip that Python brings."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    subprocess.run([sys.executable, "-I", "-m", "venv", folder], check=True)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


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


def test_index_proxy_and_certificates_of_the_file_are_kept(
    python: Path, outside: dict[str, str], tmp_path: Path
) -> None:
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
    inside = pip_environment(python, outside)
    pip = {name: value.split() for name, value in inside.items() if name.startswith("PIP_")}
    assert pip["PIP_INDEX_URL"] == ["file:///one"]
    assert pip["PIP_EXTRA_INDEX_URL"] == ["file:///two", "file:///three"]
    assert pip["PIP_PROXY"] == ["proxy:8080"]
    assert inside["PIP_CERT"] == "/a folder/roots.crt"
    assert pip["PIP_FIND_LINKS"] == ["/wheels"]
    assert inside["PIP_CONFIG_FILE"] == os.devnull
    assert not {"PIP_TARGET", "PIP_USER", "PIP_NO_BINARY"} & pip.keys()


def test_a_variable_wins_over_the_file(python: Path, outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = file:///one\nretries = 7\n", encoding="utf-8")
    inside = pip_environment(python, {**outside, "PIP_INDEX_URL": "file:///two", "PIP_TARGET": "/elsewhere"})
    assert inside["PIP_INDEX_URL"] == "file:///two"
    assert inside["PIP_RETRIES"] == "7"
    assert "PIP_TARGET" not in inside


def test_a_file_that_pip_cannot_read_is_named(python: Path, outside: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("index-url without a section", encoding="utf-8")
    with pytest.raises(PipFailed, match="configuration") as caught:
        pip_environment(python, outside)
    assert "pip.conf" in caught.value.details


def test_sections_of_other_commands_and_stray_lines_are_passed_over() -> None:
    lines = ["download.index-url='x'", "global.timeout='60'", "a warning", "=", ":env:.timeout='90'", "global.pre='1'"]
    assert kept_settings(lines) == {"timeout": "90"}
