# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that our programs see: the artist's Python settings stay out, the way to the packages stays in."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.child import ChildCommand, run_child
from vendor_installer.failures import PipFailed

KEPT_PIP_SETTINGS = frozenset(
    {
        "cache-dir", "cert", "client-cert", "default-timeout", "extra-index-url", "find-links", "index-url",
        "keyring-provider", "no-cache-dir", "no-index", "proxy", "resume-retries", "retries", "timeout", "trusted-host",
    }
)  # fmt: skip
"""Where packages come from and how to get there. What says where they go (user, target, prefix ...) is not kept."""

INDEX_VARIABLES = frozenset(
    {
        "PIP_CERT", "PIP_CLIENT_CERT", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX",
        "PIP_PROXY", "PIP_TRUSTED_HOST",
    }
)  # fmt: skip
"""Those of them, as pip_environment gives them, by which somebody goes a way of their own to the packages."""

SECTIONS = ("global", "install", ":env:")
"""pip's own order: a later one wins."""


FOREIGN_PREFIXES = ("PYTHON", "PIP_", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


def isolated_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The outer variables without PYTHON*, PIP_* and a virtual environment's, with UTF-8 on and user site off."""
    kept = {name: value for name, value in outside.items() if not name.upper().startswith(FOREIGN_PREFIXES)}
    return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def pip_environment(python: Path, outside: Mapping[str, str]) -> dict[str, str]:
    """Variables for pip: isolated, no configuration file, and the KEPT_PIP_SETTINGS of the artist's own files and
    variables as PIP_* variables. Asks the pip of `python` itself, so each file is found where pip finds it.

    Raises PipFailed when that configuration can't be read.
    """
    settings = kept_settings(_configuration_lines(python, outside))
    variables = {"PIP_" + name.upper().replace("-", "_"): value for name, value in settings.items()}
    return {**isolated_environment(outside), **variables, "PIP_CONFIG_FILE": os.devnull}


def kept_settings(lines: list[str]) -> dict[str, str]:
    """Read `pip config list`: lines such as global.cert='/a/b.crt' and :env:.timeout='60'."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in lines:
        key, equals, value = line.partition("=")
        section, dot, name = key.rpartition(".")
        if equals and dot and section in found and name in KEPT_PIP_SETTINGS:
            found[section][name] = str(ast.literal_eval(value))
    return {name: value for section in SECTIONS for name, value in found[section].items()}


def _configuration_lines(python: Path, outside: Mapping[str, str]) -> list[str]:
    pip_variables = {name: value for name, value in outside.items() if name.upper().startswith("PIP_")}
    command = ChildCommand(
        [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "config", "list"],
        {**isolated_environment(outside), **pip_variables},
        Path.cwd(),
        silence_limit_s=120,
    )
    lines: list[str] = []
    result = run_child(command, lines.append)
    if result.exit_code != 0:
        raise PipFailed(
            "pip's own configuration can't be read. Repair the file that is named below, then run this again.",
            result.text,
        )
    return lines
