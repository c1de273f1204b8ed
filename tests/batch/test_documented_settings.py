# SPDX-License-Identifier: GPL-3.0-or-later
"""What --help and docs/libraries.md say of the settings is what the checks let through."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from triposr_addon.batch.options import parser
from triposr_addon.batch.row_settings import KINDS
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.failures import SettingsInvalid
from triposr_addon.worker.setting_limits import check_photo_settings, check_surface_settings

DOCS = Path(__file__).parents[2] / "docs"
NUMBERS = [name for name, kind in KINDS.items() if kind in ("int", "float")]


def helps() -> dict[str, str]:
    """The help of each option of the batch command, by its name in the settings."""
    options = parser()._actions
    return {option.dest: option.help or "" for option in options}


def check(name: str, value: float) -> None:
    if hasattr(PhotoSettings(), name):
        check_photo_settings(replace(PhotoSettings(), **{name: value}))  # type: ignore[arg-type]  # a number
    else:
        check_surface_settings(replace(SurfaceSettings(), **{name: value}))  # type: ignore[arg-type]  # a number


@pytest.mark.parametrize("name", NUMBERS)
def test_help_gives_the_limits_that_are_checked(name: str) -> None:
    limits = re.search(r"\b([0-9.]+) to ([0-9.]+)", helps()[name])
    assert limits, helps()[name]
    least, most = map(float, limits.groups())
    kind = int if KINDS[name] == "int" else float
    check(name, kind(least))
    check(name, kind(most))
    for value in (least - least / 2 - (not least), most * 1.01 + 1):
        with pytest.raises(SettingsInvalid):
            check(name, kind(value))


def test_the_manifests_table_says_what_an_empty_cell_means() -> None:
    rows = [line for line in (DOCS / "libraries.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    told = {name: row for row in rows for name in re.findall("`([a-z_]+)`", row.split("|")[1]) if name in KINDS}
    assert told.keys() == KINDS.keys()
    for name, row in told.items():
        assert ("the command's option" in row) == (name in helps()), name
