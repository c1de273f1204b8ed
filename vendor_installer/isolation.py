# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that our programs see: the artist's Python settings stay out, the way to the packages stays in."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vendor_installer.pip_settings import kept_pip_settings

INDEX_VARIABLES = frozenset(
    {
        "PIP_CERT", "PIP_CLIENT_CERT", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX",
        "PIP_PROXY", "PIP_TRUSTED_HOST",
    }
)  # fmt: skip
"""Those of them, as pip_environment gives them, by which somebody goes a way of their own to the packages."""

FOREIGN_PREFIXES = ("PYTHON", "PIP_", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


def isolated_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The outer variables without PYTHON*, PIP_* and a virtual environment's, with UTF-8 on and user site off."""
    kept = {name: value for name, value in outside.items() if not name.upper().startswith(FOREIGN_PREFIXES)}
    return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def pip_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """Variables for pip: isolated, no configuration file, and the kept settings of the artist's own files and variables
    as PIP_* variables. Raises PipFailed when that configuration can't be read.
    """
    settings = kept_pip_settings(outside)
    variables = {"PIP_" + name.upper().replace("-", "_"): value for name, value in settings.items()}
    return {**isolated_environment(outside), **variables, "PIP_CONFIG_FILE": os.devnull}
