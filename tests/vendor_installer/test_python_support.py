# SPDX-License-Identifier: GPL-3.0-or-later
"""Pythons that can't be served get one sentence, and the right exit code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.failures import PythonNotSupported
from vendor_installer.python_support import SUPPORTED, require_supported

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("version", SUPPORTED)
def test_supported_ones_pass(version: tuple[int, int]) -> None:
    require_supported(version)


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 12), (3, 14), (4, 0)])
def test_others_are_named_with_the_next_step(version: tuple[int, int]) -> None:
    with pytest.raises(PythonNotSupported) as caught:
        require_supported(version)
    assert f"Python {version[0]}.{version[1]} is not supported" in caught.value.sentence
    assert "3.11 or 3.13" in caught.value.sentence


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 12, 1), (3, 14, 0)])
def test_the_command_line_says_it_in_one_sentence(version: tuple[int, int, int]) -> None:
    pretend = (
        f"import runpy, sys; sys.version_info = {(*version, 'final', 0)!r}; sys.argv[1:] = ['demo']\n"
        "runpy.run_module('vendor_installer', run_name='__main__')"
    )
    told = subprocess.run([sys.executable, "-c", pretend], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr.strip().startswith("PYTHON_NOT_SUPPORTED: ")
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_old_pythons_can_read_the_door(name: str) -> None:
    source = (CHECKOUT / "vendor_installer" / name).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr | ast.AnnAssign) for node in ast.walk(tree))
