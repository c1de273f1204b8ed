# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of what a .blend brings: see failures.py, whose kind they are."""

from __future__ import annotations

from collections.abc import Sequence

from ..host.failures import HostFailure


class SettingsBroken(HostFailure):
    """A setting of the scene is no number: typed so, or forged in the .blend."""

    CODE = "SETTINGS_BROKEN"

    def __init__(self, names: Sequence[str]) -> None:
        which = ", ".join(name.replace("_", " ").title() for name in names)
        super().__init__(f"{which}: not a number. Type one there, or press Back to Defaults in the list of presets.")
