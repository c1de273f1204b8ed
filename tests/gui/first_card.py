# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stories of the first card have in common: asking for the plan, pressing Install, waiting for the answer."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy

from tests.gui.play import PACKAGE, Play, module
from tests.gui.window import Steps, wait_until

INSTALL = "bpy.ops.triposr.install("
CANCEL_INSTALLATION = "bpy.ops.triposr.cancel_installation("
LONGEST_ANSWER_SECONDS = 60.0
CHECKOUT = Path(__file__).parents[2]
FACTS = CHECKOUT / "tests/vendor_installer/computers/facts.json"


class FirstCard(Play):
    """A story that begins with nothing installed."""

    @property
    def preferences(self) -> Any:
        """The extension's own."""
        return bpy.context.preferences.addons[PACKAGE].preferences

    @property
    def installation(self) -> Any:
        """The session's."""
        return self.session.installation

    def answered(self, what: str, limit_seconds: float = LONGEST_ANSWER_SECONDS) -> Steps:
        """Until the installer has nothing to do any more."""
        yield from wait_until(lambda: not self.installation.busy, limit_seconds, what)
        yield 1.0

    def ask_plan(self) -> Steps:
        """Of this computer, with the real engine."""
        module("blender.installation_orders").ask_plan(self.session)
        yield from self.answered("the plan")

    def plan_of(self, name: str) -> Any:
        """Of a recorded computer, by the real engine."""
        facts = self.folder / "facts.json"
        facts.write_text(json.dumps(json.loads(FACTS.read_text(encoding="utf-8"))[name]), encoding="utf-8")
        argv = [self.settings["worker_python"], "-m", "vendor_installer", "plan", "--json", "--facts", str(facts)]
        told = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        return module("host.installer_words").InstallPlan.from_text(told.stdout)

    def use_small_copy(self, kind: str) -> Path:
        """A copy of the engine with a tiny package, in a folder of its own. kind: quick or slow, a minute's proof."""
        make = "import sys; from tests.fakes.small_installer import main; main(*sys.argv[1:])"
        folder = self.folder / kind
        folder.mkdir()
        argv = [self.settings["worker_python"], "-c", make, str(folder), kind]
        told = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        root = Path(told.stdout.strip()) / "vendor_installer"
        os.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder / "wheels"), "PIP_CONFIG_FILE": os.devnull}
        self.installation.installer = SimpleNamespace(DOOR=root / "from_blender.py", GUARDIAN=root / "guardian.py")
        self.preferences.data_folder = str(folder / "data")
        self.preferences.backend = "cpu"
        return folder

    def press(self, command: str) -> Steps:
        """Find a button in the sidebar, and click it."""
        at = yield from self.view.find_button(command)
        yield 0.3
        yield from self.view.click(at)

    def press_install(self) -> Steps:
        """And wait until it works."""
        at = yield from self.view.find_button(INSTALL)
        yield 0.3
        yield from self.idle()
        yield from self.view.click(at)
        works = lambda: self.installation.work_or_none is not None  # noqa: E731
        yield from wait_until(works, LONGEST_ANSWER_SECONDS, "the click on Install starts it")

    def until_run(self, seen: Callable[[Any], bool], limit_seconds: float, what: str) -> Steps:
        """Until the installer's process shows something, or is over."""

        def happened() -> bool:
            run = self.installation.run_or_none
            return self.installation.work_or_none is None or (run is not None and seen(run))

        yield from wait_until(happened, limit_seconds, what)
