# SPDX-License-Identifier: GPL-3.0-or-later
"""One day of an artist with the installer, in a Blender of its own.

    PYTHON day.py settings.json     settings: folder of the user, data folder, steps as [name, argument ...]

Each step's facts come to lie in facts.json beside the settings, by the step's number. A Blender that is a module reads
no preferences from the disk, as after a reinstallation: what the extension knows again it has found by itself.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1]).parent
SETTINGS: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
os.environ["BLENDER_USER_RESOURCES"] = SETTINGS["user"]  # before bpy comes in: it reads this once

import bpy  # noqa: E402

PACKAGE = "bl_ext.user_default.triposr"


def session() -> Any:
    """The extension's own."""
    return sys.modules[f"{PACKAGE}.triposr_addon.blender.session"].current()


def install_zip(path: str) -> None:
    """As Preferences > Get Extensions > Install from Disk does; over an older one, too."""
    bpy.ops.extensions.package_install_files(filepath=path, repo="user_default", enable_on_install=True)


def enable() -> None:
    """What a start of Blender does with an extension that is on."""
    bpy.ops.preferences.addon_enable(module=PACKAGE)


def choose() -> None:
    """The data folder and the build, as in the card; the network is allowed."""
    session().preferences().data_folder = SETTINGS["data"]


def press(name: str, *arguments: Any) -> list[str]:
    """An operator of ours; what it said where it failed."""
    session().preferences().backend = "cpu"
    bpy.context.preferences.system.use_online_access = True
    more = dict(zip(arguments[::2], arguments[1::2], strict=True))
    try:
        return sorted(getattr(bpy.ops.triposr, name)(**more))
    except RuntimeError as fault:
        return [str(fault)]


def look() -> dict[str, Any]:
    """What is installed, and what the extension says of it."""
    running = session()
    plan, python = running.installation.plan, running.storage().worker_python_or_none()
    return {
        "data_folder": running.preferences().data_folder,
        "python": str(python) if python else "",
        "notice": running.notice,
        "failure": running.failure.code if running.failure else "",
        "environment": plan.environment.code if plan and plan.environment else "",
        "findings": [finding.code for finding in running.installation.findings or ()],
    }


def start() -> None:
    """The timer of a window's first second."""
    session().preferences().backend = "cpu"
    sys.modules[f"{PACKAGE}.triposr_addon.blender.installation_start"].look_first()


def uninstall() -> None:
    """As Preferences > Add-ons > Uninstall does."""
    repositories = [repository.module for repository in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repositories.index("user_default"), pkg_id="triposr")


STEPS = {step.__name__: step for step in (install_zip, enable, choose, press, look, start, uninstall)}


def main() -> int:
    """Every step's facts under its number; a step that raises ends the day."""
    facts: dict[str, Any] = {}
    try:
        for number, (name, *arguments) in enumerate(SETTINGS["steps"]):
            facts[str(number)] = STEPS[name](*arguments)
    except Exception:  # noqa: BLE001  # the test that reads the facts fails with the whole story
        facts["fault"] = traceback.format_exc()
    (FOLDER / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return "fault" in facts


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # some Blenders crash in Python's own ending, when all the work is done
